"""RedStuff: two-dimensional Reed–Solomon coding of blobs, byte-compatible with Walrus (encoding.md).

    encoded = encode(data, n_shards=1000)
    encoded.blob_id, encoded.metadata, encoded.sliver_pair(0)
    decode(encoded.metadata, (pair.primary for pair in encoded), axis=Axis.PRIMARY) == data

Bytes in, values out: nothing here reads files, clocks or the network.
"""

from walrus_sui.redstuff.blob_id import BlobId
from walrus_sui.redstuff.decoder import decode
from walrus_sui.redstuff.encoder import EncodedBlob, encode
from walrus_sui.redstuff.merkle import MerkleProof, MerkleTree
from walrus_sui.redstuff.metadata import (
    ENCODING_TYPE_RS2,
    BlobMetadata,
    BlobMetadataWithId,
    SliverPairMetadata,
    blob_id_of,
    verify_metadata,
)
from walrus_sui.redstuff.params import MAX_SHARDS, MAX_SYMBOL_SIZE, MIN_SHARDS, Params
from walrus_sui.redstuff.placement import Axis, pair_index, pair_of_shard, shard_of_pair, sliver_index
from walrus_sui.redstuff.sliver import (
    PrimarySliver,
    SecondarySliver,
    Sliver,
    SliverData,
    SliverPair,
    verify_sliver,
)

__all__ = [
    "ENCODING_TYPE_RS2",
    "MAX_SHARDS",
    "MAX_SYMBOL_SIZE",
    "MIN_SHARDS",
    "Axis",
    "BlobId",
    "BlobMetadata",
    "BlobMetadataWithId",
    "EncodedBlob",
    "MerkleProof",
    "MerkleTree",
    "Params",
    "PrimarySliver",
    "SecondarySliver",
    "Sliver",
    "SliverData",
    "SliverPair",
    "SliverPairMetadata",
    "blob_id_of",
    "decode",
    "encode",
    "pair_index",
    "pair_of_shard",
    "shard_of_pair",
    "sliver_index",
    "verify_metadata",
    "verify_sliver",
]
