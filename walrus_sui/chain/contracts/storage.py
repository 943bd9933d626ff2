"""Calls on blobs that are there: delete, extend, attributes, reports of invalid ones (contracts.md §1.3, §6.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from walrus_sui.chain.contracts.certification import BlobExtension, CertificationCalls
from walrus_sui.chain.contracts.registration import RegistrationCalls
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder, Usable


class StorageCalls(RegistrationCalls, CertificationCalls):
    """What blob owners do. Each call is one transaction, final when it returns."""

    async def delete_blob(self, keypair: Keypair, object_id: bytes) -> ExecutedTransaction:
        """Delete a deletable blob; what is left of its storage goes to the account. Raises `MoveAborted`."""
        return await self.delete_blobs(keypair, (object_id,))

    async def delete_blobs(self, keypair: Keypair, object_ids: Sequence[bytes]) -> ExecutedTransaction:
        """Delete deletable blobs, all or none; what is left of their storage goes to the account.

        Raises `MoveAborted` if one of them cannot be deleted.
        """
        tx = TransactionBuilder()
        system = tx.object(self.system_object)
        storages = [
            self._call(tx, "system", "delete_blob", (system, tx.object(object_id))) for object_id in object_ids
        ]
        tx.transfer_objects(storages, keypair.address)
        return await self.sui.execute(tx, keypair)

    async def extend_blob(self, keypair: Keypair, object_id: bytes, epochs: int) -> ExecutedTransaction:
        """Pay for `epochs` more epochs of a certified blob. Raises `InsufficientFunds`, `MoveAborted`."""
        blob = await self.blob(object_id)
        return await self.certify_blobs(keypair, (), [BlobExtension(object_id, blob.storage.storage_size, epochs)])

    async def set_blob_attributes(
        self, keypair: Keypair, object_id: bytes, attributes: Mapping[str, str]
    ) -> ExecutedTransaction:
        """Add or replace attributes of a blob."""
        tx = TransactionBuilder()
        self._set_attributes(tx, tx.object(object_id), attributes)
        return await self.sui.execute(tx, keypair)

    async def remove_blob_attributes(
        self, keypair: Keypair, object_id: bytes, keys: Sequence[str]
    ) -> ExecutedTransaction:
        """Remove attributes of a blob. Raises `MoveAborted` if one is not there."""
        tx = TransactionBuilder()
        for key in keys:
            self._call(tx, "blob", "remove_metadata_pair", (tx.object(object_id), tx.pure(str, key)))
        return await self.sui.execute(tx, keypair)

    async def invalidate_blob_id(
        self, keypair: Keypair, *, signature: bytes, signers_bitmap: bytes, message: bytes
    ) -> ExecutedTransaction:
        """Report a blob that is not a codeword, attested by at least one correct node's weight."""
        tx = TransactionBuilder()
        proof = (tx.pure(bytes, part) for part in (signature, signers_bitmap, message))
        self._call(tx, "system", "invalidate_blob_id", (tx.object(self.system_object), *proof))
        return await self.sui.execute(tx, keypair)

    def _set_attributes(self, tx: TransactionBuilder, blob: Usable, attributes: Mapping[str, str]) -> None:
        for key, value in attributes.items():
            arguments = (blob, tx.pure(str, key), tx.pure(str, value))
            self._call(tx, "blob", "insert_or_update_metadata_pair", arguments)
