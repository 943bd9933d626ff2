"""Calls of the storage side: reserve, register, certify, extend, delete (contracts.md §1.3, §6.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from walrus_sui import bcs
from walrus_sui.chain.contracts.payment import destroy_zero, split_payments
from walrus_sui.chain.contracts.pricing import Prices, encoded_size
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.events import BlobRegistered, parse_event
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.chain.types import Blob
from walrus_sui.crypto import Certificate
from walrus_sui.errors import ContractMismatch
from walrus_sui.redstuff import ENCODING_TYPE_RS2


@dataclass(frozen=True)
class BlobRegistration:
    """A blob to register: `size` is unencoded bytes, `epochs` how many, counting the current one.

    With `storage`, the id of a Storage object of the account, that is used up and no space bought.
    """

    blob_id: bytes
    root_hash: bytes
    size: int
    epochs: int
    deletable: bool = True
    encoding_type: int = ENCODING_TYPE_RS2
    attributes: Mapping[str, str] = field(default_factory=dict)
    storage: bytes | None = None


@dataclass(frozen=True)
class BlobCertification:
    """A certificate as the contract takes it, for the Blob object `object_id`."""

    object_id: bytes
    signature: bytes
    signers_bitmap: bytes
    message: bytes

    @classmethod
    def of(cls, object_id: bytes, certificate: Certificate, member_count: int) -> Self:
        """`member_count` is the size of the committee whose members signed."""
        return cls(object_id, certificate.signature, certificate.bitmap(member_count), certificate.message)


class StorageCalls(ContractReads):
    """What blob owners do. Each call is one transaction, final when it returns."""

    async def register_blobs(
        self, keypair: Keypair, registrations: Sequence[BlobRegistration]
    ) -> tuple[Blob, ...]:
        """Reserve storage for blobs and register them, all or none; pays exactly the price of the moment.

        The Blob objects come in the order of `registrations` and belong to the account. Raises
        `InsufficientFunds`, `BlobTooLarge`, `MoveAborted` (such as `EStorageExceeded`, `EInvalidEpochsAhead`).
        """

        async def build() -> TransactionBuilder:
            return await self._registration(keypair.address, registrations)

        executed = await self.sui.execute(build, keypair)
        return await self._registered(executed, registrations)

    async def certify_blobs(
        self, keypair: Keypair, certifications: Sequence[BlobCertification]
    ) -> ExecutedTransaction:
        """Certify blobs, all or none. Raises `MoveAborted` for a certificate the contract does not accept."""
        tx = TransactionBuilder()
        for item in certifications:
            arguments = (
                tx.object(self.system_object),
                tx.object(item.object_id),
                tx.pure(bytes, item.signature),
                tx.pure(bytes, item.signers_bitmap),
                tx.pure(bytes, item.message),
            )
            self._call(tx, "system", "certify_blob", arguments)
        return await self.sui.execute(tx, keypair)

    async def delete_blob(self, keypair: Keypair, object_id: bytes) -> ExecutedTransaction:
        """Delete a deletable blob; what is left of its storage goes to the account. Raises `MoveAborted`."""
        tx = TransactionBuilder()
        storage = self._call(tx, "system", "delete_blob", (tx.object(self.system_object), tx.object(object_id)))
        tx.transfer_objects([storage], keypair.address)
        return await self.sui.execute(tx, keypair)

    async def extend_blob(self, keypair: Keypair, object_id: bytes, epochs: int) -> ExecutedTransaction:
        """Pay for `epochs` more epochs of a certified blob. Raises `InsufficientFunds`, `MoveAborted`."""
        blob, system = await self.blob(object_id), await self.system()
        cost = Prices.of(system).storage_cost(blob.storage.storage_size, epochs)

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (cost,))
            arguments = (tx.object(self.system_object), tx.object(object_id), tx.pure(bcs.U32, epochs), coin)
            self._call(tx, "system", "extend_blob", arguments)
            destroy_zero(tx, self.wal_type, coin)
            return tx

        return await self.sui.execute(build, keypair)

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

    async def _registration(self, owner: bytes, registrations: Sequence[BlobRegistration]) -> TransactionBuilder:
        system = await self.system()
        prices = Prices.of(system)
        sizes = [encoded_size(system, item.size) for item in registrations]
        storage = sum(
            prices.storage_cost(size, item.epochs)
            for size, item in zip(sizes, registrations, strict=True)
            if item.storage is None
        )
        tx = TransactionBuilder()
        payments = (storage, sum(map(prices.write_cost, sizes)))
        storage_coin, write_coin = await split_payments(self.sui, tx, owner, self.wal_type, payments)
        blobs = [
            self._register(tx, item, size, storage_coin, write_coin)
            for item, size in zip(registrations, sizes, strict=True)
        ]
        destroy_zero(tx, self.wal_type, storage_coin)
        destroy_zero(tx, self.wal_type, write_coin)
        tx.transfer_objects(blobs, owner)
        return tx

    def _register(
        self, tx: TransactionBuilder, item: BlobRegistration, size: int, storage_coin: Usable, write_coin: Usable
    ) -> CommandResult:
        arguments = (
            tx.object(self.system_object),
            self._storage(tx, item, size, storage_coin),
            tx.pure(bcs.Bytes32, item.blob_id),
            tx.pure(bcs.Bytes32, item.root_hash),
            tx.pure(bcs.U64, item.size),
            tx.pure(bcs.U8, item.encoding_type),
            tx.pure(bool, item.deletable),
            write_coin,
        )
        blob = self._call(tx, "system", "register_blob", arguments)
        self._set_attributes(tx, blob, item.attributes)
        return blob

    def _storage(self, tx: TransactionBuilder, item: BlobRegistration, size: int, coin: Usable) -> Usable:
        if item.storage is not None:
            return tx.object(item.storage)
        system = tx.object(self.system_object)
        arguments = (system, tx.pure(bcs.U64, size), tx.pure(bcs.U32, item.epochs), coin)
        return self._call(tx, "system", "reserve_space", arguments)

    def _set_attributes(self, tx: TransactionBuilder, blob: Usable, attributes: Mapping[str, str]) -> None:
        for key, value in attributes.items():
            arguments = (blob, tx.pure(str, key), tx.pure(str, value))
            self._call(tx, "blob", "insert_or_update_metadata_pair", arguments)

    async def _registered(
        self, executed: ExecutedTransaction, registrations: Sequence[BlobRegistration]
    ) -> tuple[Blob, ...]:
        """The objects a registration created, in its order: their events come in that order too."""
        events = [parse_event(event, self.original_package) for event in executed.events]
        ids = [event.object_id for event in events if isinstance(event, BlobRegistered)]
        if len(ids) != len(registrations):
            raise ContractMismatch(f"expected {len(registrations)} registered blobs in {executed}, got {len(ids)}")
        return tuple(found.parse(Blob) for found in await self.sui.get_objects(ids))
