"""The committee on the real contracts: certificates true and forged, stake, keys, votes, epochs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tests.sui_chain.world import (
    Operator,
    World,
    confirmation,
    fresh_blob,
)
from walrus_sui.chain import (
    FROST_PER_WAL,
    BlobCertification,
    EventBlobReport,
    NodeMetadata,
    events,
    parse_event,
)
from walrus_sui.chain.types import (
    Blob,
    EventBlob,
    EventBlobAttestation,
    StorageNodeInfo,
    Withdrawing,
)
from walrus_sui.crypto import Deletable, Permanent, PublicKey, SecretKey, StorageConfirmation
from walrus_sui.errors import (
    MoveAborted,
    TransactionRejected,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("deletable", [False, True])
async def test_a_quorum_certifies(world: World, deletable: bool) -> None:
    blob = await world.register(fresh_blob(), deletable=deletable)
    # weights are 3, 3, 3 and 4 in some order; any three nodes hold at least 9 of 13: 3 x 9 >= 2 x 13 + 1
    certification = await world.certification(blob, signers=(0, 1, 3))
    executed = await world.contracts.certify_blobs(world.owner, [certification])
    epoch = await world.epoch()
    assert (await world.contracts.blob(blob.object_id)).certified_epoch == epoch
    certified = events.BlobCertified(epoch, blob.blob_id, blob.storage.end_epoch, deletable, blob.object_id, False)
    assert [parse_event(event, world.contracts.original_package) for event in executed.events] == [certified]


Forge = Callable[[World, Blob, Blob, int], BlobCertification]


@dataclass(frozen=True)
class Forgery:
    """How to spoil a certificate for `blob`, and what the contract says to it."""

    what: str
    module: str
    abort: str
    forge: Forge


def signed_over(
    message: bytes, world: World, blob: Blob, signers: tuple[int, ...] = (0, 1, 2, 3)
) -> BlobCertification:
    return BlobCertification(blob.object_id, *world.signed(message, signers), message)


def true_certificate(world: World, blob: Blob, epoch: int) -> BlobCertification:
    return signed_over(confirmation(blob).signed_bytes(epoch), world, blob)


def with_header(world: World, blob: Blob, epoch: int, at: int, value: int) -> BlobCertification:
    message = bytearray(confirmation(blob).signed_bytes(epoch))
    message[at] = value
    return signed_over(bytes(message), world, blob)


FORGERIES = [
    Forgery(
        "the next epoch", "messages", "EIncorrectEpoch",
        lambda world, blob, _, epoch: true_certificate(world, blob, epoch + 1),
    ),
    Forgery(
        "the last epoch", "messages", "EIncorrectEpoch",
        lambda world, blob, _, epoch: true_certificate(world, blob, epoch - 1),
    ),
    Forgery(
        "two of four nodes", "bls_aggregate", "ENotEnoughStake",
        lambda world, blob, _, epoch: signed_over(confirmation(blob).signed_bytes(epoch), world, blob, (0, 1)),
    ),
    Forgery(
        "a bitmap that claims a fourth signer", "bls_aggregate", "ESigVerification",
        lambda world, blob, _, epoch: replace(
            signed_over(confirmation(blob).signed_bytes(epoch), world, blob, (0, 1, 2)), signers_bitmap=b"\x0f"
        ),
    ),
    Forgery(
        "a bitmap with a fifth member", "bls_aggregate", "EInvalidBitmap",
        lambda world, blob, _, epoch: replace(true_certificate(world, blob, epoch), signers_bitmap=b"\x1f"),
    ),
    Forgery(
        "a bitmap too long", "bls_aggregate", "EInvalidBitmap",
        lambda world, blob, _, epoch: replace(true_certificate(world, blob, epoch), signers_bitmap=b"\x0f\x00"),
    ),
    Forgery(
        "no bitmap", "bls_aggregate", "ENotEnoughStake",
        lambda world, blob, _, epoch: replace(true_certificate(world, blob, epoch), signers_bitmap=b""),
    ),
    Forgery(
        "a random signature", "bls_aggregate", "ESigVerification",
        lambda world, blob, _, epoch: replace(true_certificate(world, blob, epoch), signature=os.urandom(96)),
    ),
    Forgery(
        "a short signature", "bls_aggregate", "ESigVerification",
        lambda world, blob, _, epoch: replace(true_certificate(world, blob, epoch), signature=bytes(95)),
    ),
    Forgery(
        "another blob's certificate", "blob", "EInvalidBlobId",
        lambda world, blob, other, epoch: replace(
            true_certificate(world, other, epoch), object_id=blob.object_id
        ),
    ),
    Forgery(
        "permanent, for a deletable blob", "blob", "EInvalidBlobPersistenceType",
        lambda world, blob, _, epoch: signed_over(
            StorageConfirmation(blob.blob_id, Permanent()).signed_bytes(epoch), world, blob
        ),
    ),
    Forgery(
        "another object of the same blob", "blob", "EInvalidBlobObject",
        lambda world, blob, other, epoch: signed_over(
            StorageConfirmation(blob.blob_id, Deletable(other.object_id)).signed_bytes(epoch), world, blob
        ),
    ),
    Forgery(
        "another kind of message", "messages", "EInvalidMsgType",
        lambda world, blob, _, epoch: with_header(world, blob, epoch, at=0, value=2),
    ),
    Forgery(
        "another version of message", "messages", "EIncorrectIntentVersion",
        lambda world, blob, _, epoch: with_header(world, blob, epoch, at=1, value=1),
    ),
    Forgery(
        "another application's message", "messages", "EIncorrectAppId",
        lambda world, blob, _, epoch: with_header(world, blob, epoch, at=2, value=0),
    ),
    Forgery(
        "an unknown persistence", "messages", "EInvalidBlobPersistenceType",
        lambda world, blob, _, epoch: with_header(world, blob, epoch, at=39, value=2),
    ),
]  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.what)
async def test_a_forged_certificate_is_refused_for_what_is_wrong_with_it(world: World, forgery: Forgery) -> None:
    blob, other = await world.register(fresh_blob()), await world.register(fresh_blob())
    forged = forgery.forge(world, blob, other, await world.epoch())
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_blobs(world.owner, [forged])
    assert (caught.value.module, caught.value.name) == (forgery.module, forgery.abort)
    assert (await world.contracts.blob(blob.object_id)).certified_epoch is None


async def test_a_deletable_certificate_for_a_permanent_blob(world: World) -> None:
    blob = await world.register(fresh_blob(), deletable=False)
    message = StorageConfirmation(blob.blob_id, Deletable(blob.object_id)).signed_bytes(await world.epoch())
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_blobs(world.owner, [signed_over(message, world, blob)])
    assert caught.value.name == "EInvalidBlobPersistenceType"


async def test_one_bad_certificate_spoils_the_transaction(world: World) -> None:
    good, bad = await world.register(fresh_blob()), await world.register(fresh_blob())
    certificates = [await world.certification(good), await world.certification(bad, signers=(0,))]
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_blobs(world.owner, certificates)
    assert caught.value.command == 1
    assert (await world.contracts.blob(good.object_id)).certified_epoch is None


async def test_a_blob_is_certified_once(world: World) -> None:
    blob = await world.register(fresh_blob())
    certification = await world.certification(blob)
    await world.contracts.certify_blobs(world.owner, [certification])
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_blobs(world.owner, [certification])
    assert caught.value.name == "EAlreadyCertified"


async def test_stake_that_never_worked_can_be_taken_back(world: World) -> None:
    bob, node_id = world.account(), world.operators[0].cap.node_id
    await world.contracts.send_wal(world.owner, {bob.address: 7 * FROST_PER_WAL})
    stake = await world.contracts.stake_with_pool(bob, node_id, 5 * FROST_PER_WAL)
    assert (stake.node_id, stake.principal) == (node_id, 5 * FROST_PER_WAL)
    assert stake in await world.contracts.owned_stakes(bob.address)
    await world.contracts.withdraw_stake(bob, stake.object_id)
    assert await world.contracts.wal_balance(bob.address) == 7 * FROST_PER_WAL


async def test_stake_that_worked_is_paid_back_with_its_reward(world: World) -> None:
    contracts, bob, node_id = world.contracts, world.account(), world.operators[1].cap.node_id
    await contracts.send_wal(world.owner, {bob.address: 500 * FROST_PER_WAL})
    stake = await contracts.stake_with_pool(bob, node_id, 500 * FROST_PER_WAL)
    await world.next_epoch()
    await world.register(fresh_blob(), epochs=1)
    await contracts.request_withdraw_stake(bob, stake.object_id)
    (asked,) = await contracts.owned_stakes(bob.address)
    assert asked.state == Withdrawing(await world.epoch() + 1)
    with pytest.raises(MoveAborted) as caught:
        await contracts.withdraw_stake(bob, stake.object_id)
    assert caught.value.name == "EWithdrawEpochNotReached"
    ring = (await contracts.system()).future_accounting
    rewards = ring.ring_buffer[ring.current_index].rewards_to_distribute
    await world.next_epoch()
    await contracts.withdraw_stake(bob, stake.object_id)
    assert await contracts.owned_stakes(bob.address) == ()
    # 3 % are burned, the node earns 3 or 4 of 13 parts, 1 % of it is commission, and a third of the stake is bob's
    reward = await contracts.wal_balance(bob.address) - 500 * FROST_PER_WAL
    assert rewards * 0.97 * 3 / 13 * 0.99 / 3 - 2 < reward < rewards * 0.97 * 4 / 13 * 0.99 / 3 + 2


async def test_too_little_stake(world: World) -> None:
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.stake_with_pool(world.owner, world.operators[0].cap.node_id, FROST_PER_WAL - 1)
    assert caught.value.name == "EStakeBelowThreshold"


async def node_of(world: World, operator: Operator) -> StorageNodeInfo:
    (pool,) = await world.contracts.pools([operator.cap.node_id])
    return pool.node_info


async def test_an_operator_changes_how_the_node_is_known(world: World) -> None:
    contracts, operator = world.contracts, world.operators[1]
    keypair, cap = operator.keypair, operator.cap.object_id
    before = await node_of(world, operator)
    await contracts.set_name(keypair, cap, "another name")
    await contracts.set_network_address(keypair, cap, "example.org:9185")
    await contracts.set_network_public_key(keypair, cap, b"\x03" + bytes([7]) * 32)
    await contracts.set_node_metadata(keypair, cap, NodeMetadata(description="a node"))
    await contracts.set_write_price_vote(keypair, cap, 2_000)
    await contracts.set_node_capacity_vote(keypair, cap, 10**12)
    after = await node_of(world, operator)
    assert (after.name, after.network_address) == ("another name", "example.org:9185")
    assert after.network_public_key == b"\x03" + bytes([7]) * 32
    await contracts.set_name(keypair, cap, before.name)
    await contracts.set_network_address(keypair, cap, before.network_address)


async def test_nobody_acts_for_another_node(world: World) -> None:
    cap = world.operators[0].cap.object_id
    with pytest.raises(TransactionRejected):
        await world.contracts.set_name(world.operators[1].keypair, cap, "mine now")


async def test_commission_is_paid_once_it_may_be_taken(world: World) -> None:
    contracts, operator = world.contracts, world.operators[2]
    await world.register(fresh_blob(), epochs=1)
    await world.next_epoch()
    (pool,) = await contracts.pools([operator.cap.node_id])
    assert pool.commission > 0
    # what an epoch change paid is blocked until the next committee is chosen
    await contracts.voting_end(world.owner)
    before = await contracts.wal_balance(operator.keypair.address)
    await contracts.collect_commission(operator.keypair, operator.cap)
    assert await contracts.wal_balance(operator.keypair.address) - before == pool.commission
    await world.finish_epoch()


async def test_a_new_key_signs_from_the_next_epoch_on(world: World) -> None:
    operator, fresh = world.operators[3], SecretKey.generate(os.urandom(32))
    await world.contracts.set_next_public_key(operator.keypair, operator.cap.object_id, fresh)
    await world.next_epoch()
    member = (await world.contracts.system()).committee.members[3]
    assert PublicKey.from_uncompressed(member.public_key) == fresh.public_key
    renewed = replace(world, operators=(*world.operators[:3], replace(operator, secret_key=fresh)))
    blob = await world.register(fresh_blob())
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_blobs(world.owner, [await world.certification(blob)])
    assert caught.value.name == "ESigVerification"
    await world.contracts.certify_blobs(world.owner, [await renewed.certification(blob)])
    await world.contracts.set_next_public_key(operator.keypair, operator.cap.object_id, operator.secret_key)
    await world.next_epoch()


async def test_a_quorum_of_attestations_certifies_a_blob_of_events(world: World) -> None:
    encoded, epoch = fresh_blob(), await world.epoch()
    report = EventBlobReport(bytes(encoded.blob_id), encoded.root_hash, 100, 1, ending_checkpoint=7, epoch=epoch)
    found = []
    for operator in world.operators:
        executed = await world.contracts.certify_event_blob(operator.keypair, operator.cap.object_id, report)
        found.append([type(parse_event(event, world.contracts.original_package)) for event in executed.events])
    # the third node completes a quorum in any order, as weights are 3, 3, 3 and 4
    assert found == [[], [], [events.BlobRegistered, events.BlobCertified], []]
    state = (await world.contracts.system()).event_blob_certification_state
    assert state.latest_certified_blob == EventBlob(bytes(encoded.blob_id), 7)
    cap = await world.contracts.storage_node_cap(world.operators[0].cap.object_id)
    assert cap.last_event_blob_attestation == EventBlobAttestation(7, epoch)


async def test_prices_follow_the_votes(world: World) -> None:
    for operator in world.operators:
        await world.contracts.set_storage_price_vote(operator.keypair, operator.cap.object_id, 3_000)
    await world.contracts.update_prices(world.owner)
    assert (await world.contracts.system()).storage_price_per_unit_size == 3_000
    for operator in world.operators:
        await world.contracts.set_storage_price_vote(operator.keypair, operator.cap.object_id, 1_000)
    await world.contracts.update_prices(world.owner)


async def test_the_next_epoch_takes_certificates_of_its_own_only(world: World) -> None:
    blob = await world.register(fresh_blob(), epochs=3)
    stale = await world.certification(blob)
    before = await world.epoch()
    assert await world.next_epoch() == before + 1
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_blobs(world.owner, [stale])
    assert caught.value.name == "EIncorrectEpoch"
    await world.contracts.certify_blobs(world.owner, [await world.certification(blob)])
    assert (await world.contracts.blob(blob.object_id)).certified_epoch == before + 1


async def test_a_node_reports_an_epoch_once(world: World) -> None:
    operator = world.operators[0]
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.epoch_sync_done(operator.keypair, operator.cap.object_id, await world.epoch())
    assert caught.value.name == "EDuplicateSyncDone"
