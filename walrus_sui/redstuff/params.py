"""Sizes that follow from the number of shards (encoding.md §1, §2)."""

from __future__ import annotations

import dataclasses

from walrus_sui.errors import BlobTooLarge, ShardCountError

MIN_SHARDS = 4
MAX_SHARDS = 49155
"""Beyond this the row code needs more points than GF(2^16) has."""
MAX_SYMBOL_SIZE = 65534
"""Largest even number of bytes a u16 can state."""

_HASH_SIZE = 32


@dataclasses.dataclass(frozen=True)
class Params:
    """The code for `n_shards` shards. Raises `ShardCountError` outside 4..49155.

    A blob is a matrix of `rows` (R) x `columns` (C) symbols; both axes are extended to `n_shards`. Any R primary
    slivers (rows) or any C secondary slivers (columns) rebuild it.
    """

    n_shards: int

    def __post_init__(self) -> None:
        if not MIN_SHARDS <= self.n_shards <= MAX_SHARDS:
            raise ShardCountError(f"expected {MIN_SHARDS} to {MAX_SHARDS} shards, got {self.n_shards}")

    @property
    def f(self) -> int:
        """Most shards that may be faulty."""
        return (self.n_shards - 1) // 3

    @property
    def rows(self) -> int:
        """R, the source symbols of a column; primary slivers needed to decode."""
        return self.n_shards - 2 * self.f

    @property
    def columns(self) -> int:
        """C, the source symbols of a row; secondary slivers needed to decode."""
        return self.n_shards - self.f

    @property
    def quorum(self) -> int:
        """Least weight w with 3w >= 2n+1."""
        return (2 * self.n_shards + 1 + 2) // 3

    @property
    def one_correct(self) -> int:
        """Least weight w with 3w >= n+1."""
        return (self.n_shards + 1 + 2) // 3

    @property
    def max_blob_size(self) -> int:
        """Longest blob in bytes."""
        return self.rows * self.columns * MAX_SYMBOL_SIZE

    def symbol_size(self, length: int) -> int:
        """Bytes per symbol of a blob of `length` bytes: even, at least 2. Raises `BlobTooLarge`."""
        if not 0 <= length <= self.max_blob_size:
            raise BlobTooLarge(
                f"expected at most {self.max_blob_size} bytes for {self.n_shards} shards, got {length}",
                hint="split the file, or use a network with more shards",
            )
        size = -(-max(length, 1) // (self.rows * self.columns))
        return size + size % 2

    def primary_size(self, length: int) -> int:
        """Bytes of a primary sliver: C symbols."""
        return self.columns * self.symbol_size(length)

    def secondary_size(self, length: int) -> int:
        """Bytes of a secondary sliver: R symbols."""
        return self.rows * self.symbol_size(length)

    def encoded_size(self, length: int) -> int:
        """Bytes the chain bills for: all slivers, and the metadata once a shard."""
        slivers = (self.rows + self.columns) * self.symbol_size(length)
        metadata = self.n_shards * 2 * _HASH_SIZE + _HASH_SIZE
        return self.n_shards * (slivers + metadata)
