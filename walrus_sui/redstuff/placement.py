"""Which sliver belongs to which pair, and which pair lies on which shard (encoding.md §4)."""

from __future__ import annotations

import enum

from walrus_sui.errors import SliverIndexError
from walrus_sui.redstuff.blob_id import BlobId


class Axis(enum.Enum):
    """The two kinds of sliver: a primary is a row of the symbol matrix, a secondary a column."""

    PRIMARY = "primary"
    SECONDARY = "secondary"

    @property
    def orthogonal(self) -> Axis:
        return Axis.SECONDARY if self is Axis.PRIMARY else Axis.PRIMARY


def sliver_index(axis: Axis, pair: int, n_shards: int) -> int:
    """Index of the sliver that pair `pair` holds on `axis`. Raises `SliverIndexError`."""
    _check_index(pair, n_shards)
    return pair if axis is Axis.PRIMARY else n_shards - 1 - pair


def pair_index(axis: Axis, sliver_index: int, n_shards: int) -> int:
    """Index of the pair that holds sliver `sliver_index` of `axis`. Raises `SliverIndexError`."""
    _check_index(sliver_index, n_shards)
    return sliver_index if axis is Axis.PRIMARY else n_shards - 1 - sliver_index


def shard_of_pair(blob_id: BlobId | bytes, pair: int, n_shards: int) -> int:
    """The shard that stores pair `pair` of this blob. Raises `SliverIndexError`."""
    _check_index(pair, n_shards)
    return (pair + _rotation(blob_id, n_shards)) % n_shards


def pair_of_shard(blob_id: BlobId | bytes, shard: int, n_shards: int) -> int:
    """The pair of this blob that shard `shard` stores. Raises `SliverIndexError`."""
    _check_index(shard, n_shards)
    return (shard - _rotation(blob_id, n_shards)) % n_shards


def _rotation(blob_id: BlobId | bytes, n_shards: int) -> int:
    return int.from_bytes(bytes(blob_id), "big") % n_shards


def _check_index(index: int, n_shards: int) -> None:
    if not 0 <= index < n_shards:
        raise SliverIndexError(f"expected an index from 0 to {n_shards - 1}, got {index}")
