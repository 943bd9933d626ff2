"""Calls of the stake side: nodes, stake, and the turn of epochs (contracts.md §1.17, §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from walrus_sui import bcs
from walrus_sui.chain.contract_reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import CLOCK
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.chain.types import StakedWal, StorageNodeCap
from walrus_sui.chain.wal import split_payments
from walrus_sui.crypto import ProofOfPossession, SecretKey
from walrus_sui.errors import ContractMismatch


@dataclass(frozen=True)
class NodeMetadata:
    """What people see of a node."""

    image_url: str = ""
    project_url: str = ""
    description: str = ""


@dataclass(frozen=True)
class NodeRegistration:
    """How a node applies. `network_address` is `host:port`, `network_public_key` 33 bytes (compressed P-256).

    `commission_rate` is in basis points; prices are votes in FROST per MiB, `node_capacity` in bytes.
    """

    name: str
    network_address: str
    network_public_key: bytes
    commission_rate: int
    storage_price: int
    write_price: int
    node_capacity: int
    metadata: NodeMetadata = field(default_factory=NodeMetadata)


class StakingCalls(ContractReads):
    """What nodes, stakers and whoever turns the epochs do. Each call is one transaction, final when it returns."""

    async def register_candidate(
        self, keypair: Keypair, registration: NodeRegistration, secret_key: SecretKey
    ) -> StorageNodeCap:
        """Register a node with a proof that the account holds its BLS key; the account gets the node's cap.

        Raises `MoveAborted` for values out of range. If the epoch changes meanwhile the proof is void: try again.
        """
        tx = TransactionBuilder()
        cap = await self._candidate(tx, keypair.address, registration, secret_key)
        tx.transfer_objects([cap], keypair.address)
        executed = await self.sui.execute(tx, keypair)
        (found,) = await self.sui.created_objects(executed, "storage_node", "StorageNodeCap")
        return found.parse(StorageNodeCap)

    async def stake_with_pools(self, keypair: Keypair, amounts: Mapping[bytes, int]) -> tuple[StakedWal, ...]:
        """Stake FROST with nodes, by node id; in one transaction. Raises `InsufficientFunds`, `MoveAborted`."""

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            values = tuple(amounts.values())
            coins = await split_payments(self.sui, tx, keypair.address, self.wal_type, values)
            stakes = [
                self._stake(tx, "stake_with_pool", coin, tx.address(node_id))
                for node_id, coin in zip(amounts, coins, strict=True)
            ]
            tx.transfer_objects(stakes, keypair.address)
            return tx

        executed = await self.sui.execute(build, keypair)
        found = await self.sui.created_objects(executed, "staked_wal", "StakedWal")
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
        self._stake(tx, "request_withdraw_stake", tx.object(stake))
        return await self.sui.execute(tx, keypair)

    async def withdraw_stake(self, keypair: Keypair, stake: bytes) -> ExecutedTransaction:
        """Take stake and its rewards back as a coin of the account. Raises `MoveAborted` before its epoch."""
        tx = TransactionBuilder()
        tx.transfer_objects([self._stake(tx, "withdraw_stake", tx.object(stake))], keypair.address)
        return await self.sui.execute(tx, keypair)

    async def voting_end(self, keypair: Keypair) -> ExecutedTransaction:
        """Choose the next committee; anyone may, from the middle of an epoch on. Raises `MoveAborted`."""
        tx = TransactionBuilder()
        self._stake(tx, "voting_end", tx.object(CLOCK))
        return await self.sui.execute(tx, keypair)

    async def initiate_epoch_change(self, keypair: Keypair) -> ExecutedTransaction:
        """Begin the next epoch; anyone may, once the current one is over. Raises `MoveAborted`."""
        tx = TransactionBuilder()
        shared = (tx.object(self.system_object), tx.object(await self.treasury()), tx.object(CLOCK))
        self._stake(tx, "initiate_epoch_change_v2", *shared)
        return await self.sui.execute(tx, keypair)

    async def epoch_sync_done(self, keypair: Keypair, cap: bytes, epoch: int) -> ExecutedTransaction:
        """Report that a node has its shards of the current `epoch`. Raises `MoveAborted`."""
        tx = TransactionBuilder()
        self._stake(tx, "epoch_sync_done", tx.object(cap), tx.pure(bcs.U32, epoch), tx.object(CLOCK))
        return await self.sui.execute(tx, keypair)

    async def set_storage_price_vote(self, keypair: Keypair, cap: bytes, price: int) -> ExecutedTransaction:
        """Vote for a price in FROST per MiB and epoch."""
        return await self._vote(keypair, "set_storage_price_vote", cap, price)

    async def set_write_price_vote(self, keypair: Keypair, cap: bytes, price: int) -> ExecutedTransaction:
        """Vote for a price in FROST per MiB written."""
        return await self._vote(keypair, "set_write_price_vote", cap, price)

    async def set_node_capacity_vote(self, keypair: Keypair, cap: bytes, capacity: int) -> ExecutedTransaction:
        """Say how many bytes the node can hold."""
        return await self._vote(keypair, "set_node_capacity_vote", cap, capacity)

    async def update_prices(self, keypair: Keypair) -> ExecutedTransaction:
        """Put the price votes into force; anyone may."""
        tx = TransactionBuilder()
        self._stake(tx, "update_prices", tx.object(self.system_object))
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

    async def _candidate(
        self, tx: TransactionBuilder, address: bytes, registration: NodeRegistration, secret_key: SecretKey
    ) -> CommandResult:
        public_key = bytes(secret_key.public_key)
        epoch = (await self.staking()).epoch
        proof = secret_key.sign(ProofOfPossession(address, public_key).signed_bytes(epoch))
        about = registration.metadata
        texts = (about.image_url, about.project_url, about.description)
        metadata = self._call(tx, "node_metadata", "new", [tx.pure(str, text) for text in texts])
        return self._stake(
            tx,
            "register_candidate",
            tx.pure(str, registration.name),
            tx.pure(str, registration.network_address),
            metadata,
            tx.pure(bytes, public_key),
            tx.pure(bytes, registration.network_public_key),
            tx.pure(bytes, proof),
            tx.pure(bcs.U16, registration.commission_rate),
            tx.pure(bcs.U64, registration.storage_price),
            tx.pure(bcs.U64, registration.write_price),
            tx.pure(bcs.U64, registration.node_capacity),
        )

    async def _vote(self, keypair: Keypair, function: str, cap: bytes, value: int) -> ExecutedTransaction:
        tx = TransactionBuilder()
        self._stake(tx, function, tx.object(cap), tx.pure(bcs.U64, value))
        return await self.sui.execute(tx, keypair)

    def _stake(self, tx: TransactionBuilder, function: str, *arguments: Usable) -> CommandResult:
        return self._call(tx, "staking", function, (tx.object(self.staking_object), *arguments))
