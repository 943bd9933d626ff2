"""The turn of epochs: what anyone may call when its time has come, and nodes' reports (contracts.md §3.9)."""

from __future__ import annotations

from walrus_sui import bcs
from walrus_sui.bcs.sui.framework import CLOCK_ID
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder


class EpochCalls(ContractReads):
    """Each call is one transaction, final when it returns. Raises `MoveAborted` when it is not the time for it."""

    async def voting_end(self, keypair: Keypair) -> ExecutedTransaction:
        """Choose the next committee; anyone may, from the middle of an epoch on."""
        tx = TransactionBuilder()
        self._staking_call(tx, "voting_end", tx.object(CLOCK_ID))
        return await self.sui.execute(tx, keypair)

    async def initiate_epoch_change(self, keypair: Keypair) -> ExecutedTransaction:
        """Begin the next epoch; anyone may, once the current one is over."""
        tx = TransactionBuilder()
        shared = (tx.object(self.system_object), tx.object(await self.treasury()), tx.object(CLOCK_ID))
        self._staking_call(tx, "initiate_epoch_change_v2", *shared)
        return await self.sui.execute(tx, keypair)

    async def epoch_sync_done(self, keypair: Keypair, cap: bytes, epoch: int) -> ExecutedTransaction:
        """Report that the node of `cap` has its shards of the current `epoch`."""
        tx = TransactionBuilder()
        self._staking_call(tx, "epoch_sync_done", tx.object(cap), tx.pure(bcs.U32, epoch), tx.object(CLOCK_ID))
        return await self.sui.execute(tx, keypair)

    async def force_sync_done(self, keypair: Keypair) -> ExecutedTransaction:
        """Complete an epoch change whose reports are overdue; anyone may. Official contracts know no timeout."""
        tx = TransactionBuilder()
        self._staking_call(tx, "force_sync_done", tx.object(CLOCK_ID))
        return await self.sui.execute(tx, keypair)

    async def update_prices(self, keypair: Keypair) -> ExecutedTransaction:
        """Put the price votes into force; anyone may, at any time."""
        tx = TransactionBuilder()
        self._staking_call(tx, "update_prices", tx.object(self.system_object))
        return await self.sui.execute(tx, keypair)
