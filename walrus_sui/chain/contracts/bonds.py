"""Calls on an operator's bond: its own money behind its node, lost before the stake of others.

The official contracts know no bonds.
"""

from __future__ import annotations

from walrus_sui import bcs
from walrus_sui.chain.contracts.payment import split_payments
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.types import StorageNodeCap


class BondCalls(ContractReads):
    """Each call is one transaction, final when it returns. Amounts are FROST."""

    async def deposit_bond(self, keypair: Keypair, node_id: bytes, amount: int) -> ExecutedTransaction:
        """Add to a node's bond; anyone may. Raises `InsufficientFunds`."""

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            (coin,) = await split_payments(self.sui, tx, keypair.address, self.wal_type, (amount,))
            self._staking_call(tx, "deposit_bond", tx.address(node_id), coin)
            return tx

        return await self.sui.execute(build, keypair)

    async def request_bond_withdrawal(
        self, keypair: Keypair, cap: StorageNodeCap, amount: int
    ) -> ExecutedTransaction:
        """Announce that `amount` leaves the bond two epochs ahead. Raises `MoveAborted` if it is not there."""
        tx = TransactionBuilder()
        node_id, holder = tx.address(cap.node_id), self._as_holder(tx, cap)
        self._staking_call(tx, "request_bond_withdrawal", node_id, holder, tx.pure(bcs.U64, amount))
        return await self.sui.execute(tx, keypair)

    async def withdraw_bond(self, keypair: Keypair, cap: StorageNodeCap) -> ExecutedTransaction:
        """Take what may leave the bond by now as a coin of the account."""
        tx = TransactionBuilder()
        coin = self._staking_call(tx, "withdraw_bond", tx.address(cap.node_id), self._as_holder(tx, cap))
        tx.transfer_objects([coin], keypair.address)
        return await self.sui.execute(tx, keypair)
