"""Calls of those who stake WAL with nodes (contracts.md §3.3)."""

from __future__ import annotations

from collections.abc import Mapping

from walrus_sui.chain.contracts.base import STAKE
from walrus_sui.chain.contracts.payment import split_payments
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.types import StakedWal
from walrus_sui.errors import ContractMismatch


class StakingCalls(ContractReads):
    """Each call is one transaction, final when it returns."""

    async def stake_with_pools(self, keypair: Keypair, amounts: Mapping[bytes, int]) -> tuple[StakedWal, ...]:
        """Stake FROST with nodes, by node id; in one transaction. Raises `InsufficientFunds`, `MoveAborted`."""

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            values = tuple(amounts.values())
            coins = await split_payments(self.sui, tx, keypair.address, self.wal_type, values)
            stakes = [
                self._staking_call(tx, "stake_with_pool", coin, tx.address(node_id))
                for node_id, coin in zip(amounts, coins, strict=True)
            ]
            tx.transfer_objects(stakes, keypair.address)
            return tx

        executed = await self.sui.execute(build, keypair)
        found = await self.sui.created_objects(executed, self._type(*STAKE))
        stakes = {stake.node_id: stake for stake in (item.parse(StakedWal) for item in found)}
        if stakes.keys() != amounts.keys():
            raise ContractMismatch(f"expected stake with {len(amounts)} nodes in {executed}, got {len(stakes)}")
        return tuple(stakes[node_id] for node_id in amounts)

    async def stake_with_pool(self, keypair: Keypair, node_id: bytes, amount: int) -> StakedWal:
        """Stake `amount` FROST with one node. Raises `InsufficientFunds`, `MoveAborted`."""
        (stake,) = await self.stake_with_pools(keypair, {node_id: amount})
        return stake

    async def request_withdraw_stake(self, keypair: Keypair, stake: bytes) -> ExecutedTransaction:
        """Ask for stake back; `withdraw_stake` pays it out once its epoch has come."""
        tx = TransactionBuilder()
        self._staking_call(tx, "request_withdraw_stake", tx.object(stake))
        return await self.sui.execute(tx, keypair)

    async def withdraw_stake(self, keypair: Keypair, stake: bytes) -> ExecutedTransaction:
        """Take stake and its rewards back as a coin of the account (`received_wal` tells how much).

        Stake that does not count yet comes back without being asked for first. Raises `MoveAborted` before its
        epoch.
        """
        tx = TransactionBuilder()
        tx.transfer_objects([self._staking_call(tx, "withdraw_stake", tx.object(stake))], keypair.address)
        return await self.sui.execute(tx, keypair)

    async def send_wal(self, keypair: Keypair, amounts: Mapping[bytes, int]) -> ExecutedTransaction:
        """Send FROST to addresses, in one transaction. Raises `InsufficientFunds`."""

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            values = tuple(amounts.values())
            coins = await split_payments(self.sui, tx, keypair.address, self.wal_type, values)
            for address, coin in zip(amounts, coins, strict=True):
                tx.transfer_objects([coin], address)
            return tx

        return await self.sui.execute(build, keypair)
