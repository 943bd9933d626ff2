"""Bundles written straight from the symbol matrix to the socket.

The bytes are those of `walrus_sui.storage.Bundle`. To build that value first would copy every sliver four times,
and cost the client more than encoding does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from walrus_sui.bcs import uleb
from walrus_sui.redstuff import Axis, EncodedBlob, sliver_index
from walrus_sui.storage import MAX_BUNDLE_BYTES, BundlePieces
from walrus_sui.storage.bundle import MAX_BUNDLE_SLIVERS

_PLACE = struct.Struct("<HB")
_TAIL = struct.Struct("<HH")
_HEAD_SIZE = 16
"""Most bytes of a bundle beside its metadata and slivers."""
_JOINED_BYTES = 1 << 20
"""A bundle up to this long is sent as one piece: the copy costs less than the pieces do."""


@dataclass(frozen=True, slots=True)
class Share:
    """Slivers that go in one bundle: those of `axes` of every one of `pairs`."""

    pairs: Sequence[int]
    axes: tuple[Axis, ...] = (Axis.PRIMARY, Axis.SECONDARY)

    def __len__(self) -> int:
        return len(self.pairs) * len(self.axes)


class BundleWriter:
    """Writes bundles of one blob."""

    def __init__(self, encoded: EncodedBlob) -> None:
        self._encoded = encoded
        self._metadata = encoded.metadata.to_bytes()
        size, params = encoded.metadata.symbol_size, encoded.params
        lengths = {Axis.PRIMARY: params.columns * size, Axis.SECONDARY: params.rows * size}
        self._frames = {axis: _frame(length) for axis, length in lengths.items()}
        self._tags = {axis: tag for tag, axis in enumerate(lengths)}
        self._sizes = {
            axis: _PLACE.size + len(self._frames[axis]) + length + _TAIL.size for axis, length in lengths.items()
        }
        self._pair_size = sum(self._sizes.values())

    @property
    def pairs_together(self) -> int:
        """How many sliver pairs one bundle holds beside the metadata; 0 if not even one."""
        room = MAX_BUNDLE_BYTES - _HEAD_SIZE - len(self._metadata)
        return min(room // self._pair_size, MAX_BUNDLE_SLIVERS // 2)

    def largest(self, pairs: int) -> int:
        """Bytes of the largest bundle where a node has this many pairs."""
        return self._pair_size * max(1, min(pairs, self.pairs_together))

    def shares(self, pairs: Sequence[int]) -> list[Share]:
        """All slivers of `pairs`, in as few bundles as will do."""
        together = self.pairs_together
        if not together:
            return [Share((pair,), (axis,)) for pair in pairs for axis in Axis]
        return [Share(pairs[start : start + together]) for start in range(0, len(pairs), together)]

    def write(self, share: Share | None, *, metadata: bool) -> bytes | BundlePieces:
        """The BCS of a bundle of these slivers, and the metadata if wanted."""
        head = b"\x01" + uleb(len(self._metadata)) + self._metadata if metadata else b"\x00"
        if share is None:
            return head + uleb(0)
        head += uleb(len(share))
        size = len(head) + len(share.pairs) * sum(self._sizes[axis] for axis in share.axes)
        if size <= _JOINED_BYTES:
            return b"".join(self._pieces(head, share))
        return BundlePieces(size, lambda: self._pieces(head, share))

    def _pieces(self, head: bytes, share: Share) -> Iterator[bytes | memoryview]:
        """Symbols are not copied, but for the columns that have to be gathered: these one at a time."""
        encoded, size = self._encoded, self._encoded.metadata.symbol_size
        before = head
        for pair in share.pairs:
            for axis in share.axes:
                yield before + _PLACE.pack(pair, self._tags[axis]) + self._frames[axis]
                yield encoded.symbols(pair, axis).data
                before = _TAIL.pack(size, sliver_index(axis, pair, encoded.n_shards))
        yield before


def _frame(length: int) -> bytes:
    """The lengths before a sliver's symbols: of the BCS of its SliverData, and of the symbols."""
    inner = uleb(length)
    return uleb(len(inner) + length + _TAIL.size) + inner
