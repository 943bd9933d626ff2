"""Files of a quilt, each read from its own columns alone (encoding.md §9).

A column of a quilt is a secondary sliver, so one file costs the slivers it lies in and not the whole blob. Where
too few nodes give what a column takes, the blob is read as a whole instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.parallel import together
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.reading.column import ColumnReader
from walrus_sui.client.reading.metadata import fetch_metadata
from walrus_sui.client.reading.standing import Standings
from walrus_sui.errors import NodeError, QuiltError, RedStuffError
from walrus_sui.redstuff import BlobId, BlobMetadata, Params
from walrus_sui.redstuff.quilt import QuiltFile, QuiltPatch, column_of, index_columns, read_file, read_index


async def open_quilt(
    nodes: CommitteeNodes,
    blob_id: BlobId,
    *,
    limits: Limits,
    standings: Standings,
    whole: Callable[[], Awaitable[bytes]],
) -> QuiltReader:
    """A reader of one quilt; `whole` reads its blob. Raises `BlobNotFound`, `BlobUnavailable`."""
    found = await fetch_metadata(nodes, blob_id, limits=limits, on_progress=ignore_progress)
    reader = ColumnReader(nodes, blob_id, found.metadata, limits, standings)
    return QuiltReader(reader, blob_id, found.metadata, whole)


class QuiltReader:
    """One quilt, column by column. `whole` reads its blob."""

    def __init__(
        self, reader: ColumnReader, blob_id: BlobId, metadata: BlobMetadata, whole: Callable[[], Awaitable[bytes]]
    ) -> None:
        self._reader = reader
        self._blob_id = blob_id
        self._metadata = metadata
        self._whole = whole
        self._blob: bytes | None = None
        self._reading = asyncio.Lock()

    async def patches(self) -> tuple[QuiltPatch, ...]:
        """Where the files are, in the order of their names. Raises `QuiltError` if the blob is no quilt."""
        (first,) = await self.columns(0, 1)
        count = index_columns(first)
        if count > self._params.columns:
            raise QuiltError(f"expected an index within {self._params.columns} columns, got one of {count}")
        return read_index([first, *await self.columns(1, count)])

    async def files(self, identifiers: Iterable[str] | None) -> tuple[QuiltFile, ...]:
        """The files of these names, or all. Raises `QuiltError` for a name that the quilt does not hold."""
        patches = {patch.identifier: patch for patch in await self.patches()}
        wanted = list(patches if identifiers is None else identifiers)
        for name in wanted:
            if name not in patches:
                raise QuiltError(f"expected one of {', '.join(patches)} in quilt {self._blob_id}, got {name!r}")
        return await together(self.file(patches[name].start, patches[name].end) for name in wanted)

    async def file(self, start: int, end: int) -> QuiltFile:
        """The file in columns `start` up to but not including `end`. Raises `QuiltError`."""
        if not 0 < start < end <= self._params.columns:
            raise QuiltError(f"expected columns within 1 to {self._params.columns}, got {start} to {end}")
        return read_file(await self.columns(start, end))

    async def columns(self, start: int, end: int) -> tuple[bytes, ...]:
        """Columns `start` up to but not including `end`, each verified."""
        if self._blob is None:
            try:
                return await together(self._reader.column(column) for column in range(start, end))
            except (NodeError, RedStuffError):
                await self._read_whole()
        return tuple(column_of(self._blob_padded(), column, self._params) for column in range(start, end))

    async def _read_whole(self) -> None:
        async with self._reading:
            if self._blob is None:
                self._blob = await self._whole()

    def _blob_padded(self) -> bytes:
        params, blob = self._params, self._blob or b""
        return blob.ljust(params.rows * params.columns * self._metadata.symbol_size, b"\0")

    @property
    def _params(self) -> Params:
        return Params(self._metadata.n_shards)
