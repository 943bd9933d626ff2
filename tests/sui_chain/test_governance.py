"""Votes of the nodes on the real contracts: an upgrade from the vote to the migrated state, and a penalty."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.sui_chain.world import World, fresh_blob
from walrus_localnet.move.artifacts import BuiltPackage
from walrus_localnet.move.build import build, source_tree
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.package import Package
from walrus_sui.chain import Contracts, LinkedPackage, events, parse_event
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


async def test_a_node_loses_its_commission_by_vote(world: World) -> None:
    contracts, manager = world.contracts, world.deployment.slashing_manager
    await world.register(fresh_blob(), epochs=1)
    await world.next_epoch()
    candidate = world.operators[0].cap.node_id
    (pool,) = await contracts.pools([candidate])
    assert pool.commission > 0
    for voter in world.operators[:2]:
        await contracts.vote_for_slashing(voter.keypair, manager, voter.cap.node_id, candidate)
    with pytest.raises(MoveAborted) as caught:
        await contracts.execute_slashing(world.owner, manager, candidate)
    assert caught.value.name == "ENotEnoughVotes"
    for voter, name in ((world.operators[1], "EDuplicateVote"), (world.operators[3], "ENotAuthorized")):
        with pytest.raises(MoveAborted) as caught:
            await contracts.vote_for_slashing(voter.keypair, manager, world.operators[1].cap.node_id, candidate)
        assert caught.value.name == name
    voter = world.operators[2]
    await contracts.vote_for_slashing(voter.keypair, manager, voter.cap.node_id, candidate)
    await contracts.execute_slashing(world.owner, manager, candidate)
    (pool,) = await contracts.pools([candidate])
    assert pool.commission == 0


async def test_the_contracts_are_upgraded_by_vote(world: World, next_version: BuiltPackage) -> None:
    contracts, deployment = world.contracts, world.deployment
    manager = deployment.upgrade_manager
    package = LinkedPackage.of(next_version, {"wal": deployment.wal_package})
    before = await world.register(fresh_blob(), epochs=5)

    for voter in world.operators[:2]:
        await contracts.vote_for_upgrade(voter.keypair, manager, voter.cap.node_id, package)
    with pytest.raises(MoveAborted) as caught:
        await contracts.upgrade_by_vote(world.owner, manager, package)
    assert caught.value.name == "ENotEnoughVotes"
    voter = world.operators[2]
    executed = await contracts.vote_for_upgrade(voter.keypair, manager, voter.cap.node_id, package)
    reached = events.ContractUpgradeQuorumReached(await world.epoch(), package.digest)
    assert reached in [parse_event(event, contracts.original_package) for event in executed.events]
    upgraded = await contracts.upgrade_by_vote(world.owner, manager, package)

    # the state stays with the old version until the migration, which waits for the next epoch
    await contracts.schedule_migration(world.owner, upgraded)
    with pytest.raises(MoveAborted) as caught:
        await contracts.migrate(world.owner, upgraded)
    assert caught.value.name == "EInvalidMigration"
    assert contracts.package == deployment.walrus_package
    epoch = await world.next_epoch()
    executed = await contracts.migrate(world.owner, upgraded)
    found = [parse_event(event, contracts.original_package) for event in executed.events]
    assert found == [events.ContractUpgraded(epoch, upgraded, 5)]
    assert (contracts.package, contracts.version) == (upgraded, 5)
    assert contracts.original_package == deployment.walrus_package

    # blobs of both versions are of one type, and certified by the new one
    after = await world.register(fresh_blob())
    for blob in (before, after):
        await contracts.certify_blobs(world.owner, [await world.certification(blob)])
        assert (await contracts.blob(blob.object_id)).certified_epoch == epoch


async def test_the_upgraded_contracts_are_found(world: World) -> None:
    deployment = world.deployment
    found = await Contracts.discover(world.sui, deployment.system_object, deployment.staking_object)
    assert (found.original_package, found.version) == (deployment.walrus_package, 5)
    assert found.package == world.contracts.package != deployment.walrus_package


async def test_the_old_version_refuses_calls(world: World) -> None:
    old = Contracts(**{**vars(world.contracts), "package": world.deployment.walrus_package})
    with pytest.raises(MoveAborted) as caught:
        await old.update_prices(world.owner)
    assert caught.value.name == "EWrongVersion"


async def test_an_emergency_needs_no_vote_but_the_right_modules(world: World, next_version: BuiltPackage) -> None:
    contracts, deployment = world.contracts, world.deployment
    manager, cap = deployment.upgrade_manager, deployment.emergency_upgrade_cap
    package = LinkedPackage.of(next_version, {"wal": deployment.wal_package})
    spoilt = LinkedPackage(package.modules[:-1], package.dependencies)
    with pytest.raises(TransactionFailed):
        await contracts.upgrade_in_emergency(world.owner, manager, cap, spoilt)
    upgraded = await contracts.upgrade_in_emergency(world.owner, manager, cap, package)
    assert (await world.sui.get_package(upgraded)).package.version == 3
