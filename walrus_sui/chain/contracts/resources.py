"""Calls on storage that was bought but holds no blob: buy, cut up, join (contracts.md §1.7)."""

from __future__ import annotations

from walrus_sui import bcs
from walrus_sui.bcs.sui import Argument
from walrus_sui.chain.contracts.base import STORAGE
from walrus_sui.chain.contracts.payment import destroy_zero, split_payments
from walrus_sui.chain.contracts.pricing import Prices
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.types import Storage


class ResourceCalls(ContractReads):
    """Each call is one transaction, final when it returns; what it makes belongs to the account.

    All raise `MoveAborted` for periods or sizes that do not fit.
    """

    async def reserve_space(self, keypair: Keypair, size: int, epochs: int) -> Storage:
        """Buy `size` encoded bytes for `epochs` epochs, counting the current one. Raises `InsufficientFunds`."""
        cost = Prices.of(await self.system()).storage_cost(size, epochs)

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (cost,))
            arguments = (tx.object(self.system_object), tx.pure(bcs.U64, size), tx.pure(bcs.U32, epochs), coin)
            storage = self._call(tx, "system", "reserve_space", arguments)
            destroy_zero(tx, self.wal_type, coin)
            tx.transfer_objects([storage], keypair.address)
            return tx

        return await self._new_storage(await self.sui.execute(build, keypair))

    async def split_storage_by_epoch(self, keypair: Keypair, storage: bytes, epoch: int) -> Storage:
        """Cut a period in two: the storage ends at `epoch`, the new one begins there."""
        tx = TransactionBuilder()
        return await self._split(keypair, tx, "split_by_epoch", storage, tx.pure(bcs.U32, epoch))

    async def split_storage_by_size(self, keypair: Keypair, storage: bytes, size: int) -> Storage:
        """Keep `size` bytes in the storage; the new one has the rest."""
        tx = TransactionBuilder()
        return await self._split(keypair, tx, "split_by_size", storage, tx.pure(bcs.U64, size))

    async def fuse_storage(self, keypair: Keypair, storage: bytes, other: bytes) -> ExecutedTransaction:
        """Add `other` to `storage`: the same period, or the same size in a period beside it."""
        tx = TransactionBuilder()
        self._call(tx, "storage_resource", "fuse", (tx.object(storage), tx.object(other)))
        return await self.sui.execute(tx, keypair)

    async def extend_blob_with_storage(
        self, keypair: Keypair, object_id: bytes, storage: bytes
    ) -> ExecutedTransaction:
        """Extend a certified blob by storage of its size that begins where the blob's ends."""
        tx = TransactionBuilder()
        arguments = (tx.object(self.system_object), tx.object(object_id), tx.object(storage))
        self._call(tx, "system", "extend_blob_with_resource", arguments)
        return await self.sui.execute(tx, keypair)

    async def _split(
        self, keypair: Keypair, tx: TransactionBuilder, function: str, storage: bytes, at: Argument
    ) -> Storage:
        rest = self._call(tx, "storage_resource", function, (tx.object(storage), at))
        tx.transfer_objects([rest], keypair.address)
        return await self._new_storage(await self.sui.execute(tx, keypair))

    async def _new_storage(self, executed: ExecutedTransaction) -> Storage:
        (found,) = await self.sui.created_objects(executed, self._type(*STORAGE))
        return found.parse(Storage)
