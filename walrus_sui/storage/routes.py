"""Where a storage node answers: every path of its HTTP API, for the server and the client alike (protocol.md
§1.3).

The templates use Starlette's `{name}` form; the functions fill them in.
"""

from __future__ import annotations

from collections.abc import Iterable

from walrus_sui.bcs.sui import format_address
from walrus_sui.crypto.messages import Deletable, Permanent
from walrus_sui.redstuff import Axis, BlobId, SymbolId

METADATA = "/v1/blobs/{blob_id}/metadata"
METADATA_STATUS = "/v1/blobs/{blob_id}/metadata/status"
SLIVER = "/v1/blobs/{blob_id}/slivers/{pair_index}/{sliver_type}"
SLIVER_STATUS = "/v1/blobs/{blob_id}/slivers/{pair_index}/{sliver_type}/status"
PERMANENT_CONFIRMATION = "/v1/blobs/{blob_id}/confirmation/permanent"
DELETABLE_CONFIRMATION = "/v1/blobs/{blob_id}/confirmation/deletable/{object_id}"
RECOVERY_SYMBOLS = "/v1/blobs/{blob_id}/recoverySymbols"
DECODING_SYMBOLS = "/v1/blobs/{blob_id}/decodingSymbols"
INCONSISTENCY_PROOF = "/v1/blobs/{blob_id}/inconsistencyProof/{sliver_type}"
BLOB_STATUS = "/v1/blobs/{blob_id}/status"
SYNC_SHARD = "/v1/migrate/sync_shard"
HEALTH = "/v1/health"
BUNDLE = "/v1/blobs/{blob_id}/bundle"
"""Ours, beside the protocol's: see `walrus_sui.storage.bundle`."""

BCS_CONTENT_TYPE = "application/octet-stream"


def metadata(blob_id: BlobId) -> str:
    return METADATA.format(blob_id=blob_id)


def metadata_status(blob_id: BlobId) -> str:
    return METADATA_STATUS.format(blob_id=blob_id)


def sliver(blob_id: BlobId, pair_index: int, axis: Axis) -> str:
    return SLIVER.format(blob_id=blob_id, pair_index=pair_index, sliver_type=axis.value)


def sliver_status(blob_id: BlobId, pair_index: int, axis: Axis) -> str:
    return SLIVER_STATUS.format(blob_id=blob_id, pair_index=pair_index, sliver_type=axis.value)


def permanent_confirmation(blob_id: BlobId) -> str:
    return PERMANENT_CONFIRMATION.format(blob_id=blob_id)


def deletable_confirmation(blob_id: BlobId, object_id: bytes) -> str:
    return DELETABLE_CONFIRMATION.format(blob_id=blob_id, object_id=format_address(object_id))


def recovery_symbols(blob_id: BlobId, ids: Iterable[SymbolId], proof_axis: Axis) -> str:
    """Symbols with proofs under slivers of `proof_axis`."""
    query = "".join(f"&id={symbol_id}" for symbol_id in ids)
    return f"{RECOVERY_SYMBOLS.format(blob_id=blob_id)}?proofAxis={proof_axis.value}{query}"


def decoding_symbols(blob_id: BlobId, targets: Iterable[int], axis: Axis) -> str:
    """Symbols without proofs of several source slivers."""
    query = "".join(f"targetSlivers={target}&" for target in targets)
    return f"{DECODING_SYMBOLS.format(blob_id=blob_id)}?{query}targetType={axis.value}"


def inconsistency_proof(blob_id: BlobId, axis: Axis) -> str:
    return INCONSISTENCY_PROOF.format(blob_id=blob_id, sliver_type=axis.value)


def blob_status(blob_id: BlobId) -> str:
    return BLOB_STATUS.format(blob_id=blob_id)


def store_bundle(
    blob_id: BlobId, *, pending: bool, confirm: Permanent | Deletable | None, wait_millis: int | None
) -> str:
    query = ["pending=true"] if pending else []
    if confirm is not None:
        query.append(f"confirm={_persistence(confirm)}")
    if wait_millis is not None:
        query.append(f"wait_millis={wait_millis}")
    return BUNDLE.format(blob_id=blob_id) + ("?" + "&".join(query) if query else "")


def bundle(
    blob_id: BlobId, pairs: Iterable[int], axis: Axis | None, *, metadata: bool, max_bytes: int | None
) -> str:
    """Slivers of several pairs, of both axes without `axis`, and the metadata."""
    query = [f"pairs={','.join(map(str, pairs))}"]
    if axis is not None:
        query.append(f"axis={axis.value}")
    if metadata:
        query.append("metadata=true")
    if max_bytes is not None:
        query.append(f"max_bytes={max_bytes}")
    return f"{BUNDLE.format(blob_id=blob_id)}?{'&'.join(query)}"


def _persistence(persistence: Permanent | Deletable) -> str:
    return "permanent" if isinstance(persistence, Permanent) else format_address(persistence.object_id)
