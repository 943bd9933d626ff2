"""The life of a network and of its blobs, on the real contracts: what is found, registered, extended, deleted."""

from __future__ import annotations

import os
from contextlib import aclosing

import pytest

from tests.sui_chain.world import (
    N_NODES,
    N_SHARDS,
    World,
    fresh_blob,
    registration_of,
)
from walrus_sui.bcs import sui as wire
from walrus_sui.chain import (
    FROST_PER_WAL,
    BlobRegistration,
    Contracts,
    EventCursor,
    PlacedEvent,
    SuiClient,
    events,
    parse_event,
)
from walrus_sui.chain.types import (
    EpochChangeDone,
)
from walrus_sui.crypto import InvalidBlobId, PublicKey, SecretKey
from walrus_sui.errors import (
    ContractMismatch,
    InsufficientFunds,
    MoveAborted,
    ObjectNotFound,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

# 13 shards: R = 5, C = 9; 100 bytes make symbols of 4 (100 / 45 = 3, rounded up to even), so 13 x ((5 + 9) x 4 +
# 64 x 13 + 32) = 11,960 bytes, which is one started MiB
STORAGE_COST_PER_EPOCH = 1_000
WRITE_COST = 2_000
ENCODED_SIZE = 11_960


async def take_events(world: World, start: EventCursor, count: int) -> list[PlacedEvent]:
    async with aclosing(world.contracts.events(start)) as stream:
        return [await anext(stream) for _ in range(count)]


async def test_a_deployment_is_found_by_its_two_objects(world: World) -> None:
    contracts, deployment = world.contracts, world.deployment
    assert contracts.original_package == contracts.package == deployment.walrus_package
    assert str(contracts.wal_type) == f"{wire.format_address(deployment.wal_package)}::wal::WAL"
    assert await contracts.treasury() == deployment.treasury
    assert deployment.exchange is None


async def test_everything_is_found_by_the_system_object(world: World) -> None:
    deployment = world.deployment
    contracts = await Contracts.discover(world.sui, deployment.system_object)
    assert vars(contracts) == vars(
        await Contracts.discover(world.sui, deployment.system_object, deployment.staking_object)
    )
    assert contracts.staking_object == deployment.staking_object
    assert await contracts.upgrade_manager() == deployment.upgrade_manager
    assert await contracts.slashing_manager() == deployment.slashing_manager
    assert await contracts.treasury() == deployment.treasury
    with pytest.raises(ContractMismatch, match="system::System"):
        await Contracts.discover(world.sui, deployment.staking_object)


class PrunedSui(SuiClient):
    """A connection to a full node that keeps no old transactions."""

    async def transaction_effects(self, digest: bytes) -> wire.TransactionEffectsV2:
        raise ObjectNotFound(f"no transaction {digest.hex()}")


async def test_without_old_transactions_the_staking_object_must_be_given(world: World) -> None:
    deployment = world.deployment
    async with PrunedSui(world.network.url) as sui:
        with pytest.raises(ContractMismatch, match="the transaction that created") as caught:
            await Contracts.discover(sui, deployment.system_object)
        assert "pass staking_object" in str(caught.value.hint)
        found = await Contracts.discover(sui, deployment.system_object, deployment.staking_object)
        assert found.staking_object == deployment.staking_object


async def test_other_objects_are_no_deployment(world: World) -> None:
    deployment = world.deployment
    with pytest.raises(ContractMismatch, match="system::System"):
        await Contracts.discover(world.sui, deployment.staking_object, deployment.system_object)
    with pytest.raises(ContractMismatch):
        await Contracts.discover(world.sui, deployment.wal_coin, deployment.staking_object)
    with pytest.raises(ObjectNotFound):
        await Contracts.discover(world.sui, bytes(32), deployment.staking_object)


async def test_objects_of_another_type(world: World) -> None:
    for read in (world.contracts.blob, world.contracts.storage_node_cap):
        with pytest.raises(ContractMismatch, match=r"got a 0x0*2::coin::Coin"):
            await read(world.deployment.wal_coin)
    with pytest.raises(ContractMismatch, match="StakingPool"):
        await world.contracts.pools([world.deployment.wal_coin])


async def test_the_first_epoch(world: World) -> None:
    system, staking = await world.contracts.system(), await world.contracts.staking()
    assert list(staking.committee) == [operator.cap.node_id for operator in world.operators]
    assert sorted(shard for shards in staking.committee.values() for shard in shards) == list(range(N_SHARDS))
    assert isinstance(staking.epoch_state, EpochChangeDone)
    assert (system.committee.epoch, system.committee.n_shards) == (staking.epoch, N_SHARDS)
    assert [member.node_id for member in system.committee.members] == list(staking.committee)
    keys = [PublicKey.from_uncompressed(member.public_key) for member in system.committee.members]
    assert keys == [operator.secret_key.public_key for operator in world.operators]
    assert (system.storage_price_per_unit_size, system.write_price_per_unit_size) == (1_000, 2_000)


async def test_pools_tell_how_nodes_are_reached(world: World) -> None:
    pools = await world.contracts.pools(operator.cap.node_id for operator in world.operators)
    assert sorted(pool.node_info.network_address for pool in pools) == [f"127.0.0.1:{9000 + i}" for i in range(4)]
    assert [pool.wal_balance for pool in pools] == [1000 * FROST_PER_WAL] * N_NODES
    assert [pool.node_info.compressed_public_key for pool in pools] == [
        bytes(operator.secret_key.public_key) for operator in world.operators
    ]


async def test_the_events_of_the_first_epoch(world: World) -> None:
    # chosen, begun, priced, four nodes of which the third completes a quorum: 3 x 9 >= 2 x 13 + 1
    found = [placed.event for placed in await take_events(world, EventCursor(0), 16)]
    applied, staked, found = found[:4], found[4:8], found[8:]
    assert [type(event) for event in applied] == [events.NodeRegistered] * 4
    assert {event.amount for event in staked if isinstance(event, events.Staked)} == {1000 * FROST_PER_WAL}
    assert found[:2] == [events.EpochParametersSelected(1), events.EpochChangeStart(1)]
    assert events.PricesUpdated(1, 1_000, 2_000) in found
    received = [event for event in found if isinstance(event, events.ShardsReceived)]
    assert sorted(shard for event in received for shard in event.shards) == list(range(N_SHARDS))
    assert found.index(events.EpochChangeDone(1)) > found.index(received[1])


async def test_events_are_read_on_from_any_of_them(world: World) -> None:
    start = await EventCursor.latest(world.sui)
    blobs = [await world.register(fresh_blob()) for _ in range(2)]
    await world.contracts.certify_blobs(world.owner, [await world.certification(blob) for blob in blobs])
    found = await take_events(world, start, 4)
    assert [type(placed.event) for placed in found] == [events.BlobRegistered] * 2 + [events.BlobCertified] * 2
    assert found[2].transaction_digest == found[3].transaction_digest
    assert [placed.event_seq for placed in found[2:]] == [0, 1]
    for read, placed in enumerate(found[:-1]):
        assert await take_events(world, placed.next, 3 - read) == found[read + 1 :]


class OtherKey:
    """Claims one public key and signs with another."""

    def __init__(self) -> None:
        self.public_key = SecretKey.generate(os.urandom(32)).public_key
        self.sign = SecretKey.generate(os.urandom(32)).sign


async def test_nobody_registers_a_key_without_holding_it(world: World) -> None:
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.register_candidate(world.account(), registration_of(9), OtherKey())  # type: ignore[arg-type]
    assert caught.value.name == "EInvalidProofOfPossession"


async def test_registration_charges_the_exact_price(world: World) -> None:
    encoded = fresh_blob()
    before = await world.contracts.wal_balance(world.owner.address)
    blob = await world.register(encoded, deletable=False, epochs=3)
    epoch = await world.epoch()
    assert (
        before - await world.contracts.wal_balance(world.owner.address) == 3 * STORAGE_COST_PER_EPOCH + WRITE_COST
    )
    assert blob == await world.contracts.blob(blob.object_id)
    assert (blob.blob_id, blob.size) == (bytes(encoded.blob_id), 100)
    assert (blob.registered_epoch, blob.certified_epoch, blob.deletable) == (epoch, None, False)
    assert (blob.storage.start_epoch, blob.storage.end_epoch) == (epoch, epoch + 3)
    assert blob.storage.storage_size == ENCODED_SIZE
    assert blob.object_id in {item.object_id for item in await world.contracts.owned_blobs(world.owner.address)}


async def test_many_blobs_in_one_transaction_keep_their_order(world: World) -> None:
    encoded = [fresh_blob() for _ in range(12)]
    registrations = [
        BlobRegistration(bytes(item.blob_id), item.root_hash, 100, epochs=1 + i % 3, attributes={"number": str(i)})
        for i, item in enumerate(encoded)
    ]
    blobs = await world.contracts.register_blobs(world.owner, registrations)
    assert [blob.blob_id for blob in blobs] == [bytes(item.blob_id) for item in encoded]
    assert [await world.contracts.blob_attributes(blob.object_id) for blob in blobs] == [
        {"number": str(i)} for i in range(12)
    ]
    certifications = [await world.certification(blob) for blob in blobs]
    await world.contracts.certify_blobs(world.owner, certifications)
    certified = [await world.contracts.blob(blob.object_id) for blob in blobs]
    assert {blob.certified_epoch for blob in certified} == {await world.epoch()}


async def test_a_blob_id_must_follow_from_its_root(world: World) -> None:
    encoded, other = fresh_blob(), fresh_blob()
    registration = BlobRegistration(bytes(encoded.blob_id), other.root_hash, 100, epochs=1)
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.register_blobs(world.owner, [registration])
    assert (caught.value.module, caught.value.name) == ("blob", "EInvalidBlobId")


async def test_storage_further_ahead_than_is_sold(world: World) -> None:
    encoded = fresh_blob()
    registration = BlobRegistration(bytes(encoded.blob_id), encoded.root_hash, 100, epochs=54)
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.register_blobs(world.owner, [registration])
    assert caught.value.name == "EInvalidEpochsAhead"


async def test_wal_in_small_coins_is_merged(world: World) -> None:
    bob = world.account()
    for _ in range(3):
        await world.contracts.send_wal(world.owner, {bob.address: 1_500})
    encoded = fresh_blob()
    registration = BlobRegistration(bytes(encoded.blob_id), encoded.root_hash, 100, epochs=2)
    (blob,) = await world.contracts.register_blobs(bob, [registration])
    assert blob.blob_id == bytes(encoded.blob_id)
    assert await world.contracts.wal_balance(bob.address) == 4_500 - 2 * STORAGE_COST_PER_EPOCH - WRITE_COST


async def test_too_little_wal_says_who_needs_what(world: World) -> None:
    bob = world.account()
    await world.contracts.send_wal(world.owner, {bob.address: 1_500})
    encoded = fresh_blob()
    with pytest.raises(InsufficientFunds) as caught:
        await world.contracts.register_blobs(
            bob, [BlobRegistration(bytes(encoded.blob_id), encoded.root_hash, 100, epochs=1)]
        )
    error = caught.value
    assert (error.owner, error.has, error.needs) == (wire.format_address(bob.address), 1_500, 3_000)


async def test_extending_a_blob(world: World) -> None:
    blob = await world.register(fresh_blob(), epochs=2)
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.extend_blob(world.owner, blob.object_id, 1)
    assert caught.value.name == "ENotCertified"
    await world.contracts.certify_blobs(world.owner, [await world.certification(blob)])
    before = await world.contracts.wal_balance(world.owner.address)
    executed = await world.contracts.extend_blob(world.owner, blob.object_id, 4)
    assert before - await world.contracts.wal_balance(world.owner.address) == 4 * STORAGE_COST_PER_EPOCH
    end_epoch = blob.storage.end_epoch + 4
    assert (await world.contracts.blob(blob.object_id)).storage.end_epoch == end_epoch
    extended = events.BlobCertified(await world.epoch(), blob.blob_id, end_epoch, True, blob.object_id, True)
    assert [parse_event(event, world.contracts.original_package) for event in executed.events] == [extended]


async def test_deleting_a_blob(world: World) -> None:
    blob = await world.register(fresh_blob())
    await world.contracts.certify_blobs(world.owner, [await world.certification(blob)])
    executed = await world.contracts.delete_blob(world.owner, blob.object_id)
    deleted = events.BlobDeleted(
        await world.epoch(), blob.blob_id, blob.storage.end_epoch, blob.object_id, was_certified=True
    )
    assert [parse_event(event, world.contracts.original_package) for event in executed.events] == [deleted]
    with pytest.raises(ObjectNotFound):
        await world.contracts.blob(blob.object_id)
    storage = await world.sui.get_object(blob.storage.object_id)
    assert storage.owner == wire.AddressOwner(world.owner.address)


async def test_a_permanent_blob_stays(world: World) -> None:
    blob = await world.register(fresh_blob(), deletable=False)
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.delete_blob(world.owner, blob.object_id)
    assert caught.value.name == "EBlobNotDeletable"


async def test_attributes(world: World) -> None:
    blob = await world.register(fresh_blob())
    contracts, object_id = world.contracts, blob.object_id
    assert await contracts.blob_attributes(object_id) == {}
    await contracts.set_blob_attributes(world.owner, object_id, {"a": "1", "b": "ü", "c": ""})
    await contracts.set_blob_attributes(world.owner, object_id, {"a": "2"})
    assert list((await contracts.blob_attributes(object_id)).items()) == [("b", "ü"), ("c", ""), ("a", "2")]
    await contracts.remove_blob_attributes(world.owner, object_id, ["b"])
    assert await contracts.blob_attributes(object_id) == {"c": "", "a": "2"}
    with pytest.raises(MoveAborted):
        await contracts.remove_blob_attributes(world.owner, object_id, ["b"])


async def test_one_correct_node_is_enough_to_report_a_bad_blob(world: World) -> None:
    blob_id, epoch = os.urandom(32), await world.epoch()
    message = InvalidBlobId(blob_id).signed_bytes(epoch)
    signature, bitmap = world.signed(message, (0,))
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.invalidate_blob_id(
            world.owner, signature=signature, signers_bitmap=bitmap, message=message
        )
    assert caught.value.name == "ENotEnoughStake"
    signature, bitmap = world.signed(message, (0, 2))
    executed = await world.contracts.invalidate_blob_id(
        world.owner, signature=signature, signers_bitmap=bitmap, message=message
    )
    found = [parse_event(event, world.contracts.original_package) for event in executed.events]
    assert found == [events.InvalidBlobId(epoch, blob_id)]
