"""Making sure that the node has its part of every certified blob (protocol.md §3.3).

A certified blob is due until the node holds its metadata and both slivers of every shard it owns. What is due is
noted on disk together with the event that made it so, hence a restart forgets nothing. Most blobs have been
uploaded to the node already, or soon will be; for the rest the slivers are fetched from who held the shard
before, or rebuilt.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial

from walrus_node.database import blob_info
from walrus_node.database.store import Store
from walrus_node.holding.custody import Custody, Missing
from walrus_node.holding.intake import Intake
from walrus_node.holding.membership import Membership
from walrus_node.metrics import Metrics
from walrus_node.refusal import Refusal
from walrus_node.sync.handover import Handover
from walrus_node.sync.invalidation import Invalidation
from walrus_node.sync.rebuilding import Rebuilding
from walrus_node.workers import Workers
from walrus_sui.client.limits import Limits
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.reading.metadata import fetch_metadata
from walrus_sui.errors import WalrusError
from walrus_sui.redstuff import Axis, BlobId, BlobMetadataWithId, InconsistencyProof, SliverData, sliver_index

log = logging.getLogger(__name__)

UPLOAD_GRACE_SECONDS = 3.0
"""How long after its certificate a blob's own writer may still be uploading to this node."""
_REBUILT_IN_ORDER = (Axis.SECONDARY, Axis.PRIMARY)
"""A secondary sliver takes primary ones of few nodes; a primary one, while others are down, secondaries of all
that are left, and this node's own."""
_BLOBS_AT_ONCE = 8
_TARGETS_AT_ONCE = 16
_FIRST_RETRY_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 60.0


class BlobSync:
    """Works on the due blobs, several at a time, each until it is complete or no longer certified."""

    def __init__(
        self,
        store: Store,
        custody: Custody,
        intake: Intake,
        membership: Membership,
        invalidation: Invalidation,
        workers: Workers,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._custody = custody
        self._intake = intake
        self._membership = membership
        self._invalidation = invalidation
        self._workers = workers
        self._metrics = metrics
        self._queue: asyncio.Queue[BlobId] = asyncio.Queue()
        self._due: dict[BlobId, asyncio.Future[None]] = {}
        self._waiting: dict[BlobId, asyncio.TimerHandle] = {}
        """Due blobs whose turn has not come."""
        self._again: set[BlobId] = set()
        self._attempts: Counter[BlobId] = Counter()

    @property
    def backlog(self) -> int:
        """Blobs that are due."""
        return len(self._due)

    def enqueue(self, blob_id: BlobId, delay: float = 0.0) -> asyncio.Future[None]:
        """Have a blob completed, no sooner than `delay` seconds from now. The future tells when it is.

        For one that is being worked on the work is looked over once more at the end: what the node has to hold
        may have changed meanwhile.
        """
        if blob_id in self._due:
            self._again.add(blob_id)
        else:
            self._due[blob_id] = asyncio.get_running_loop().create_future()
            self._begin_later(blob_id, delay)
        return self._due[blob_id]

    def _begin_later(self, blob_id: BlobId, delay: float) -> None:
        self._waiting[blob_id] = asyncio.get_running_loop().call_later(delay, self._begin, blob_id)

    def _begin(self, blob_id: BlobId) -> None:
        del self._waiting[blob_id]
        self._queue.put_nowait(blob_id)

    def heal(self, blob_id: BlobId) -> None:
        """Something of the blob was found damaged: have it completed anew."""
        self._store.mark_due(bytes(blob_id))
        self.enqueue(blob_id)

    async def complete(self, blob_ids: Iterable[BlobId]) -> None:
        """Have all these blobs completed, without regard to how long they should have waited."""
        completed = [self._hasten(blob_id) for blob_id in blob_ids]
        if completed:
            await asyncio.wait(completed)  # which, unlike gather, leaves them to others when it is cancelled

    def _hasten(self, blob_id: BlobId) -> asyncio.Future[None]:
        waiting = self._waiting.get(blob_id)
        if waiting is None:
            return self.enqueue(blob_id)
        waiting.cancel()
        self._attempts.pop(blob_id, None)
        self._begin(blob_id)
        return self._due[blob_id]

    async def run(self) -> None:
        """Begin with what the disk says is due, and go on for ever."""
        for raw in await self._workers.run(self._store.due_blobs):
            self.enqueue(BlobId(raw))
        async with asyncio.TaskGroup() as group:
            for _ in range(_BLOBS_AT_ONCE):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            blob_id = await self._queue.get()
            self._again.discard(blob_id)
            try:
                await self._complete(blob_id)
            except (WalrusError, Refusal) as error:
                # a refusal is the node's own: the blob or its shards ceased to be its concern meanwhile
                self._retry(blob_id, error)
                continue
            if blob_id in self._again:
                self._queue.put_nowait(blob_id)
                continue
            self._store.no_longer_due(bytes(blob_id))
            self._attempts.pop(blob_id, None)
            self._due.pop(blob_id).set_result(None)

    def _retry(self, blob_id: BlobId, error: Exception) -> None:
        self._attempts[blob_id] += 1
        delay = min(_FIRST_RETRY_SECONDS * 2 ** (self._attempts[blob_id] - 1), _LONGEST_RETRY_SECONDS)
        log.warning("could not complete blob %s, trying again in %.0f s: %s", blob_id, delay, error)
        self._begin_later(blob_id, delay)

    async def _complete(self, blob_id: BlobId) -> None:
        if not self._is_wanted(blob_id):
            return
        missing = await self._workers.run(self._custody.missing, blob_id)
        if missing.is_nothing:
            return
        log.info("blob %s: %d slivers are missing", blob_id, len(missing.slivers))
        began, status = time.monotonic(), "failure"
        try:
            await self._bring_in(blob_id, missing)
            status = "success"
        finally:
            self._metrics.blob_seconds.labels(status).observe(time.monotonic() - began)

    async def _bring_in(self, blob_id: BlobId, missing: Missing) -> None:
        metadata = await self._metadata(blob_id)
        wanted = await self._fetch_from_previous(metadata, missing.slivers)
        for axis in _REBUILT_IN_ORDER:
            pairs = [pair for pair, of in wanted if of is axis]
            for start in range(0, len(pairs), _TARGETS_AT_ONCE):
                await self._rebuild(metadata, axis, pairs[start : start + _TARGETS_AT_ONCE])

    def _is_wanted(self, blob_id: BlobId) -> bool:
        duty = self._membership.duty()
        info = self._store.blob_info(bytes(blob_id))
        return bool(duty.shards) and blob_info.is_certified(info, duty.epoch)

    async def _metadata(self, blob_id: BlobId) -> BlobMetadataWithId:
        stored = self._custody.known_metadata(blob_id)
        if stored is not None:
            return BlobMetadataWithId(blob_id, stored)
        fetched = await self._fetch_metadata(blob_id)
        await self._workers.run(self._intake.store_metadata, blob_id, fetched.metadata.to_bytes())
        return fetched

    async def _fetch_metadata(self, blob_id: BlobId) -> BlobMetadataWithId:
        *earlier, last = self._membership.committees
        for nodes in earlier:
            try:
                return await fetch_metadata(nodes, blob_id, limits=Limits(), on_progress=ignore_progress)
            except WalrusError as error:
                log.debug("no metadata of blob %s from the previous committee: %s", blob_id, error)
        return await fetch_metadata(last, blob_id, limits=Limits(), on_progress=ignore_progress)

    async def _fetch_from_previous(
        self, metadata: BlobMetadataWithId, slivers: list[tuple[int, Axis]]
    ) -> list[tuple[int, Axis]]:
        """Ask who held the shards in the epoch before for whole slivers; gives what is still missing."""
        if len(self._membership.committees) < 2:
            return slivers
        handover = Handover(self._membership.committees[0], self._membership.node_id, self._intake, self._workers)
        found = await handover.fetch(metadata.blob_id, slivers)
        for _, axis in found:
            self._metrics.slivers_synced[axis].inc()
        return [place for place in slivers if place not in found]

    async def _rebuild(self, metadata: BlobMetadataWithId, axis: Axis, pairs: list[int]) -> None:
        n_shards = metadata.metadata.n_shards
        pair_of = {sliver_index(axis, pair, n_shards): pair for pair in pairs}
        own = partial(self._custody.readable_slivers, metadata.blob_id, axis.orthogonal)
        rebuilding = Rebuilding(metadata, axis, list(pair_of), own, self._workers)
        try:
            found = await rebuilding.run(self._membership.committees, self._membership.node_id)
        except WalrusError:
            self._metrics.slivers_not_recovered[axis].inc(len(pairs))
            raise
        for rebuilt in found:
            if isinstance(rebuilt, InconsistencyProof):
                await self._invalidation.report(self._membership.current, metadata.blob_id, axis, rebuilt)
                return
            await self._store_sliver(metadata.blob_id, pair_of[rebuilt.index], axis, rebuilt)
            self._metrics.slivers_recovered[axis].inc()

    async def _store_sliver(self, blob_id: BlobId, pair: int, axis: Axis, sliver: SliverData) -> None:
        await self._workers.run(self._intake.store_sliver, blob_id, pair, axis, sliver.to_bytes())
