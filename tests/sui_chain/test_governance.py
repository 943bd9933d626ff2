"""Votes of the nodes on the real contracts: an upgrade from the vote to the migrated state, and a penalty."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.sui_chain.world import World, fresh_blob
from walrus_localnet.move.artifacts import BuiltPackage
from walrus_localnet.move.build import build, source_tree
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.package import Package
from walrus_sui.chain import Contracts, LinkedPackage, SuiClient, events, parse_event
from walrus_sui.errors import MoveAborted, TransactionFailed

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERSION = re.compile(r"(?<=const VERSION: u64 = )4(?=;)")


@pytest.fixture(scope="module")
def next_version(tmp_path_factory: pytest.TempPathFactory) -> BuiltPackage:
    """The contracts with the next version number."""
    tree = tmp_path_factory.mktemp("move")
    shutil.copytree(source_tree(), tree, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build"))
    for module in ("system/system", "staking/staking"):
        path = tree / "walrus" / "sources" / f"{module}.move"
        text, count = VERSION.subn("5", path.read_text())
        assert count == 1
        path.write_text(text)
    return build(Package.load(tree / "walrus", tree / "framework"), Compiler())


@pytest.fixture(scope="module")
def package(world: World, next_version: BuiltPackage) -> LinkedPackage:
    return LinkedPackage.of(next_version, {"wal": world.deployment.wal_package})


@pytest_asyncio.fixture(loop_scope="module")
async def republic(world: World) -> AsyncIterator[World]:
    """The world as new, whatever another test did to it, seen by a client that has not met it yet."""
    ledger, deployment = world.network.ledger, world.deployment
    begin = ledger.head.summary.sequence_number
    async with SuiClient(world.network.url) as sui:
        contracts = await Contracts.discover(sui, deployment.system_object, deployment.staking_object)
        yield dataclasses.replace(world, sui=sui, contracts=contracts)
    ledger.revert(begin)


async def upgrade(republic: World, package: LinkedPackage) -> bytes:
    """From the first vote to the migrated state; the new package's id."""
    contracts, manager = republic.contracts, republic.deployment.upgrade_manager
    for voter in republic.operators[:3]:
        await contracts.vote_for_upgrade(voter.keypair, manager, voter.cap.node_id, package)
    upgraded = await contracts.upgrade_by_vote(republic.owner, manager, package)
    await contracts.schedule_migration(republic.owner, upgraded)
    await republic.next_epoch()
    await contracts.migrate(republic.owner, upgraded)
    return upgraded


async def test_a_node_loses_its_commission_by_vote(republic: World) -> None:
    contracts, manager = republic.contracts, republic.deployment.slashing_manager
    await republic.register(fresh_blob(), epochs=1)
    await republic.next_epoch()
    candidate = republic.operators[0].cap.node_id
    (pool,) = await contracts.pools([candidate])
    assert pool.commission > 0
    for voter in republic.operators[:2]:
        await contracts.vote_for_slashing(voter.keypair, manager, voter.cap.node_id, candidate)
    with pytest.raises(MoveAborted) as caught:
        await contracts.execute_slashing(republic.owner, manager, candidate)
    assert caught.value.name == "ENotEnoughVotes"
    for voter, name in ((republic.operators[1], "EDuplicateVote"), (republic.operators[3], "ENotAuthorized")):
        with pytest.raises(MoveAborted) as caught:
            await contracts.vote_for_slashing(voter.keypair, manager, republic.operators[1].cap.node_id, candidate)
        assert caught.value.name == name
    voter = republic.operators[2]
    await contracts.vote_for_slashing(voter.keypair, manager, voter.cap.node_id, candidate)
    await contracts.execute_slashing(republic.owner, manager, candidate)
    (pool,) = await contracts.pools([candidate])
    assert pool.commission == 0


async def test_the_contracts_are_upgraded_by_vote(republic: World, package: LinkedPackage) -> None:
    contracts, deployment = republic.contracts, republic.deployment
    manager = deployment.upgrade_manager
    before = await republic.register(fresh_blob(), epochs=5)

    for voter in republic.operators[:2]:
        await contracts.vote_for_upgrade(voter.keypair, manager, voter.cap.node_id, package)
    with pytest.raises(MoveAborted) as caught:
        await contracts.upgrade_by_vote(republic.owner, manager, package)
    assert caught.value.name == "ENotEnoughVotes"
    voter = republic.operators[2]
    executed = await contracts.vote_for_upgrade(voter.keypair, manager, voter.cap.node_id, package)
    reached = events.ContractUpgradeQuorumReached(await republic.epoch(), package.digest)
    assert reached in [parse_event(event, contracts.original_package) for event in executed.events]
    upgraded = await contracts.upgrade_by_vote(republic.owner, manager, package)

    # the state stays with the old version until the migration, which waits for the next epoch
    await contracts.schedule_migration(republic.owner, upgraded)
    with pytest.raises(MoveAborted) as caught:
        await contracts.migrate(republic.owner, upgraded)
    assert caught.value.name == "EInvalidMigration"
    assert contracts.package == deployment.walrus_package
    epoch = await republic.next_epoch()
    executed = await contracts.migrate(republic.owner, upgraded)
    found = [parse_event(event, contracts.original_package) for event in executed.events]
    assert found == [events.ContractUpgraded(epoch, upgraded, 5)]
    assert (contracts.package, contracts.version) == (upgraded, 5)
    assert contracts.original_package == deployment.walrus_package

    # blobs of both versions are of one type, and certified by the new one
    after = await republic.register(fresh_blob())
    for blob in (before, after):
        await contracts.certify_blobs(republic.owner, [await republic.certification(blob)])
        assert (await contracts.blob(blob.object_id)).certified_epoch == epoch


async def test_after_an_upgrade_the_new_version_is_found_and_the_old_one_refuses(
    republic: World, package: LinkedPackage
) -> None:
    upgraded, deployment = await upgrade(republic, package), republic.deployment
    found = await Contracts.discover(republic.sui, deployment.system_object, deployment.staking_object)
    assert (found.original_package, found.version) == (deployment.walrus_package, 5)
    assert found.package == republic.contracts.package == upgraded != deployment.walrus_package
    old = Contracts(**{**vars(republic.contracts), "package": deployment.walrus_package})
    with pytest.raises(MoveAborted) as caught:
        await old.update_prices(republic.owner)
    assert caught.value.name == "EWrongVersion"


async def test_an_emergency_needs_no_vote_but_the_right_modules(republic: World, package: LinkedPackage) -> None:
    contracts, deployment = republic.contracts, republic.deployment
    manager, cap = deployment.upgrade_manager, deployment.emergency_upgrade_cap
    spoilt = LinkedPackage(package.modules[:-1], package.dependencies)
    with pytest.raises(TransactionFailed):
        await contracts.upgrade_in_emergency(republic.owner, manager, cap, spoilt)
    upgraded = await contracts.upgrade_in_emergency(republic.owner, manager, cap, package)
    assert (await republic.sui.get_package(upgraded)).package.version == 2
