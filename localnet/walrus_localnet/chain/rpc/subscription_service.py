"""`SubscriptionService`: checkpoints, transactions and events as they come (source: sui_localnet.md §1.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.rpc.filters import check_filter
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.queries import DEFAULT_EVENT, Queries
from walrus_localnet.chain.rpc.scan import Position
from walrus_localnet.chain.rpc.transactions import DEFAULT_CHECKPOINT, checkpoint_message


class SubscriptionService:
    def __init__(self, feed: CheckpointFeed) -> None:
        self.feed = feed
        self.queries = Queries(feed)

    async def subscribe_checkpoints(
        self, request: rpc.SubscribeCheckpointsRequest
    ) -> AsyncIterator[rpc.SubscribeCheckpointsResponse]:
        check_filter(request.filter)
        mask, ledger = Mask.of(request, DEFAULT_CHECKPOINT), self.feed.ledger
        async for record in self.feed.follow():
            sequence = record.summary.sequence_number
            for _ in self.queries.checkpoints(sequence, request.filter):
                message = checkpoint_message(record, ledger, mask)
                yield rpc.SubscribeCheckpointsResponse(cursor=sequence, checkpoint=message)

    async def subscribe_transactions(
        self, request: rpc.SubscribeTransactionsRequest
    ) -> AsyncIterator[rpc.SubscribeTransactionsResponse]:
        check_filter(request.filter)
        mask = Mask.of(request, "digest")
        async for record in self.feed.follow():
            for position, found in self.queries.transactions(record.summary.sequence_number, request.filter):
                message = self.queries.transaction_message(found, mask)
                yield rpc.SubscribeTransactionsResponse(transaction=message, watermark=_watermark(position))

    async def subscribe_events(
        self, request: rpc.SubscribeEventsRequest
    ) -> AsyncIterator[rpc.SubscribeEventsResponse]:
        check_filter(request.filter)
        mask = Mask.of(request, DEFAULT_EVENT)
        async for record in self.feed.follow():
            for position, found in self.queries.events(record.summary.sequence_number, request.filter):
                message = self.queries.event_message(found, mask)
                yield rpc.SubscribeEventsResponse(event=message, watermark=_watermark(position))


def _watermark(position: Position) -> rpc.Watermark:
    covered = position.checkpoint - 1
    return rpc.Watermark(cursor=position.cursor(), checkpoint=covered if covered >= 0 else None)
