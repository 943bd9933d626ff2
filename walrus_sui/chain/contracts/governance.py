"""Votes of the nodes: upgrades of the contracts, and penalties (contracts.md §1.21, §3.12)."""

from __future__ import annotations

from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.publishing import LinkedPackage
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder


class GovernanceCalls(ContractReads):
    """Each call is one transaction, final when it returns, and raises `MoveAborted` for what is not permitted.

    A node votes through the account that holds its governance right: the one that registered it, unless changed.
    `manager` is the id of the shared `UpgradeManager` or `SlashingManager`.
    """

    async def vote_for_upgrade(
        self, keypair: Keypair, manager: bytes, node_id: bytes, package: LinkedPackage
    ) -> ExecutedTransaction:
        """Vote, in this epoch, for `package` as the next version of the contracts."""
        return await self.vote_for_upgrade_to(keypair, manager, node_id, package.digest)

    async def vote_for_upgrade_to(
        self, keypair: Keypair, manager: bytes, node_id: bytes, digest: bytes
    ) -> ExecutedTransaction:
        """Vote, in this epoch, for the package with this digest."""
        tx = TransactionBuilder()
        staking, vote = tx.object(self.staking_object), (tx.address(node_id), tx.pure(bytes, digest))
        arguments = (tx.object(manager), staking, self._as_sender(tx), *vote)
        self._call(tx, "upgrade", "vote_for_upgrade", arguments)
        return await self.sui.execute(tx, keypair)

    async def upgrade_by_vote(self, keypair: Keypair, manager: bytes, package: LinkedPackage) -> bytes:
        """Publish the version that a quorum has voted for; anyone may. Returns the new package's id."""
        tx = TransactionBuilder()
        arguments = (tx.object(manager), tx.object(self.staking_object), tx.pure(bytes, package.digest))
        ticket = self._call(tx, "upgrade", "authorize_upgrade", arguments)
        return await self._upgrade(keypair, tx, manager, package, ticket)

    async def upgrade_in_emergency(
        self, keypair: Keypair, manager: bytes, cap: bytes, package: LinkedPackage
    ) -> bytes:
        """Publish a version without a vote, by the `EmergencyUpgradeCap`. Returns the new package's id."""
        tx = TransactionBuilder()
        arguments = (tx.object(manager), tx.object(cap), tx.pure(bytes, package.digest))
        ticket = self._call(tx, "upgrade", "authorize_emergency_upgrade", arguments)
        return await self._upgrade(keypair, tx, manager, package, ticket)

    async def schedule_migration(self, keypair: Keypair, package: bytes) -> ExecutedTransaction:
        """Fix the next epoch as the first in which `migrate` may move the state to the new `package`."""
        tx = TransactionBuilder()
        staking = (tx.object(self.staking_object),)
        tx.move_call(package, "staking", "set_migration_epoch", arguments=staking)
        return await self.sui.execute(tx, keypair)

    async def migrate(self, keypair: Keypair, package: bytes) -> ExecutedTransaction:
        """Move the state to the new `package`; from then on calls go there, and older versions refuse theirs."""
        tx = TransactionBuilder()
        shared = (tx.object(self.staking_object), tx.object(self.system_object))
        tx.move_call(package, "init", "migrate_v2", arguments=shared)
        self.sui.walrus_packages.add(package)
        executed = await self.sui.execute(tx, keypair)
        await self.system()
        return executed

    async def vote_for_slashing(
        self, keypair: Keypair, manager: bytes, node_id: bytes, candidate: bytes
    ) -> ExecutedTransaction:
        """Vote, in this epoch and in the name of `node_id`, to burn the commission of the node `candidate`."""
        tx = TransactionBuilder()
        staking, vote = tx.object(self.staking_object), (tx.address(node_id), tx.address(candidate))
        arguments = (tx.object(manager), staking, self._as_sender(tx), *vote)
        self._call(tx, "slashing", "vote_for_slashing", arguments)
        return await self.sui.execute(tx, keypair)

    async def execute_slashing(self, keypair: Keypair, manager: bytes, candidate: bytes) -> ExecutedTransaction:
        """Burn the commission of a node as a quorum has voted; anyone may."""
        tx = TransactionBuilder()
        shared = (tx.object(manager), tx.object(self.staking_object), tx.object(await self.treasury()))
        self._call(tx, "slashing", "execute_slashing", (*shared, tx.address(candidate)))
        return await self.sui.execute(tx, keypair)

    async def _upgrade(
        self,
        keypair: Keypair,
        tx: TransactionBuilder,
        manager: bytes,
        package: LinkedPackage,
        ticket: CommandResult,
    ) -> bytes:
        receipt = tx.upgrade(package.modules, package.dependencies, self.package, ticket)
        shared = (tx.object(manager), tx.object(self.staking_object), tx.object(self.system_object))
        self._call(tx, "upgrade", "commit_upgrade", (*shared, receipt))
        (package_id,) = (await self.sui.execute(tx, keypair)).published
        return package_id

    def _as_sender(self, tx: TransactionBuilder) -> CommandResult:
        return self._call(tx, "auth", "authenticate_sender", ())
