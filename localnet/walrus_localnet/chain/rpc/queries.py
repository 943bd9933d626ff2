"""Lists of checkpoints, transactions and events, past ones and new ones (source: sui_localnet.md §1.4, §2)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.rpc.effects import event_message
from walrus_localnet.chain.rpc.filters import check_filter, event_matches, transaction_matches
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.scan import Position, Span, scan
from walrus_localnet.chain.rpc.transactions import DEFAULT_CHECKPOINT, checkpoint_message, record_message
from walrus_sui.bcs.sui import Event, format_digest

DEFAULT_EVENT = "package_id,module,sender,event_type"

Located = tuple[TransactionRecord, int, Event]
"""An event, with the transaction it is of and its index there."""


class Queries:
    """What list methods and subscriptions share: the matching items of one checkpoint, and how they look."""

    def __init__(self, feed: CheckpointFeed) -> None:
        self.feed = feed
        self.ledger = feed.ledger

    def transactions(
        self, checkpoint: int, wanted: rpc.TransactionFilter | None
    ) -> Iterator[tuple[Position, TransactionRecord]]:
        for record in self.ledger.store.transactions_of(checkpoint):
            if transaction_matches(wanted, record):
                yield Position(checkpoint, record.index), record

    def events(self, checkpoint: int, wanted: rpc.EventFilter | None) -> Iterator[tuple[Position, Located]]:
        for record in self.ledger.store.transactions_of(checkpoint):
            for index, event in enumerate(record.events):
                if event_matches(wanted, event):
                    yield Position(checkpoint, record.index, index), (record, index, event)

    def checkpoints(self, checkpoint: int, wanted: rpc.TransactionFilter | None) -> Iterator[tuple[Position, int]]:
        """A checkpoint is taken if one of its transactions is."""
        if wanted is None or any(True for _ in self.transactions(checkpoint, wanted)):
            yield Position(checkpoint), checkpoint

    def checkpoint_message(self, sequence: int | None, mask: Mask) -> rpc.Checkpoint | None:
        record = None if sequence is None else self.ledger.store.checkpoint(sequence)
        return None if record is None else checkpoint_message(record, self.ledger, mask)

    def transaction_message(self, record: TransactionRecord | None, mask: Mask) -> rpc.ExecutedTransaction | None:
        return None if record is None else record_message(record, self.ledger, mask)

    def event_message(self, located: Located | None, mask: Mask) -> rpc.Event | None:
        if located is None:
            return None
        record, index, event = located
        message = event_message(event, mask, self.ledger.machine)
        message.checkpoint = record.checkpoint
        message.transaction_digest = format_digest(record.digest)
        message.transaction_index = record.index
        message.event_index = index
        return mask.cut(message)


class ListMethods:
    """The list methods of `LedgerService`."""

    def __init__(self, feed: CheckpointFeed) -> None:
        self.feed = feed
        self.queries = Queries(feed)

    async def list_checkpoints(
        self, request: rpc.ListCheckpointsRequest
    ) -> AsyncIterator[rpc.ListCheckpointsResponse]:
        mask, span = Mask.of(request, rpc.Checkpoint, DEFAULT_CHECKPOINT), self._span(request)
        async for item, watermark, end in scan(span, lambda n: self.queries.checkpoints(n, request.filter)):
            message = self.queries.checkpoint_message(item, mask)
            yield rpc.ListCheckpointsResponse(checkpoint=message, watermark=watermark, end=end)

    async def list_transactions(
        self, request: rpc.ListTransactionsRequest
    ) -> AsyncIterator[rpc.ListTransactionsResponse]:
        mask, span = Mask.of(request, rpc.ExecutedTransaction, "digest"), self._span(request)
        async for item, watermark, end in scan(span, lambda n: self.queries.transactions(n, request.filter)):
            message = self.queries.transaction_message(item, mask)
            yield rpc.ListTransactionsResponse(transaction=message, watermark=watermark, end=end)

    async def list_events(self, request: rpc.ListEventsRequest) -> AsyncIterator[rpc.ListEventsResponse]:
        mask, span = Mask.of(request, rpc.Event, DEFAULT_EVENT), self._span(request)
        async for item, watermark, end in scan(span, lambda n: self.queries.events(n, request.filter)):
            message = self.queries.event_message(item, mask)
            yield rpc.ListEventsResponse(event=message, watermark=watermark, end=end)

    def _span(
        self, request: rpc.ListCheckpointsRequest | rpc.ListTransactionsRequest | rpc.ListEventsRequest
    ) -> Span:
        check_filter(request.filter)
        return Span.of(request, self.feed.head.summary.sequence_number)
