"""A blob put together row by row as its primary slivers arrive, in little more memory than it takes.

Slivers are taken unverified. The finished blob is checked as a whole, which is the default check of a read: every
systematic row must have the root that the metadata states (encoding.md §6.2). Only where that fails are slivers
looked at one by one, to tell those that are wrong from a blob that was encoded wrongly.
"""

from __future__ import annotations

import numpy as np

from walrus_sui.errors import DuplicateSliver, InconsistentBlob, SliverError, TooFewSlivers
from walrus_sui.redstuff import kernels
from walrus_sui.redstuff.decoder import Consistency, check_consistency
from walrus_sui.redstuff.kernels.arrays import Bytes, as_symbols
from walrus_sui.redstuff.metadata import BlobMetadata
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.placement import Axis
from walrus_sui.redstuff.sliver import SliverData, axis_code, check_shape, verify_sliver

_QUICK_BYTES = 1 << 20
_LEAST_HASHED = 128
"""What hashing a symbol takes is that of a block of so many bytes at least."""


class RowAssembly:
    """The rows of one blob; `metadata` must be verified."""

    def __init__(self, metadata: BlobMetadata) -> None:
        self._metadata = metadata
        self._params = Params(metadata.n_shards)
        shape = (self._params.rows, self._params.columns, metadata.symbol_size)
        self._source = np.empty(shape, dtype=np.uint8)
        self._padding: bytes = b""
        self._lines: dict[int, Bytes] = {}

    @property
    def missing(self) -> int:
        """How many more slivers it takes."""
        return max(0, self._params.rows - len(self._lines))

    @property
    def quick(self) -> bool:
        """Whether finishing is a matter of a millisecond or two."""
        symbols = self._params.rows * self._params.n_shards
        return symbols * max(self._metadata.symbol_size, _LEAST_HASHED) <= _QUICK_BYTES

    def __contains__(self, index: int) -> bool:
        return index in self._lines

    def add(self, sliver: SliverData) -> None:
        """Take one primary sliver. Systematic ones are copied, others kept. Raises `SliverError`."""
        check_shape(sliver, Axis.PRIMARY, self._metadata)
        if sliver.index in self._lines:
            raise DuplicateSliver(f"expected distinct primary slivers, got number {sliver.index} twice")
        symbols = as_symbols(sliver.data, self._params.columns, sliver.symbol_size)
        if sliver.index < self._params.rows:
            row: Bytes = self._source[sliver.index]
            row[:] = symbols
            symbols = row
        else:
            symbols = symbols.copy()  # it may be a small part of a large answer
        self._lines[sliver.index] = symbols

    def finish(self, consistency: Consistency) -> memoryview:
        """The blob, to be read before anything is added or removed.

        Checks it as `decode` does, but "skip" verifies the slivers. Raises `TooFewSlivers`, or `InconsistentBlob`
        if the blob is not what the metadata states: then `wrong_slivers` tells whether it is the slivers' fault.
        """
        if self.missing:
            raise TooFewSlivers(f"expected {self._params.rows} primary slivers, got {len(self._lines)}")
        if consistency == "skip" and self.wrong_slivers():
            raise InconsistentBlob("expected slivers as the metadata states them, got others")
        self._recover()
        flat = self._source.reshape(-1)
        length = self._metadata.unencoded_length
        # what follows the blob's end must be zero: check the blob as a reader sees it, not what was in the slivers
        self._padding = flat[length:].tobytes()
        flat[length:] = 0
        blob = flat.data[:length].toreadonly()
        check_consistency(self._metadata, self._source, blob, consistency)
        return blob

    def wrong_slivers(self) -> list[int]:
        """The indices of those slivers that are not the ones the metadata states."""
        self._restore_padding()
        return [index for index in self._lines if not self._is_right(index)]

    def drop(self, index: int) -> None:
        """Take a sliver out again, so that another can take its place."""
        del self._lines[index]

    def _recover(self) -> None:
        chosen = sorted(self._lines)[: self._params.rows]
        lines = [self._lines[index] for index in chosen]
        kernels.engine().recover(axis_code(Axis.SECONDARY, self._params), chosen, lines, self._source)

    def _restore_padding(self) -> None:
        if self._padding:
            self._source.reshape(-1)[self._metadata.unencoded_length :] = np.frombuffer(self._padding, np.uint8)
            self._padding = b""

    def _is_right(self, index: int) -> bool:
        sliver = SliverData(self._lines[index].tobytes(), self._metadata.symbol_size, index)
        try:
            verify_sliver(sliver, Axis.PRIMARY, self._metadata)
        except SliverError:
            return False
        return True
