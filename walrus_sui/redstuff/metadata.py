"""What is public about a blob: its length and the root of every sliver (encoding.md §5, §6)."""

from __future__ import annotations

import functools
import hashlib
from typing import Annotated, Self

import numpy as np

from walrus_sui import bcs
from walrus_sui.errors import BcsError, MetadataError
from walrus_sui.redstuff import kernels, merkle
from walrus_sui.redstuff.blob_id import BlobId
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.placement import Axis, pair_index

ENCODING_TYPE_RS2 = 1
"""Reed–Solomon RedStuff. Type 0 (RaptorQ) is retired and refused."""

_VERSION_1 = 0
_MOST_PAIRS = 65535
_PAIR_BYTES = 2 * (1 + merkle.DIGEST_SIZE)


class SliverPairMetadata(bcs.Struct):
    """The roots of the two slivers of one pair."""

    primary: merkle.Node
    secondary: merkle.Node


class _Pairs(bcs.Codec[tuple[SliverPairMetadata, ...]]):
    """As a vector is written. Reading takes pairs of two digests, which all are in practice, at once."""

    _codec = bcs.codec_for(Annotated[tuple[SliverPairMetadata, ...], bcs.MaxLen(_MOST_PAIRS)])

    def write(self, value: tuple[SliverPairMetadata, ...], out: bytearray) -> None:
        self._codec.write(value, out)

    def read(self, reader: bcs.Reader) -> tuple[SliverPairMetadata, ...]:
        start = reader.position
        size = reader.length(_MOST_PAIRS) * _PAIR_BYTES
        if size <= reader.remaining:
            block = bytes(reader.view(size))
            tags = block[::_PAIR_BYTES] + block[_PAIR_BYTES // 2 :: _PAIR_BYTES]
            if tags.count(1) == len(tags):
                return tuple(
                    SliverPairMetadata(block[place + 1 : place + 33], block[place + 34 : place + _PAIR_BYTES])
                    for place in range(0, size, _PAIR_BYTES)
                )
        reader.position = start
        found: tuple[SliverPairMetadata, ...] = self._codec.read(reader)
        return found


class BlobMetadata(bcs.Struct):
    """The unencoded length in bytes and the sliver roots in pair order."""

    unencoded_length: bcs.U64
    hashes: Annotated[tuple[SliverPairMetadata, ...], _Pairs()]

    @property
    def n_shards(self) -> int:
        return len(self.hashes)

    @functools.cached_property
    def symbol_size(self) -> int:
        """Raises `ShardCountError` or `BlobTooLarge` for metadata that no encoder makes."""
        return Params(self.n_shards).symbol_size(self.unencoded_length)

    def root_hash(self) -> bytes:
        """Root over the pairs: 32 bytes; Empty if there are none."""
        zero = bytes(merkle.DIGEST_SIZE)
        leaves = b"".join((pair.primary or zero) + (pair.secondary or zero) for pair in self.hashes)
        if not leaves:
            return merkle.EMPTY
        engine = kernels.engine()
        line = engine.buffer(self.n_shards, 1, 2 * merkle.DIGEST_SIZE)
        line.reshape(-1)[:] = np.frombuffer(leaves, dtype=np.uint8)
        return bytes(engine.line_roots(line)[0])

    def blob_id(self) -> BlobId:
        return blob_id_of(self.unencoded_length, self.root_hash())

    def sliver_root(self, axis: Axis, sliver_index: int) -> bytes:
        """The root stated for one sliver. Raises `SliverIndexError`."""
        pair = self.hashes[pair_index(axis, sliver_index, self.n_shards)]
        return pair.primary if axis is Axis.PRIMARY else pair.secondary

    def write_to(self, out: bytearray) -> None:
        out += bytes((_VERSION_1, ENCODING_TYPE_RS2))
        super().write_to(out)

    @classmethod
    def read_from(cls, reader: bcs.Reader) -> Self:
        version, encoding = reader.byte(), reader.byte()
        if version != _VERSION_1:
            raise BcsError(f"expected blob metadata of version {_VERSION_1}, got {version}")
        if encoding != ENCODING_TYPE_RS2:
            raise BcsError(f"expected encoding type {ENCODING_TYPE_RS2} (RS2), got {encoding}")
        return super().read_from(reader)


class BlobMetadataWithId(bcs.Struct):
    """Metadata as nodes hand it out, with the id it claims; `verify_metadata` tells whether it is true."""

    blob_id: BlobId
    metadata: BlobMetadata


def blob_id_of(unencoded_length: int, root_hash: bytes) -> BlobId:
    """The id: H(encoding type || length as u64 || root). The chain computes the same on registration."""
    preimage = bytes((ENCODING_TYPE_RS2,)) + unencoded_length.to_bytes(8, "little") + root_hash
    return BlobId(hashlib.blake2b(preimage, digest_size=32).digest())


def verify_metadata(metadata: BlobMetadata, blob_id: BlobId | bytes, n_shards: int) -> None:
    """Check that `metadata` is that of `blob_id` among `n_shards` shards. Raises `MetadataError`."""
    if metadata.n_shards != n_shards:
        raise MetadataError(f"expected hashes of {n_shards} sliver pairs, got {metadata.n_shards}")
    limit = Params(n_shards).max_blob_size
    if metadata.unencoded_length > limit:
        raise MetadataError(f"expected a blob of at most {limit} bytes, got {metadata.unencoded_length}")
    actual, expected = metadata.blob_id(), BlobId(bytes(blob_id))
    if actual != expected:
        raise MetadataError(f"expected the metadata of blob {expected}, got that of {actual}")
