"""What our contracts have beyond the official ones: frozen certificates, bonds, overdue epoch changes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.sui_chain.world import World, bring_up, fresh_blob
from walrus_sui.bcs import sui as wire
from walrus_sui.chain import FROST_PER_WAL, events, parse_event
from walrus_sui.chain.contracts.certificates import committee_hash
from walrus_sui.chain.types import EpochChangeDone, EpochChangeSync
from walrus_sui.crypto import PublicKey, signers_of, verify_aggregate
from walrus_sui.errors import InsufficientFunds, MoveAborted

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIMEOUT_MS = 3_600_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    """Here committees have an hour to report."""
    async with bring_up(sync_timeout_ms=TIMEOUT_MS) as network:
        yield network


async def test_a_frozen_certificate_can_be_checked_without_the_contracts(world: World) -> None:
    contracts = world.contracts
    blob = await world.register(fresh_blob(), deletable=False, epochs=2)
    certification = await world.certification(blob, signers=(0, 2, 3))
    certificate = await contracts.certify_and_freeze(world.owner, certification)
    assert certificate == await contracts.availability_certificate(certificate.object_id)
    assert (certificate.blob_id, certificate.blob_object_id) == (blob.blob_id, blob.object_id)
    assert (certificate.size, certificate.deletable) == (100, False)
    assert (certificate.epoch, certificate.end_epoch) == (await world.epoch(), blob.storage.end_epoch)

    committee = (await contracts.system()).committee
    assert certificate.committee_hash == committee_hash(committee)
    signers = signers_of(certificate.signers_bitmap, len(committee.members))
    assert signers == (0, 2, 3)
    keys = [PublicKey.from_uncompressed(committee.members[signer].public_key) for signer in signers]
    assert verify_aggregate(keys, certificate.message, certificate.signature)
    assert (await contracts.blob(blob.object_id)).certified_epoch == certificate.epoch
    assert (await world.sui.get_object(certificate.object_id)).owner == wire.ImmutableOwner()


async def test_a_forged_certificate_is_not_frozen(world: World) -> None:
    blob = await world.register(fresh_blob())
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_and_freeze(world.owner, await world.certification(blob, signers=(0, 1)))
    assert caught.value.name == "ENotEnoughStake"


async def test_a_frozen_certificate_is_announced(world: World) -> None:
    blob = await world.register(fresh_blob())
    certificate = await world.contracts.certify_and_freeze(world.owner, await world.certification(blob))
    object_ = await world.sui.get_object(certificate.object_id)
    announced = [
        parse_event(event, world.contracts.original_package)
        for event in await world.sui.transaction_events(object_.previous_transaction)
    ]
    issued = events.AvailabilityCertificateIssued(
        certificate.object_id, blob.blob_id, certificate.epoch, certificate.end_epoch
    )
    assert [type(event) for event in announced] == [events.BlobCertified, events.AvailabilityCertificateIssued]
    assert announced[1] == issued


async def test_a_bond_is_paid_in_and_out(world: World) -> None:
    contracts, operator = world.contracts, world.operators[0]
    await contracts.send_wal(world.owner, {operator.keypair.address: 10 * FROST_PER_WAL})
    await contracts.deposit_bond(operator.keypair, operator.cap.node_id, 6 * FROST_PER_WAL)
    assert await contracts.wal_balance(operator.keypair.address) == 4 * FROST_PER_WAL
    with pytest.raises(MoveAborted) as caught:
        await contracts.request_bond_withdrawal(operator.keypair, operator.cap, 7 * FROST_PER_WAL)
    assert caught.value.name == "EInsufficientBond"
    await contracts.request_bond_withdrawal(operator.keypair, operator.cap, 5 * FROST_PER_WAL)
    await world.next_epoch()
    await contracts.withdraw_bond(operator.keypair, operator.cap)
    assert await contracts.wal_balance(operator.keypair.address) == 4 * FROST_PER_WAL
    await world.next_epoch()
    await contracts.withdraw_bond(operator.keypair, operator.cap)
    assert await contracts.wal_balance(operator.keypair.address) == 9 * FROST_PER_WAL


async def test_a_bond_beyond_what_there_is(world: World) -> None:
    with pytest.raises(InsufficientFunds):
        await world.contracts.deposit_bond(world.account(), world.operators[0].cap.node_id, 1)


async def test_an_epoch_change_waits_for_its_reports_no_longer_than_the_timeout(world: World) -> None:
    contracts, epoch = world.contracts, await world.epoch() + 1
    with pytest.raises(MoveAborted) as caught:
        await contracts.force_sync_done(world.owner)  # no epoch change is under way
    assert caught.value.name == "EWrongEpochState"
    await contracts.voting_end(world.owner)
    await contracts.initiate_epoch_change(world.owner)
    reporter = world.operators[1]
    await contracts.epoch_sync_done(reporter.keypair, reporter.cap.object_id, epoch)
    state = (await contracts.staking()).epoch_state
    assert isinstance(state, EpochChangeSync)
    with pytest.raises(MoveAborted) as caught:
        await contracts.force_sync_done(world.owner)  # its time has not come
    assert caught.value.name == "EWrongEpochState"
    world.network.ledger.advance(TIMEOUT_MS)
    executed = await contracts.force_sync_done(world.owner)
    assert isinstance((await contracts.staking()).epoch_state, EpochChangeDone)
    found = [parse_event(event, contracts.original_package) for event in executed.events]
    missing = tuple(operator.cap.node_id for operator in world.operators if operator is not reporter)
    assert events.EpochSyncForced(epoch, state.weight, missing) in found
    assert events.EpochChangeDone(epoch) in found
