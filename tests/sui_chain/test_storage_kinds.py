"""Storage bought ahead, shared blobs and storage pools, on the real contracts."""

from __future__ import annotations

import pytest

from tests.sui_chain.world import World, fresh_blob
from walrus_sui.bcs import sui as wire
from walrus_sui.chain import BlobRegistration, events, parse_event
from walrus_sui.crypto import Deletable, StorageConfirmation
from walrus_sui.errors import InsufficientFunds, MoveAborted, ObjectNotFound
from walrus_sui.redstuff import EncodedBlob

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20
# prices are 1,000 FROST per started MiB and epoch, and 2,000 per started MiB written
BLOB_SIZE = 11_960
"""Encoded size of a blob of 100 bytes for 13 shards."""


async def spent(world: World, before: int) -> int:
    return before - await world.contracts.wal_balance(world.owner.address)


async def balance(world: World) -> int:
    return await world.contracts.wal_balance(world.owner.address)


def registration(encoded: EncodedBlob, **extra: object) -> BlobRegistration:
    values = {"epochs": 1, **extra}
    return BlobRegistration(bytes(encoded.blob_id), encoded.root_hash, 100, **values)  # type: ignore[arg-type]


async def test_storage_is_bought_cut_and_joined(world: World) -> None:
    contracts, owner, epoch = world.contracts, world.owner, await world.epoch()
    before = await balance(world)
    storage = await contracts.reserve_space(owner, 2 * MIB + 1, epochs=4)
    assert await spent(world, before) == 3 * 1_000 * 4
    assert (storage.start_epoch, storage.end_epoch, storage.storage_size) == (epoch, epoch + 4, 2 * MIB + 1)

    later = await contracts.split_storage_by_epoch(owner, storage.object_id, epoch + 1)
    assert (later.start_epoch, later.end_epoch) == (epoch + 1, epoch + 4)
    rest = await contracts.split_storage_by_size(owner, later.object_id, MIB)
    assert rest.storage_size == MIB + 1
    await contracts.fuse_storage(owner, later.object_id, rest.object_id)
    await contracts.fuse_storage(owner, storage.object_id, later.object_id)
    (whole,) = [
        item for item in await contracts.owned_storage(owner.address) if item.object_id == storage.object_id
    ]
    assert whole == storage
    with pytest.raises(MoveAborted):
        await contracts.split_storage_by_epoch(owner, storage.object_id, epoch + 9)


async def test_a_blob_on_storage_that_is_owned(world: World) -> None:
    contracts, owner = world.contracts, world.owner
    storage = await contracts.reserve_space(owner, BLOB_SIZE, epochs=5)
    before = await balance(world)
    wanted = registration(fresh_blob(), storage=storage.object_id, epochs=5)
    (blob,) = await contracts.register_blobs(owner, [wanted])
    assert await spent(world, before) == 2_000
    assert blob.storage == storage
    assert storage not in await contracts.owned_storage(owner.address)


async def test_several_blobs_are_cut_from_one_storage_and_the_rest_stays(world: World) -> None:
    contracts, owner, epoch = world.contracts, world.owner, await world.epoch()
    kept = set(await contracts.owned_storage(owner.address))
    storage = await contracts.reserve_space(owner, 3 * BLOB_SIZE, epochs=5)
    before = await balance(world)
    wanted = [registration(fresh_blob(), storage=storage.object_id, epochs=epochs) for epochs in (5, 2)]
    first, second = await contracts.register_blobs(owner, wanted)
    assert await spent(world, before) == 2 * 2_000
    assert (first.storage.object_id, first.storage.end_epoch) == (storage.object_id, epoch + 5)
    assert (second.storage.storage_size, second.storage.end_epoch) == (BLOB_SIZE, epoch + 2)
    rest = set(await contracts.owned_storage(owner.address)) - kept
    assert sorted((item.start_epoch, item.end_epoch, item.storage_size) for item in rest) == [
        (epoch, epoch + 5, BLOB_SIZE),
        (epoch + 2, epoch + 5, BLOB_SIZE),
    ]


async def test_a_blob_too_large_for_its_storage(world: World) -> None:
    storage = await world.contracts.reserve_space(world.owner, BLOB_SIZE - 1, epochs=1)
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.register_blobs(world.owner, [registration(fresh_blob(), storage=storage.object_id)])
    assert (caught.value.module, caught.value.name) == ("blob", "EResourceSize")


async def test_the_storage_of_a_deleted_blob_extends_another(world: World) -> None:
    contracts, owner, epoch = world.contracts, world.owner, await world.epoch()
    blob = await world.register(fresh_blob(), epochs=1)
    await contracts.certify_blobs(owner, [await world.certification(blob)])
    storage = await contracts.reserve_space(owner, BLOB_SIZE, epochs=3)
    later = await contracts.split_storage_by_epoch(owner, storage.object_id, epoch + 1)
    await contracts.extend_blob_with_storage(owner, blob.object_id, later.object_id)
    assert (await contracts.blob(blob.object_id)).storage.end_epoch == epoch + 3


async def test_a_shared_blob_is_kept_alive_by_anyone(world: World) -> None:
    contracts, stranger = world.contracts, world.account()
    blob = await world.register(fresh_blob(), epochs=1)
    await contracts.certify_blobs(world.owner, [await world.certification(blob)])
    shared = await contracts.share_blob(world.owner, blob.object_id, funds=1_500)
    assert (shared.blob.object_id, shared.funds) == (blob.object_id, 1_500)
    with pytest.raises(MoveAborted):
        await contracts.extend_shared_blob(stranger, shared.object_id, 2)
    await contracts.send_wal(world.owner, {stranger.address: 700})
    await contracts.fund_shared_blob(stranger, shared.object_id, 700)
    await contracts.extend_shared_blob(stranger, shared.object_id, 2)
    after = await contracts.shared_blob(shared.object_id)
    assert after.funds == 1_500 + 700 - 2 * 1_000
    assert after.blob.storage.end_epoch == blob.storage.end_epoch + 2
    with pytest.raises(InsufficientFunds):
        await contracts.fund_shared_blob(stranger, shared.object_id, 1)


async def test_a_shared_blob_may_have_no_funds(world: World) -> None:
    blob = await world.register(fresh_blob())
    assert (await world.contracts.share_blob(world.owner, blob.object_id)).funds == 0


async def test_blobs_come_and_go_in_a_pool(world: World) -> None:
    contracts, owner, epoch = world.contracts, world.owner, await world.epoch()
    before = await balance(world)
    pool = await contracts.create_storage_pool(owner, 2 * BLOB_SIZE, epochs=3)
    assert await spent(world, before) == 3_000

    first, second, third = fresh_blob(), fresh_blob(), fresh_blob()
    before = await balance(world)
    await contracts.register_pooled_blobs(owner, pool, [registration(first), registration(second)])
    assert await spent(world, before) == 2 * 2_000
    with pytest.raises(MoveAborted) as caught:
        await contracts.register_pooled_blobs(owner, pool, [registration(third)])
    assert caught.value.name == "EInsufficientCapacity"

    blob = await contracts.pooled_blob(pool, bytes(first.blob_id))
    assert (blob.unencoded_size, blob.certified_epoch, blob.storage_pool_id) == (100, None, pool)
    message = StorageConfirmation(blob.blob_id, Deletable(blob.object_id)).signed_bytes(epoch)
    signature, bitmap = world.signed(message, (0, 1, 2, 3))
    executed = await contracts.certify_pooled_blob(
        owner, pool, blob.blob_id, signature=signature, signers_bitmap=bitmap, message=message
    )
    certified = events.PooledBlobCertified(epoch, blob.blob_id, True, blob.object_id, pool)
    assert certified in [parse_event(event, contracts.original_package) for event in executed.events]
    assert (await contracts.pooled_blob(pool, blob.blob_id)).certified_epoch == epoch

    await contracts.delete_pooled_blob(owner, pool, blob.blob_id)
    with pytest.raises(ObjectNotFound):
        await contracts.pooled_blob(pool, blob.blob_id)
    await contracts.register_pooled_blobs(owner, pool, [registration(third)])
    state = await contracts.storage_pool(pool)
    assert (state.blob_count, state.used_encoded_bytes) == (2, 2 * BLOB_SIZE)


async def test_a_pool_grows_and_lasts(world: World) -> None:
    contracts, owner, epoch = world.contracts, world.owner, await world.epoch()
    pool = await contracts.create_storage_pool(owner, MIB, epochs=2)
    before = await balance(world)
    await contracts.increase_storage_pool_capacity(owner, pool, MIB)
    assert await spent(world, before) == 2 * 1_000
    before = await balance(world)
    await contracts.extend_storage_pool(owner, pool, 3)
    assert await spent(world, before) == 3 * 2 * 1_000
    storage = (await contracts.storage_pool(pool)).storage
    assert (storage.storage_size, storage.end_epoch) == (2 * MIB, epoch + 5)
    owners = {wire.AddressOwner(owner.address)}
    assert {item.owner for item in await world.sui.get_objects([pool])} == owners
