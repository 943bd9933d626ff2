"""Reading a blob: metadata, just enough slivers, decoding, and the check of the result (protocol.md §4.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.progress import Phase, Progress, ProgressListener, ignore_progress
from walrus_sui.client.reading.fetch import SliverFetch
from walrus_sui.client.reading.metadata import fetch_metadata
from walrus_sui.client.reading.standing import Standings
from walrus_sui.errors import BlobUnavailable, InconsistentBlob
from walrus_sui.redstuff import Axis, BlobId, BlobMetadata, SliverData, decode, verify_sliver
from walrus_sui.redstuff.assembly import RowAssembly
from walrus_sui.redstuff.decoder import Consistency

T = TypeVar("T")


async def read_blob(
    nodes: CommitteeNodes,
    blob_id: BlobId,
    *,
    consistency: Consistency = "default",
    limits: Limits,
    on_progress: ProgressListener,
    standings: Standings | None = None,
) -> memoryview:
    """The blob's bytes, verified against `blob_id`. `standings` remembers nodes from one read to the next.

    Raises `BlobNotFound`, `BlobUnavailable`, or `InconsistentBlob` if its writer had encoded it wrongly.
    """
    return await _Read(nodes, blob_id, consistency, limits, on_progress, standings or Standings()).run()


async def _run(work: Callable[[Consistency], T], consistency: Consistency, *, beside: bool) -> T:
    """Do `work` here or in a thread `beside`, which takes longer to begin than little work takes to do."""
    return await asyncio.to_thread(work, consistency) if beside else work(consistency)


class _Read:
    def __init__(
        self,
        nodes: CommitteeNodes,
        blob_id: BlobId,
        consistency: Consistency,
        limits: Limits,
        on_progress: ProgressListener,
        standings: Standings,
    ) -> None:
        self._nodes = nodes
        self._blob_id = blob_id
        self._consistency = consistency
        self._limits = limits
        self._on_progress = on_progress
        self._standings = standings
        self._primaries = self._fetch(Axis.PRIMARY)

    async def run(self) -> memoryview:
        """Enough primaries, or where those are lost, enough secondaries."""
        try:
            metadata = await self._metadata()
            blob = await self._from_primaries(metadata)
        finally:
            await self._primaries.close()
        return await self._from_secondaries(metadata) if blob is None else blob

    def _fetch(self, axis: Axis) -> SliverFetch:
        return SliverFetch(
            self._nodes,
            self._blob_id,
            axis,
            limits=self._limits,
            standings=self._standings,
            on_progress=self._on_progress,
        )

    async def _metadata(self) -> BlobMetadata:
        self._on_progress(Progress(Phase.METADATA, 0, 1))
        metadata = await self._primaries.open()
        if metadata is None:  # those who were asked for slivers too have none of either
            found = await fetch_metadata(
                self._nodes, self._blob_id, limits=self._limits, on_progress=ignore_progress
            )
            metadata = found.metadata
        self._on_progress(Progress(Phase.METADATA, 1, 1))
        return metadata

    async def _from_primaries(self, metadata: BlobMetadata) -> memoryview | None:
        rows = RowAssembly(metadata)
        while await self._primaries.collect(metadata, rows.add):
            self._on_progress(Progress(Phase.DECODE, 0, 1))
            try:
                blob = await _run(rows.finish, self._consistency, beside=not rows.quick)
            except InconsistentBlob:
                wrong = await asyncio.to_thread(rows.wrong_slivers)
                if not wrong:
                    raise
            else:
                self._on_progress(Progress(Phase.DECODE, 1, 1))
                return blob
            for index in wrong:
                rows.drop(index)
                self._primaries.reject(index)
        return None

    async def _from_secondaries(self, metadata: BlobMetadata) -> memoryview:
        slivers: list[SliverData] = []
        secondaries = self._fetch(Axis.SECONDARY)

        def take(sliver: SliverData) -> None:
            verify_sliver(sliver, Axis.SECONDARY, metadata)
            slivers.append(sliver)

        try:
            if not await secondaries.collect(metadata, take):
                raise self._unavailable(secondaries)
        finally:
            await secondaries.close()
        self._on_progress(Progress(Phase.DECODE, 0, 1))
        blob = await asyncio.to_thread(
            decode, metadata, slivers, axis=Axis.SECONDARY, consistency=self._consistency
        )
        self._on_progress(Progress(Phase.DECODE, 1, 1))
        return memoryview(blob)

    def _unavailable(self, secondary: SliverFetch) -> BlobUnavailable:
        primary = self._primaries
        return BlobUnavailable(
            f"expected {primary.needed} primary or {secondary.needed} secondary slivers of blob {self._blob_id}, "
            f"got {primary.got} and {secondary.got}; these storage nodes did not give all theirs:",
            got=primary.got,
            needed=primary.needed,
            failures=secondary.failures | primary.failures,
            hint="try again when more storage nodes are up",
        )
