"""Calls on storage pools: capacity bought once for many blobs, which come and go in it (contracts.md §1.8)."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_sui import bcs
from walrus_sui.bcs.sui import Argument
from walrus_sui.chain.contracts.base import STORAGE_POOL
from walrus_sui.chain.contracts.payment import destroy_zero, split_payments
from walrus_sui.chain.contracts.pricing import Prices, encoded_size
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.contracts.registration import BlobRegistration
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder, Usable
from walrus_sui.chain.types import VersionedId


class StoragePoolCalls(ContractReads):
    """Each call is one transaction, final when it returns, and raises `MoveAborted` for what does not fit.

    Blobs in a pool are named by the pool's id and their blob id; capacities are encoded bytes.
    """

    async def create_storage_pool(self, keypair: Keypair, capacity: int, epochs: int) -> bytes:
        """Buy a pool of `capacity` bytes for `epochs` epochs; returns its id. Raises `InsufficientFunds`."""
        cost = Prices.of(await self.system()).storage_cost(capacity, epochs)

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (cost,))
            amounts = (tx.pure(bcs.U64, capacity), tx.pure(bcs.U32, epochs))
            pool = self._call(tx, "system", "create_storage_pool", (tx.object(self.system_object), *amounts, coin))
            destroy_zero(tx, self.wal_type, coin)
            tx.transfer_objects([pool], keypair.address)
            return tx

        executed = await self.sui.execute(build, keypair)
        (found,) = await self.sui.created_objects(executed, self._type(*STORAGE_POOL))
        return found.parse(VersionedId).object_id

    async def register_pooled_blobs(
        self, keypair: Keypair, pool: bytes, registrations: Sequence[BlobRegistration]
    ) -> ExecutedTransaction:
        """Register blobs in a pool, all or none; pays for writing only. Raises `InsufficientFunds`.

        The pool decides until when: the epochs and attributes of `registrations` are not used.
        """
        system = await self.system()
        prices = Prices.of(system)
        cost = sum(prices.write_cost(encoded_size(system, item.size)) for item in registrations)

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (cost,))
            for item in registrations:
                self._register_pooled(tx, pool, item, coin)
            destroy_zero(tx, self.wal_type, coin)
            return tx

        return await self.sui.execute(build, keypair)

    async def certify_pooled_blob(
        self,
        keypair: Keypair,
        pool: bytes,
        blob_id: bytes,
        *,
        signature: bytes,
        signers_bitmap: bytes,
        message: bytes,
    ) -> ExecutedTransaction:
        """Certify one blob of a pool."""
        tx = TransactionBuilder()
        proof = (tx.pure(bytes, part) for part in (signature, signers_bitmap, message))
        return await self._on_blob(keypair, tx, "certify_pooled_blob", pool, blob_id, *proof)

    async def delete_pooled_blob(self, keypair: Keypair, pool: bytes, blob_id: bytes) -> ExecutedTransaction:
        """Delete a deletable blob; its capacity is the pool's again."""
        return await self._on_blob(keypair, TransactionBuilder(), "delete_pooled_blob", pool, blob_id)

    async def burn_expired_pooled_blob(self, keypair: Keypair, pool: bytes, blob_id: bytes) -> ExecutedTransaction:
        """Remove a blob from a pool whose time is over."""
        return await self._on_blob(keypair, TransactionBuilder(), "burn_expired_pooled_blob", pool, blob_id)

    async def extend_storage_pool(self, keypair: Keypair, pool: bytes, epochs: int) -> ExecutedTransaction:
        """Keep a pool, and all blobs in it, for `epochs` more. Raises `InsufficientFunds`."""
        storage = (await self.storage_pool(pool)).storage
        cost = Prices.of(await self.system()).storage_cost(storage.storage_size, epochs)
        return await self._pay(keypair, "extend_storage_pool", pool, (bcs.U32, epochs), cost)

    async def increase_storage_pool_capacity(
        self, keypair: Keypair, pool: bytes, additional: int
    ) -> ExecutedTransaction:
        """Add `additional` bytes to a pool for the rest of its time. Raises `InsufficientFunds`."""
        storage, system = (await self.storage_pool(pool)).storage, await self.system()
        epochs = storage.end_epoch - max(storage.start_epoch, system.committee.epoch)
        cost = Prices.of(system).storage_cost(additional, epochs)
        return await self._pay(keypair, "increase_storage_pool_capacity", pool, (bcs.U64, additional), cost)

    async def _pay(
        self, keypair: Keypair, function: str, pool: bytes, value: tuple[object, int], cost: int
    ) -> ExecutedTransaction:
        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (cost,))
            arguments = (tx.object(self.system_object), tx.object(pool), tx.pure(*value), coin)
            self._call(tx, "system", function, arguments)
            destroy_zero(tx, self.wal_type, coin)
            return tx

        return await self.sui.execute(build, keypair)

    async def _on_blob(
        self,
        keypair: Keypair,
        tx: TransactionBuilder,
        function: str,
        pool: bytes,
        blob_id: bytes,
        *proof: Argument,
    ) -> ExecutedTransaction:
        place = (tx.object(self.system_object), tx.object(pool), tx.pure(bcs.Bytes32, blob_id))
        self._call(tx, "system", function, (*place, *proof))
        return await self.sui.execute(tx, keypair)

    def _register_pooled(self, tx: TransactionBuilder, pool: bytes, item: BlobRegistration, coin: Usable) -> None:
        arguments = (
            tx.object(self.system_object),
            tx.object(pool),
            tx.pure(bcs.Bytes32, item.blob_id),
            tx.pure(bcs.Bytes32, item.root_hash),
            tx.pure(bcs.U64, item.size),
            tx.pure(bcs.U8, item.encoding_type),
            tx.pure(bool, item.deletable),
            coin,
        )
        self._call(tx, "system", "register_pooled_blob", arguments)
