"""RedStuff: two-dimensional Reed–Solomon coding of blobs, byte-compatible with Walrus (encoding.md).

    encoded = encode(data, n_shards=1000)
    encoded.blob_id, encoded.metadata, encoded.sliver_pair(0)
    decode(encoded.metadata, (pair.primary for pair in encoded), axis=Axis.PRIMARY) == data

Bytes in, values out: nothing here reads files, clocks or the network.
"""

from walrus_sui.redstuff.blob_id import BlobId
from walrus_sui.redstuff.decoder import decode
from walrus_sui.redstuff.encoder import EncodedBlob, compute_blob_id, encode
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
from walrus_sui.redstuff.recovery import (
    DecodesPrimary,
    DecodesSecondary,
    DecodingSymbol,
    EitherDecodingSymbol,
    GeneralRecoverySymbol,
    InconsistencyProof,
    RecoverySymbol,
    SymbolId,
    rebuild_sliver,
    rebuild_unproven,
    recovery_symbols,
    verify_inconsistency_proof,
    verify_symbol,
)
from walrus_sui.redstuff.sliver import (
    PrimarySliver,
    SecondarySliver,
    Sliver,
    SliverData,
    SliverPair,
    SyncShardResponse,
    SyncShardResponseV1,
    verify_sliver,
    verify_slivers,
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
    "DecodesPrimary",
    "DecodesSecondary",
    "DecodingSymbol",
    "EitherDecodingSymbol",
    "EncodedBlob",
    "GeneralRecoverySymbol",
    "InconsistencyProof",
    "MerkleProof",
    "MerkleTree",
    "Params",
    "PrimarySliver",
    "RecoverySymbol",
    "SecondarySliver",
    "Sliver",
    "SliverData",
    "SliverPair",
    "SliverPairMetadata",
    "SymbolId",
    "SyncShardResponse",
    "SyncShardResponseV1",
    "blob_id_of",
    "compute_blob_id",
    "decode",
    "encode",
    "pair_index",
    "pair_of_shard",
    "rebuild_sliver",
    "rebuild_unproven",
    "recovery_symbols",
    "shard_of_pair",
    "sliver_index",
    "verify_inconsistency_proof",
    "verify_metadata",
    "verify_sliver",
    "verify_slivers",
    "verify_symbol",
]
