"""Calls on blobs that nobody owns and anybody may keep alive (contracts.md §1.9)."""

from __future__ import annotations

from walrus_sui import bcs
from walrus_sui.chain.contracts.base import SHARED_BLOB
from walrus_sui.chain.contracts.payment import split_payments
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.types import SharedBlob


class SharedBlobCalls(ContractReads):
    """Each call is one transaction, final when it returns. Amounts are FROST; all raise `InsufficientFunds`."""

    async def share_blob(self, keypair: Keypair, object_id: bytes, *, funds: int = 0) -> SharedBlob:
        """Share a blob for ever, with `funds` that pay for its extensions."""

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (funds,))
            self._call(tx, "shared_blob", "new_funded", (tx.object(object_id), coin))
            return tx

        executed = await self.sui.execute(build, keypair)
        (found,) = await self.sui.created_objects(executed, self._type(*SHARED_BLOB))
        return found.parse(SharedBlob)

    async def fund_shared_blob(self, keypair: Keypair, shared: bytes, amount: int) -> ExecutedTransaction:
        """Add to what pays for the extensions of a shared blob."""

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (amount,))
            self._call(tx, "shared_blob", "fund", (tx.object(shared), coin))
            return tx

        return await self.sui.execute(build, keypair)

    async def extend_shared_blob(self, keypair: Keypair, shared: bytes, epochs: int) -> ExecutedTransaction:
        """Extend a shared blob by `epochs`, paid from its funds. Raises `MoveAborted` if they do not suffice."""
        tx = TransactionBuilder()
        arguments = (tx.object(shared), tx.object(self.system_object), tx.pure(bcs.U32, epochs))
        self._call(tx, "shared_blob", "extend", arguments)
        return await self.sui.execute(tx, keypair)
