"""`SubscriptionService`: checkpoints as they are made (source: sui_localnet.md §1.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.transactions import DEFAULT_CHECKPOINT, checkpoint_message


class SubscriptionService:
    def __init__(self, feed: CheckpointFeed) -> None:
        self.feed = feed

    async def subscribe_checkpoints(
        self, request: rpc.SubscribeCheckpointsRequest
    ) -> AsyncIterator[rpc.SubscribeCheckpointsResponse]:
        mask = Mask.of(request, DEFAULT_CHECKPOINT)
        ledger = self.feed.ledger
        async for record in self.feed.follow():
            yield rpc.SubscribeCheckpointsResponse(
                cursor=record.summary.sequence_number, checkpoint=checkpoint_message(record, ledger, mask)
            )
