"""Every route of the node as data: what it takes, what it answers and why it refuses (protocol.md §1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from walrus_sui.storage import Reason, routes

Schema = dict[str, Any]

_INDEX: Schema = {"type": "integer", "minimum": 0, "maximum": 0xFFFF}
_AXIS: Schema = {"type": "string", "enum": ["primary", "secondary"]}
_FLAG: Schema = {"type": "string", "enum": ["true", "false"]}
_ADDRESS: Schema = {"type": "string", "pattern": "^0x[0-9a-f]{64}$"}
_MILLIS: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999}

PATH_PARAMETERS: dict[str, tuple[Schema, str]] = {
    "blob_id": (
        # 256 bits end two bits into the last of 43 characters
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"},
        "The blob's id: 32 bytes in URL-safe base64 without padding.",
    ),
    "pair_index": (_INDEX, "Index of the sliver pair."),
    "sliver_type": (_AXIS, "Which sliver of the pair."),
    "object_id": (_ADDRESS, "The Blob object on chain."),
}


@dataclass(frozen=True)
class Query:
    """A parameter after the question mark."""

    name: str
    schema: Schema
    about: str
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    `body` says what the bytes of the request are. `answer` is the JSON schema of the answer's `data`, or the text
    that says what its bytes are. `codes` are those of success, `refusals` the reasons by status.
    """

    method: str
    path: str
    about: str
    answer: Schema | str
    codes: tuple[int, ...] = (200,)
    refusals: Mapping[int, tuple[Reason, ...]] = field(default_factory=dict)
    query: tuple[Query, ...] = ()
    body: str | None = None
    headers: tuple[Query, ...] = ()


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_PENDING = Query("pending", _FLAG, "The blob may not be registered yet: keep the upload for a short while.")
_WAITING = (
    Query("wait_for_registration", _FLAG, "Wait for the blob's registration if it has not been seen yet."),
    Query("wait_millis", _MILLIS, "How long, at most; the node has a limit of its own."),
)
_PROOF_AXIS = Query("proofAxis", _AXIS, "Which slivers the symbols are proved under.")
_UPLOAD = {"type": "string"}
_STORED = {"type": "string", "enum": ["nonexistent", "buffered", "stored"]}
_NO_SHARD = (Reason.INDEX_OUT_OF_RANGE, Reason.SHARD_NOT_ASSIGNED)
_BLOCKED = (Reason.FORBIDDEN_BLOB,)
_UPLOAD_REFUSALS = (
    Reason.NOT_REGISTERED,
    Reason.CACHE_SATURATED,
    Reason.UNSUPPORTED_ENCODING_TYPE,
    Reason.INVALID_CONTENT_TYPE,
)
_SLIVER_REFUSALS = (
    *_UPLOAD_REFUSALS,
    *_NO_SHARD,
    Reason.METADATA_NOT_FOUND,
    Reason.INVALID_SLIVER,
    Reason.SLIVER_INDEX_MISMATCH,
    Reason.SLIVER_TOO_LARGE,
)
_CONFIRMATION_REFUSALS = (
    Reason.NOT_REGISTERED,
    Reason.METADATA_NOT_FOUND,
    Reason.MISSING_SLIVERS,
    Reason.SHARD_NOT_ASSIGNED,
)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        routes.METADATA,
        "A blob's metadata.",
        "BCS of BlobMetadataWithId",
        refusals={404: (Reason.METADATA_NOT_FOUND,), 451: _BLOCKED},
    ),
    Operation(
        "PUT",
        routes.METADATA,
        "Store a blob's metadata, which must hash to its id.",
        _UPLOAD,
        codes=(200, 201, 202),
        refusals={400: (*_UPLOAD_REFUSALS, Reason.INVALID_BLOB, Reason.INVALID_METADATA)},
        query=(_PENDING,),
        body="BCS of BlobMetadata, without the id",
    ),
    Operation("GET", routes.METADATA_STATUS, "Whether a blob's metadata is stored.", _STORED),
    Operation(
        "GET",
        routes.SLIVER,
        "One sliver.",
        "BCS of SliverData",
        refusals={400: _NO_SHARD, 404: (Reason.SLIVER_NOT_FOUND,), 451: _BLOCKED},
    ),
    Operation(
        "PUT",
        routes.SLIVER,
        "Store one sliver, which must match the metadata stored before.",
        _UPLOAD,
        codes=(200, 201, 202),
        refusals={400: _SLIVER_REFUSALS},
        query=(_PENDING,),
        body="BCS of SliverData",
    ),
    Operation("GET", routes.SLIVER_STATUS, "Whether one sliver is stored.", _STORED, refusals={400: _NO_SHARD}),
    Operation(
        "PUT",
        routes.BUNDLE,
        "Store metadata and any number of slivers, all or nothing; then confirm, if asked to.",
        _ref("BundleReceipt"),
        codes=(200, 201, 202),
        refusals={400: (*_SLIVER_REFUSALS, Reason.INVALID_BLOB, Reason.INVALID_METADATA, Reason.INVALID_BUNDLE)},
        query=(
            _PENDING,
            Query(
                "confirm",
                {"oneOf": [{"const": "permanent", "type": "string"}, _ADDRESS]},
                "Confirm as permanent, or for this Blob object.",
            ),
            Query("wait_millis", _MILLIS, "How long to wait for the registration before confirming."),
        ),
        body="BCS of Bundle",
    ),
    Operation(
        "GET",
        routes.BUNDLE,
        "Metadata and slivers, as far as they are here and fit into one answer.",
        "BCS of Bundle",
        refusals={400: _NO_SHARD, 404: (Reason.METADATA_NOT_FOUND, Reason.SLIVER_NOT_FOUND), 451: _BLOCKED},
        query=(
            Query("pairs", {"type": "string", "pattern": "^[0-9]{1,4}(,[0-9]{1,4}){0,9}$"}, "Pairs, by comma."),
            Query("axis", _AXIS, "Only slivers of this kind."),
            Query("metadata", _FLAG, "The metadata too."),
            Query("max_bytes", {"type": "integer", "minimum": 0, "maximum": 99_999_999}, "No longer than this."),
        ),
    ),
    Operation(
        "GET",
        routes.PERMANENT_CONFIRMATION,
        "The node's signed word that it stores its part of a permanent blob.",
        _ref("Confirmation"),
        refusals={400: _CONFIRMATION_REFUSALS},
        query=_WAITING,
    ),
    Operation(
        "GET",
        routes.DELETABLE_CONFIRMATION,
        "The node's signed word that it stores its part of a deletable blob.",
        _ref("Confirmation"),
        refusals={400: _CONFIRMATION_REFUSALS},
        query=_WAITING,
    ),
    Operation(
        "GET",
        routes.RECOVERY_SYMBOLS,
        "Symbols to rebuild a sliver from, each with its proof: by id, or all of one target sliver.",
        "BCS of Vec<GeneralRecoverySymbol>",
        refusals={
            400: (
                Reason.NO_SYMBOLS_SPECIFIED,
                Reason.SYMBOL_NOT_PRESENT_AT_SHARDS,
                Reason.INVALID_FILTER,
                Reason.INDEX_OUT_OF_RANGE,
            ),
            404: (Reason.SLIVER_NOT_FOUND,),
            451: _BLOCKED,
        },
        query=(
            _PROOF_AXIS,
            Query(
                "id",
                {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{1,4}-[0-9]{1,4}$"}},
                "A symbol, as index of its primary sliver - index of its secondary sliver.",
            ),
            Query("targetSliver", _INDEX, "The sliver to rebuild, instead of ids."),
            Query("targetType", _AXIS, "Its kind."),
        ),
    ),
    Operation(
        "GET",
        routes.DECODING_SYMBOLS,
        "Symbols of several source slivers, without proofs.",
        "BCS of BTreeMap<u16, Vec<EitherDecodingSymbol>>",
        refusals={
            400: (Reason.NO_TARGET_SLIVERS_SPECIFIED, Reason.RECOVERY_SYMBOL_OUT_OF_RANGE),
            404: (Reason.SLIVER_NOT_FOUND,),
            451: _BLOCKED,
        },
        query=(
            Query("targetSlivers", {"type": "array", "items": _INDEX, "minItems": 1}, "Slivers.", required=True),
            Query("targetType", _AXIS, "Their kind.", required=True),
        ),
    ),
    Operation(
        "POST",
        routes.INCONSISTENCY_PROOF,
        "Have the node check that a blob was encoded wrongly, and attest it.",
        _ref("SignedMessage"),
        refusals={400: (Reason.METADATA_NOT_FOUND, Reason.INVALID_PROOF, Reason.INVALID_CONTENT_TYPE)},
        body="BCS of InconsistencyProof",
    ),
    Operation("GET", routes.BLOB_STATUS, "What the node knows of a blob from the chain.", _ref("BlobStatus")),
    Operation(
        "GET",
        routes.HEALTH,
        "How the node is.",
        _ref("ServiceHealthInfo"),
        query=(Query("detailed", _FLAG, "Its shards one by one, too."),),
    ),
    Operation(
        "POST",
        routes.SYNC_SHARD,
        "The slivers of a shard, for the node that owns it from this epoch on.",
        "BCS of SyncShardResponse",
        refusals={
            400: (
                Reason.SLIVER_COUNT_EXCEEDS_LIMIT,
                Reason.MESSAGE_VERIFICATION_FAILED,
                Reason.SHARD_NOT_ASSIGNED,
                Reason.INVALID_EPOCH,
                Reason.INVALID_CONTENT_TYPE,
            ),
            403: (Reason.REQUEST_UNAUTHORIZED,),
        },
        body="BCS of SignedMessage",
        headers=(
            Query("Authorization", {"type": "string"}, "The asking node's BLS key, in base64.", required=True),
        ),
    ),
)
