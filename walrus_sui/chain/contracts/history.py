"""What the contracts accepted in the past, read from the transactions that brought it."""

from __future__ import annotations

from walrus_sui import bcs
from walrus_sui.bcs.sui import (
    Existed,
    ImmOrOwnedObject,
    Input,
    MoveCall,
    ObjectInput,
    ObjectWrite,
    ProgrammableTransaction,
    Pure,
    SharedObject,
    TransactionData,
    TransactionDataV1,
    TransactionEffectsV2,
    U64Tag,
    format_address,
    format_digest,
)
from walrus_sui.bcs.sui.ids import dynamic_field_id
from walrus_sui.chain.availability import AvailabilityProof
from walrus_sui.chain.contracts.certification import BlobCertification
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.objects import ChainObject, DynamicField
from walrus_sui.chain.types import BlsCommittee, SystemStateInnerV1
from walrus_sui.crypto import Certificate, StorageConfirmation
from walrus_sui.crypto.certificate import signers_of
from walrus_sui.errors import BcsError, CertificateError, ContractMismatch, ObjectNotFound

_CALLS = (("system", "certify_blob"), ("availability_certificate", "certify_blob_and_freeze"))
_VERSIONS_BACK = 100
"""How many changes of a Blob object are undone in search of its certification."""


class HistoryReads(ContractReads):
    """Raises `ObjectNotFound` for what the full node no longer keeps: ask one that keeps older transactions."""

    async def availability_proof(self, object_id: bytes) -> AvailabilityProof:
        """The certificate of a certified Blob object, with the committee that signed it; nothing is verified.

        Raises `CertificateError` if the blob is not certified.
        """
        blob = await self.blob(object_id)
        if blob.certified_epoch is None:
            raise CertificateError(f"expected a certified blob, {format_address(object_id)} is not certified yet")
        digest, certification = await self._find_certification(object_id)
        epoch, _ = StorageConfirmation.parse_any_epoch(certification.message)
        committee = await self._committee_at(await self.sui.transaction_effects(digest), epoch)
        signers = signers_of(certification.signers_bitmap, len(committee.members))
        return AvailabilityProof(
            Certificate(signers, certification.message, certification.signature),
            committee,
            object_id,
            blob.size,
            blob.storage.end_epoch,
            format_digest(digest),
        )

    async def _find_certification(self, object_id: bytes) -> tuple[bytes, BlobCertification]:
        found = await self.sui.get_object(object_id)
        for _ in range(_VERSIONS_BACK):
            digest = found.previous_transaction
            certification = certification_in(await self.sui.transaction_data(digest), object_id)
            if certification is not None:
                return digest, certification
            found = await self._version_before(found)
        raise ObjectNotFound(
            f"expected the certification among the last {_VERSIONS_BACK} changes of {format_address(object_id)}"
        )

    async def _version_before(self, found: ChainObject) -> ChainObject:
        effects = await self.sui.transaction_effects(found.previous_transaction)
        for change in effects.changed_objects:
            if change.object_id == found.object_id and isinstance(change.before, Existed):
                return await self.sui.get_object(found.object_id, version=change.before.version)
        raise ContractMismatch(f"expected the certification of {format_address(found.object_id)}, got none")

    async def _committee_at(self, effects: TransactionEffectsV2, epoch: int) -> BlsCommittee:
        """The committee as a transaction found it; if it left the state as it was, that of today."""
        written = {change.object_id for change in effects.changed_objects if isinstance(change.after, ObjectWrite)}
        for version in range(self.version, 0, -1):
            field_id = dynamic_field_id(self.system_object, U64Tag(), bcs.encode(bcs.U64, version))
            if field_id in written:
                field = await self.sui.get_object(field_id, version=effects.lamport_version)
                state: SystemStateInnerV1 = DynamicField.read(field, bcs.U64, SystemStateInnerV1).value
                return state.committee
        committee = (await self.system()).committee
        if committee.epoch != epoch:
            raise ObjectNotFound(f"expected the committee of epoch {epoch}, got that of {committee.epoch}")
        return committee


def certification_in(transaction: TransactionData, object_id: bytes) -> BlobCertification | None:
    """What a transaction certified the Blob object `object_id` with, if it did."""
    if not isinstance(transaction, TransactionDataV1) or not isinstance(transaction.kind, ProgrammableTransaction):
        return None
    inputs = transaction.kind.inputs
    for command in transaction.kind.commands:
        if not isinstance(command, MoveCall) or (command.module, command.function) not in _CALLS:
            continue
        chosen = [inputs[item.index] for item in command.arguments if isinstance(item, Input)]
        if len(chosen) != 5 or _object_id(chosen[1]) != object_id:
            continue
        signature, bitmap, message = (_bytes(item) for item in chosen[2:])
        return BlobCertification(object_id, signature, bitmap, message)
    return None


def _object_id(item: object) -> bytes | None:
    match item:
        case ObjectInput(ImmOrOwnedObject(reference)):
            return reference.object_id
        case ObjectInput(SharedObject(object_id)):
            return object_id
    return None


def _bytes(item: object) -> bytes:
    if not isinstance(item, Pure):
        raise BcsError(f"expected bytes among the inputs of a certification, got {item!r:.100}")
    value: bytes = bcs.decode(bytes, item.value)
    return value
