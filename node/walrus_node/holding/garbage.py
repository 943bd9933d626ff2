"""Giving up what nobody pays for any more (protocol.md §2.7).

At the start of an epoch the objects whose storage ended leave the counters of their blobs: the same on every
node, and before anything else of that epoch is applied. Data goes afterwards and at leisure: slivers and
metadata of blobs without any live object, and slivers of shards that are no longer read from this node.
"""

from __future__ import annotations

import asyncio
import logging

from walrus_node.database import objects
from walrus_node.database.blob_info import is_registered
from walrus_node.database.store import Store
from walrus_node.holding.duty import Duty
from walrus_node.metrics import Metrics
from walrus_node.workers import Workers
from walrus_sui.errors import NodeStoreError, NodeStoreUnwritable

log = logging.getLogger(__name__)

_BLOBS_A_STEP = 100


class Garbage:
    """Removes rows and data from a node's store."""

    def __init__(self, store: Store, workers: Workers, metrics: Metrics) -> None:
        self._store = store
        self._workers = workers
        self._metrics = metrics

    def expire(self, epoch: int) -> None:
        """Take objects that end with `epoch` out of the counters.

        Repeating it, after a crash say, does no harm.
        """
        for object_id, row in self._store.ended_objects(epoch):
            self._store.apply(objects.expired(object_id, row, epoch, self._store))

    async def collect(self, duty: Duty, given_up: frozenset[int]) -> None:
        """Delete data of blobs that are not registered, and of the shards `given_up`.

        Checking and deleting one blob is one step of the event loop, on which registrations are applied too: no
        blob that is registered again meanwhile can lose what is uploaded for it.
        """
        self._metrics.collection_started.set(duty.epoch)
        blob_ids, dropped = self._store.blobs_with_data(), 0
        for number, blob_id in enumerate(blob_ids):
            if not is_registered(self._store.blob_info(blob_id), duty.epoch):
                self._store.drop_data(blob_id)
                dropped += 1
                self._metrics.blobs_collected.inc()
            elif given_up:
                self._store.drop_slivers(blob_id, given_up)
            if number % _BLOBS_A_STEP == 0:
                await asyncio.sleep(0)
        if dropped or given_up:
            await self._reclaim()
            log.info("epoch %d: deleted the data of %d blobs and %d shards", duty.epoch, dropped, len(given_up))
        self._metrics.collection_completed.set(duty.epoch)

    async def _reclaim(self) -> None:
        try:
            await self._workers.run(self._store.reclaim)
        except NodeStoreUnwritable:
            raise
        except NodeStoreError as error:
            log.error("the room of what was deleted is not given back: %s", error.message)
