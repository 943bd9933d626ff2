"""`SubscriptionService`: checkpoints, transactions and events as they come (source: sui_localnet.md §1.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.records import CheckpointRecord
from walrus_localnet.chain.rpc.filters import check_filter
from walrus_localnet.chain.rpc.masks import Mask, mask_paths
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.queries import DEFAULT_EVENT, Queries
from walrus_localnet.chain.rpc.scan import Position
from walrus_localnet.chain.rpc.transactions import DEFAULT_CHECKPOINT, checkpoint_message
from walrus_localnet.chain.rpc.wire import Encoded, encode

_SHARED = 64
"""Encoded checkpoints that are kept for whoever listens a little later."""


class SubscriptionService:
    def __init__(self, feed: CheckpointFeed) -> None:
        self.feed = feed
        self.queries = Queries(feed)
        self._encoded: dict[tuple[bytes, tuple[str, ...]], Encoded] = {}

    async def subscribe_checkpoints(self, request: rpc.SubscribeCheckpointsRequest) -> AsyncIterator[Encoded]:
        """`SubscribeCheckpointsResponse`s, each made once for all who listen with the same mask."""
        check_filter(request.filter)
        mask, paths = Mask.of(request, rpc.Checkpoint, DEFAULT_CHECKPOINT), mask_paths(request)
        async for record in self.feed.follow():
            for _ in self.queries.checkpoints(record.summary.sequence_number, request.filter):
                yield self._shared(record, mask, paths)

    def _shared(self, record: CheckpointRecord, mask: Mask, paths: tuple[str, ...]) -> Encoded:
        key = record.summary.digest(), paths
        found = self._encoded.get(key)
        if found is None:
            sequence, message = record.summary.sequence_number, checkpoint_message(record, self.feed.ledger, mask)
            answer = rpc.SubscribeCheckpointsResponse(cursor=sequence, checkpoint=message)
            found = self._encoded[key] = Encoded(encode(answer))
            if len(self._encoded) > _SHARED:
                del self._encoded[next(iter(self._encoded))]
        return found

    async def subscribe_transactions(
        self, request: rpc.SubscribeTransactionsRequest
    ) -> AsyncIterator[rpc.SubscribeTransactionsResponse]:
        check_filter(request.filter)
        mask = Mask.of(request, rpc.ExecutedTransaction, "digest")
        async for record in self.feed.follow():
            for position, found in self.queries.transactions(record.summary.sequence_number, request.filter):
                message = self.queries.transaction_message(found, mask)
                yield rpc.SubscribeTransactionsResponse(transaction=message, watermark=_watermark(position))

    async def subscribe_events(
        self, request: rpc.SubscribeEventsRequest
    ) -> AsyncIterator[rpc.SubscribeEventsResponse]:
        check_filter(request.filter)
        mask = Mask.of(request, rpc.Event, DEFAULT_EVENT)
        async for record in self.feed.follow():
            for position, found in self.queries.events(record.summary.sequence_number, request.filter):
                message = self.queries.event_message(found, mask)
                yield rpc.SubscribeEventsResponse(event=message, watermark=_watermark(position))


def _watermark(position: Position) -> rpc.Watermark:
    covered = position.checkpoint - 1
    return rpc.Watermark(cursor=position.cursor(), checkpoint=covered if covered >= 0 else None)
