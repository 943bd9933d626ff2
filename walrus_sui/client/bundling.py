"""Bundles written straight from the symbol matrix: one copy for all slivers of a request.

The bytes are those of `walrus_sui.storage.Bundle`. To build that value first would copy every sliver four times,
and cost the client more than encoding does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from walrus_sui.bcs import uleb
from walrus_sui.redstuff import Axis, EncodedBlob, sliver_index

Place = tuple[int, Axis]
"""Pair index and axis of a sliver."""

_PLACE = struct.Struct("<HB")
_TAIL = struct.Struct("<HH")
_TAGS = {Axis.PRIMARY: 0, Axis.SECONDARY: 1}


class BundleWriter:
    """Writes bundles of one blob; `sizes` are the bytes that a sliver of each axis adds."""

    def __init__(self, encoded: EncodedBlob) -> None:
        self._encoded = encoded
        self._metadata = encoded.metadata.to_bytes()
        size, params = encoded.metadata.symbol_size, encoded.params
        self._lengths = {Axis.PRIMARY: params.columns * size, Axis.SECONDARY: params.rows * size}
        self._frames = {axis: self._frame(length) for axis, length in self._lengths.items()}
        self.sizes = {axis: len(self._frames[axis]) + self._lengths[axis] + 7 for axis in Axis}

    @property
    def metadata_size(self) -> int:
        return len(self._metadata)

    def write(self, places: Sequence[Place], *, metadata: bool) -> bytes:
        """The BCS of a bundle of these slivers, and the metadata if wanted."""
        head = b"\x01" + uleb(len(self._metadata)) + self._metadata if metadata else b"\x00"
        return b"".join((head, uleb(len(places)), *self._slivers(places)))

    def _slivers(self, places: Iterable[Place]) -> Iterable[bytes | memoryview]:
        n_shards, size = self._encoded.n_shards, self._encoded.metadata.symbol_size
        for pair, axis in places:
            yield _PLACE.pack(pair, _TAGS[axis]) + self._frames[axis]
            yield self._encoded.symbols(pair, axis).data
            yield _TAIL.pack(size, sliver_index(axis, pair, n_shards))

    @staticmethod
    def _frame(length: int) -> bytes:
        """The lengths before a sliver's symbols: of the BCS of its SliverData, and of the symbols."""
        inner = uleb(length)
        return uleb(len(inner) + length + _TAIL.size) + inner
