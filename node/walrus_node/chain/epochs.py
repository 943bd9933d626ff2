"""Taking up the shards of a new epoch, and telling the chain once they are all here (protocol.md §3.5)."""

from __future__ import annotations

import asyncio
import logging

from walrus_node.chain.attester import Attester
from walrus_node.database.store import ShardsHeld, Store
from walrus_node.holding.duty import Duty
from walrus_node.holding.garbage import Garbage
from walrus_node.holding.membership import Membership
from walrus_node.metrics import Metrics
from walrus_node.sync.blob_sync import BlobSync
from walrus_node.workers import Workers
from walrus_sui.client.parallel import together
from walrus_sui.redstuff import BlobId

log = logging.getLogger(__name__)


class Epochs:
    """What the node owes in the epoch that began last. An epoch that begins earlier than expected takes over."""

    def __init__(
        self,
        store: Store,
        membership: Membership,
        sync: BlobSync,
        garbage: Garbage,
        attester: Attester,
        workers: Workers,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._membership = membership
        self._sync = sync
        self._garbage = garbage
        self._attester = attester
        self._workers = workers
        self._metrics = metrics
        self._begun = asyncio.Event()

    async def enter(self, epoch: int) -> None:
        """The chain begins `epoch`: what ended with the one before no longer counts from here on."""
        await self._membership.reach(epoch)
        await self._workers.run(self._garbage.expire, epoch)

    def begin(self, epoch: int) -> None:
        """`epoch` was entered. One that is already over, seen while catching up, asks nothing more of the node."""
        if epoch == self._membership.duty().epoch:
            self._begun.set()

    async def run(self) -> None:
        """Take up one epoch after the other, for ever."""
        while True:
            await self._begun.wait()
            self._begun.clear()
            taking_up = asyncio.ensure_future(self._take_up(self._membership.duty()))
            next_begins = asyncio.ensure_future(self._begun.wait())
            try:
                await asyncio.wait((taking_up, next_begins), return_when=asyncio.FIRST_COMPLETED)
                if taking_up.done():
                    taking_up.result()
            finally:
                taking_up.cancel()
                next_begins.cancel()

    async def _take_up(self, duty: Duty) -> None:
        """What is given up goes while what is gained comes: a full disk may need the one for the other."""
        given_up = frozenset(self._store.shards().readable) - duty.readable
        await together((self._fill(duty), self._give_up(duty, given_up)))

    async def _fill(self, duty: Duty) -> None:
        gained = duty.shards.difference(self._store.shards().complete)
        blob_ids = await self._workers.run(self._lacking, duty, gained)
        self._metrics.shard_syncs.labels("started").inc(len(gained))
        if gained:
            log.info("epoch %d: %d shards to fill from %d blobs", duty.epoch, len(gained), len(blob_ids))
        await self._sync.complete(map(BlobId, blob_ids))
        self._note_held(complete=duty.shards)
        self._metrics.shard_syncs.labels("complete").inc(len(gained))
        await self._workers.run(self._store.sync)  # the chain is about to be told that all of it is here
        self._attester.report(duty.epoch)

    def _lacking(self, duty: Duty, gained: frozenset[int]) -> list[bytes]:
        """Blobs of which something may not be here: all of them for shards that are new, else those still due."""
        if gained:
            return self._store.certified_blobs(duty.epoch)
        return self._store.due_blobs() if duty.shards else []

    async def _give_up(self, duty: Duty, given_up: frozenset[int]) -> None:
        """Until it is done the shards stay noted as readable, so that a later epoch goes on with what was left."""
        self._note_held(readable=given_up | duty.readable)
        await self._garbage.collect(duty, given_up)
        self._note_held(readable=duty.readable)

    def _note_held(
        self, *, complete: frozenset[int] | None = None, readable: frozenset[int] | None = None
    ) -> None:
        noted = self._store.shards()
        self._store.set_shards(
            ShardsHeld(
                noted.complete if complete is None else tuple(sorted(complete)),
                noted.readable if readable is None else tuple(sorted(readable)),
            )
        )
