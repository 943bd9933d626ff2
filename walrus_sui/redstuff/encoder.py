"""A blob to its sliver pairs, metadata and id (encoding.md §2, §4, §5)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from walrus_sui.errors import SliverIndexError
from walrus_sui.redstuff.blob_id import BlobId
from walrus_sui.redstuff.kernels.arrays import Bytes
from walrus_sui.redstuff.matrix import Buffer, MemorySource, encode_matrix
from walrus_sui.redstuff.metadata import BlobMetadata, BlobMetadataWithId, blob_id_of
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.placement import Axis
from walrus_sui.redstuff.sliver import SliverData, SliverPair


class EncodedBlob:
    """The sliver pairs of one blob; iterating yields them in pair order.

    Keeps the blob and the parity symbols: 3.5 times the blob together at 1,000 shards. Slivers are cut on demand.
    """

    def __init__(
        self, metadata: BlobMetadata, source: MemorySource, parity_primaries: Bytes, parity_secondaries: Bytes
    ) -> None:
        self.metadata = metadata
        self.root_hash = metadata.root_hash()
        self.blob_id: BlobId = blob_id_of(metadata.unencoded_length, self.root_hash)
        self.params = Params(metadata.n_shards)
        self._source = source
        self._parity_primaries = parity_primaries
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

    def symbols(self, pair: int, axis: Axis) -> Bytes:
        """The symbols of one sliver of a pair: uint8[length], not copied where they lie side by side."""
        if axis is Axis.PRIMARY:
            return self._row(pair).reshape(-1)
        return self._column(self.n_shards - 1 - pair).reshape(-1)

    def _primary(self, index: int) -> SliverData:
        return SliverData(self._row(index).tobytes(), self.metadata.symbol_size, index)

    def _secondary(self, index: int) -> SliverData:
        return SliverData(self._column(index).tobytes(), self.metadata.symbol_size, index)

    def _row(self, index: int) -> Bytes:
        rows = self.params.rows
        symbols: Bytes = self._source.row(index) if index < rows else self._parity_primaries[index - rows]
        return symbols

    def _column(self, index: int) -> Bytes:
        columns = self.params.columns
        if index >= columns:
            parity: Bytes = self._parity_secondaries[index - columns]
            return parity
        symbols = np.empty((self.params.rows, 1, self.metadata.symbol_size), dtype=np.uint8)
        self._source.columns(index, symbols)
        return symbols


def encode(data: Buffer, *, n_shards: int) -> EncodedBlob:
    """Encode a blob for `n_shards` shards. Raises `ShardCountError` or `BlobTooLarge`.

    A read-only buffer is not copied: it must stay unchanged as long as the result is used.
    """
    params = Params(n_shards)
    source = MemorySource(data, params)
    shape = (n_shards - params.rows, params.columns, source.symbol_size)
    parity_primaries = np.empty(shape, dtype=np.uint8)

    def keep(start: int, symbols: Bytes) -> None:
        systematic = max(0, min(symbols.shape[1], params.columns - start))
        parity_primaries[:, start : start + systematic] = symbols[params.rows :, :systematic]

    encoded = encode_matrix(source, params, keep)
    return EncodedBlob(encoded.metadata, source, parity_primaries, encoded.parity_columns)


def compute_blob_id(data: Buffer, *, n_shards: int) -> BlobMetadataWithId:
    """Id and metadata of a blob, as `encode` makes them, without keeping its slivers."""
    params = Params(n_shards)
    metadata = encode_matrix(MemorySource(data, params), params).metadata
    return BlobMetadataWithId(metadata.blob_id(), metadata)
