"""Blobs, certificates and statuses as the commands show them: JSON in Walrus' shapes, and text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from walrus_sui.chain.types import Blob
    from walrus_sui.client import Operation, StoredBlob, StoreFailure, StorePlan

_FROST_PER_WAL = 10**9


def store_document(stored: StoredBlob) -> dict[str, Any]:
    """`blobStoreResult` (protocol.md §5.2), with the certificate added."""
    if stored.blob is None or stored.operation is None:
        return {"alreadyCertified": _already_document(stored)}
    created: dict[str, Any] = {
        "blobObject": blob_document(stored.blob),
        "resourceOperation": _operation_document(stored.operation),
        "cost": stored.cost,
        "certificate": certificate_document(stored),
        "estimatedExpiryTimestamp": _timestamp(stored.expires),
    }
    if stored.certificate_object is not None:
        created["certificateObject"] = "0x" + stored.certificate_object.hex()
    return {"newlyCreated": created}


def _operation_document(operation: Operation) -> dict[str, Any]:
    from walrus_sui.client import ResourceUse

    details = {"encodedLength": operation.encoded_length}
    if operation.use is ResourceUse.NEW:
        details["epochsAhead"] = operation.epochs
    elif operation.epochs:
        details["epochsExtended"] = operation.epochs
    return {operation.use.value: details}


def _already_document(stored: StoredBlob) -> dict[str, Any]:
    document: dict[str, Any] = {"blobId": str(stored.blob_id)}
    if stored.event is not None:
        document["event"] = stored.event.to_json()
    if stored.object_id is not None:
        document["object"] = "0x" + stored.object_id.hex()
    return document | {"endEpoch": stored.end_epoch}


def _timestamp(date: datetime | None) -> str | None:
    return None if date is None else date.isoformat(timespec="seconds").replace("+00:00", "Z")


def store_failure_document(failure: StoreFailure) -> dict[str, Any]:
    """`blobStoreResult` of a blob among others that could not be stored (protocol.md §5.2)."""
    error = {
        "blobId": None if failure.blob_id is None else str(failure.blob_id),
        "failurePhase": failure.phase.value,
        "errorMsg": failure.error.message,
        "code": failure.error.code,
        "hint": failure.error.hint,
    }
    return {"error": error}


def store_failure_text(path: str, failure: StoreFailure) -> str:
    hint = f"\n  hint: {failure.error.hint}" if failure.error.hint else ""
    return f"{path}: NOT STORED, it failed to {failure.phase.value}\n  {failure.error.message}{hint}"


def plan_document(plan: StorePlan) -> dict[str, Any]:
    """A dry run's answer for one file (protocol.md §6.1), with what it is stored on and until when."""
    return {
        "blobId": str(plan.blob_id),
        "unencodedSize": plan.size,
        "encodedSize": plan.encoded_length,
        "storageCost": plan.cost,
        "encodingType": "RS2",
        "resourceOperation": None if plan.operation is None else _operation_document(plan.operation),
        "endEpoch": plan.end_epoch,
        "estimatedExpiryTimestamp": _timestamp(plan.expires),
    }


def plan_text(path: str, plan: StorePlan) -> str:
    lines = [
        f"{path}: {'is stored' if plan.operation is None else 'would be stored'} "
        f"until epoch {plan.end_epoch}{_about(plan.expires)}",
        f"  blob id   {plan.blob_id}",
        f"  size      {plan.size} bytes, {plan.encoded_length} encoded",
        f"  cost      {cost_text(plan.cost)}",
    ]
    return "\n".join(lines)


def blob_document(blob: Blob) -> dict[str, Any]:
    """A Blob object as the official tools word it."""
    from walrus_sui.redstuff import BlobId

    return {
        "id": "0x" + blob.object_id.hex(),
        "registeredEpoch": blob.registered_epoch,
        "blobId": str(BlobId(blob.blob_id)),
        "size": blob.size,
        "encodingType": "RS2",
        "certifiedEpoch": blob.certified_epoch,
        "storage": {
            "id": "0x" + blob.storage.object_id.hex(),
            "startEpoch": blob.storage.start_epoch,
            "endEpoch": blob.storage.end_epoch,
            "storageSize": blob.storage.storage_size,
        },
        "deletable": blob.deletable,
    }


def certificate_document(stored: StoredBlob) -> dict[str, Any] | None:
    if stored.certificate is None:
        return None
    return {
        "signers": list(stored.certificate.signers),
        "weight": stored.weight,
        "message": stored.certificate.message.hex(),
        "signature": stored.certificate.signature.hex(),
        "unconfirmed": stored.unconfirmed,
    }


def blob_line(blob: Blob, epoch: int) -> str:
    """One line about a Blob object, as of `epoch`."""
    from walrus_sui.redstuff import BlobId

    certified = "certified" if blob.certified_epoch is not None else "not certified"
    end = "expired in" if blob.storage.end_epoch <= epoch else "until"
    kind = "deletable" if blob.deletable else "permanent"
    facts = f"{blob.size} bytes, {kind}, {certified}, {end} epoch {blob.storage.end_epoch}"
    return f"{BlobId(blob.blob_id)}  0x{blob.object_id.hex()}  {facts}"


def store_text(path: str, stored: StoredBlob) -> str:
    until = f"until epoch {stored.end_epoch}{_about(stored.expires)}"
    if stored.blob is None:
        return f"{path}: already certified {until}\n  blob id   {stored.blob_id}"
    kind = "deletable" if stored.blob.deletable else "permanent"
    lines = [
        f"{path}: {'already certified' if stored.already_certified else 'stored'} {until}, {kind}",
        f"  blob id   {stored.blob_id}",
        f"  object    0x{stored.blob.object_id.hex()}",
        f"  size      {stored.size} bytes, {stored.encoded_length} encoded",
        f"  cost      {cost_text(stored.cost)}",
    ]
    if stored.certificate_object is not None:
        lines.append(f"  frozen    0x{stored.certificate_object.hex()}, the certificate")
    return "\n".join([*lines, *_unconfirmed_lines(stored)])


def _about(date: datetime | None) -> str:
    return "" if date is None else f" (about {date:%Y-%m-%d %H:%M} UTC)"


def cost_text(frost: int) -> str:
    return f"{frost / _FROST_PER_WAL:.9f} WAL ({frost} FROST)"


def certificate_text(stored: StoredBlob, n_shards: int) -> str:
    """The certificate and the Blob object it certified."""
    if stored.certificate is None or stored.blob is None:
        return f"{stored.blob_id}: already certified until epoch {stored.end_epoch}"
    signature = stored.certificate.signature.hex()
    signers = ", ".join(map(str, stored.certificate.signers))
    lines = [
        f"certificate of {stored.blob_id}",
        f"  signers    {signers} (members of the committee), {stored.weight} of {n_shards} shards",
        f"  message    {stored.certificate.message.hex()}",
        f"  signature  {signature[:48]}…{signature[-16:]}",
        f"Blob object 0x{stored.blob.object_id.hex()}",
        f"  registered in epoch {stored.blob.registered_epoch}, certified in {stored.blob.certified_epoch}, "
        f"stored until {stored.end_epoch}",
        f"  {stored.blob.size} bytes, {stored.encoded_length} encoded, for {stored.cost / _FROST_PER_WAL:.6f} WAL",
    ]
    return "\n".join([*lines, *_unconfirmed_lines(stored)])


def status_text(status: Any) -> str:
    """A blob status, given as its JSON, in one line."""
    if status == "nonexistent":
        return "not stored"
    ((kind, facts),) = status.items()
    if kind == "invalid":
        return f"proved inconsistent (transaction {facts['event']['txDigest']})"
    if kind == "permanent":
        state = "certified" if facts["isCertified"] else "registered, not certified"
        return f"permanent until epoch {facts['endEpoch']}, {state}"
    certified = facts["deletableCounts"]["count_deletable_certified"]
    return f"deletable, {certified} of {facts['deletableCounts']['count_deletable_total']} objects certified"


def _unconfirmed_lines(stored: StoredBlob) -> list[str]:
    return [f"  no confirmation from {name}: {reason}" for name, reason in stored.unconfirmed.items()]
