"""A blob to its sliver pairs, metadata and id (encoding.md §2, §4, §5)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from walrus_sui.errors import SliverIndexError
from walrus_sui.redstuff import kernels
from walrus_sui.redstuff.blob_id import BlobId
from walrus_sui.redstuff.kernels.arrays import Bytes
from walrus_sui.redstuff.metadata import BlobMetadata, BlobMetadataWithId, SliverPairMetadata
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.placement import Axis
from walrus_sui.redstuff.sliver import SliverData, SliverPair, axis_code

Buffer = bytes | bytearray | memoryview

_COLUMN_BLOCK_BYTES = 32 << 20
"""Expanded columns held at a time, in bytes."""


class EncodedBlob:
    """The sliver pairs of one blob; iterating yields them in pair order.

    Keeps every primary sliver and the parity secondaries; systematic secondaries are cut from the primaries.
    """

    def __init__(self, metadata: BlobMetadata, primaries: Bytes, parity_secondaries: Bytes) -> None:
        self.metadata = metadata
        self.root_hash = metadata.root_hash()
        self.blob_id: BlobId = metadata.blob_id()
        self.params = Params(metadata.n_shards)
        self._primaries = primaries
        self._parity_secondaries = parity_secondaries

    @property
    def n_shards(self) -> int:
        return self.params.n_shards

    def sliver_pair(self, index: int) -> SliverPair:
        """Pair `index`: primary `index` and secondary n - 1 - `index`. Raises `SliverIndexError`."""
        if not 0 <= index < self.n_shards:
            raise SliverIndexError(f"expected a pair index from 0 to {self.n_shards - 1}, got {index}")
        return SliverPair(index, self._primary(index), self._secondary(self.n_shards - 1 - index))

    def __len__(self) -> int:
        return self.n_shards

    def __iter__(self) -> Iterator[SliverPair]:
        return (self.sliver_pair(index) for index in range(self.n_shards))

    def _primary(self, index: int) -> SliverData:
        return self._sliver(self._primaries[index], index)

    def _secondary(self, index: int) -> SliverData:
        columns, rows = self.params.columns, self.params.rows
        if index < columns:
            return self._sliver(self._primaries[:rows, index], index)
        return self._sliver(self._parity_secondaries[index - columns], index)

    def _sliver(self, symbols: Bytes, index: int) -> SliverData:
        return SliverData(symbols.tobytes(), symbols.shape[-1], index)


def encode(data: Buffer, *, n_shards: int) -> EncodedBlob:
    """Encode a blob for `n_shards` shards. Raises `ShardCountError` or `BlobTooLarge`."""
    params = Params(n_shards)
    symbol_size = params.symbol_size(len(data))
    primaries = np.empty((n_shards, params.columns, symbol_size), dtype=np.uint8)
    _fill_source(primaries[: params.rows], data)
    parity_secondaries = _extend_rows(primaries[: params.rows], params)
    leaves = _hash_columns(primaries[: params.rows], parity_secondaries, params, primaries[params.rows :])
    return EncodedBlob(_metadata(len(data), leaves), primaries, parity_secondaries)


def compute_blob_id(data: Buffer, *, n_shards: int) -> BlobMetadataWithId:
    """Id and metadata of a blob, as `encode` makes them, without keeping its slivers."""
    params = Params(n_shards)
    source = np.empty((params.rows, params.columns, params.symbol_size(len(data))), dtype=np.uint8)
    _fill_source(source, data)
    leaves = _hash_columns(source, _extend_rows(source, params), params)
    metadata = _metadata(len(data), leaves)
    return BlobMetadataWithId(metadata.blob_id(), metadata)


def _fill_source(source: Bytes, data: Buffer) -> None:
    """The blob, row by row, zero-padded at its end."""
    flat = source.reshape(-1)
    flat[: len(data)] = np.frombuffer(data, dtype=np.uint8)
    flat[len(data) :] = 0


def _extend_rows(source: Bytes, params: Params) -> Bytes:
    """Source symbols [R, C, S] to the parity columns [n - C, R, S]."""
    rows, columns, symbol_size = source.shape
    parity = np.empty((params.n_shards - columns, rows, symbol_size), dtype=np.uint8)
    code = axis_code(Axis.PRIMARY, params)
    step = _lines_per_block(params, symbol_size)
    for start in range(0, rows, step):
        block = slice(start, min(start + step, rows))
        extended = kernels.engine().extend(code, source[block].transpose(1, 0, 2))
        parity[:, block] = extended[columns:]
    return parity


def _hash_columns(
    source: Bytes, parity_secondaries: Bytes, params: Params, parity_primaries: Bytes | None = None
) -> Bytes:
    """Leaf hashes [n, n, 32] of the whole matrix; fills `parity_primaries` [n - R, C, S] on the way if given."""
    n, rows, columns = params.n_shards, params.rows, params.columns
    engine, code = kernels.engine(), axis_code(Axis.SECONDARY, params)
    leaves = np.empty((n, n, 32), dtype=np.uint8)
    step = _lines_per_block(params, source.shape[2])
    for start in range(0, columns, step):
        block = slice(start, min(start + step, columns))
        extended = engine.extend(code, source[:, block])
        if parity_primaries is not None:
            parity_primaries[:, block] = extended[rows:]
        leaves[:, block] = engine.leaf_hashes(extended)
    for start in range(0, n - columns, step):
        block = slice(start, min(start + step, n - columns))
        extended = engine.extend(code, parity_secondaries[block].transpose(1, 0, 2))
        leaves[:, columns + start : columns + block.stop] = engine.leaf_hashes(extended)
    return leaves


def _lines_per_block(params: Params, symbol_size: int) -> int:
    return max(1, _COLUMN_BLOCK_BYTES // (params.n_shards * symbol_size))


def _metadata(length: int, leaves: Bytes) -> BlobMetadata:
    engine = kernels.engine()
    primary_roots = engine.merkle_roots(leaves)
    secondary_roots = engine.merkle_roots(leaves.transpose(1, 0, 2))
    pairs = zip(primary_roots, reversed(secondary_roots), strict=True)
    hashes = tuple(SliverPairMetadata(bytes(primary), bytes(secondary)) for primary, secondary in pairs)
    return BlobMetadata(length, hashes)
