"""A network of thirteen nodes from its deployment to epoch 3, and a blob's whole life in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sui_chain.world import World, candidates, fresh_blob
from walrus_sui.chain import FROST_PER_WAL, BlobRegistration
from walrus_sui.chain.types import Blob, EpochChangeDone, Storage
from walrus_sui.crypto import PublicKey
from walrus_sui.errors import MoveAborted, ObjectNotFound

N_NODES = 13
N_SHARDS = 130
QUORUM = 9
"""Equal stakes make 10 shards a node, and 3 x 90 >= 2 x 130 + 1 > 3 x 80."""

# 130 shards: f = 43, R = 44, C = 87; 100 bytes make symbols of 2 (100 / 3,828 = 1, rounded up to even), so 130 x
# ((44 + 87) x 2 + 64 x 130 + 32) bytes, which is two started MiB
ENCODED_SIZE = 1_119_820
STORAGE_COST_PER_EPOCH = 2 * 1_000
WRITE_COST = 2 * 2_000


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with candidates(N_NODES, N_SHARDS) as network:
        yield network


async def test_thirteen_nodes_and_a_blob_from_epoch_0_to_3(world: World) -> None:
    await check_candidates(world)
    await begin_epoch(world, 1)
    before = await world.contracts.wal_balance(world.owner.address)
    blob = await reserve_and_register(world)
    await certify(world, blob)
    await begin_epoch(world, 2)
    await world.contracts.extend_blob(world.owner, blob.object_id, 2)
    extended = await world.contracts.blob(blob.object_id)
    assert (extended.certified_epoch, extended.storage.end_epoch) == (1, 5)
    await begin_epoch(world, 3)
    assert await world.contracts.blob(blob.object_id) == extended
    await delete(world, extended)
    spent = before - await world.contracts.wal_balance(world.owner.address)
    assert spent == (2 + 2) * STORAGE_COST_PER_EPOCH + WRITE_COST


async def check_candidates(world: World) -> None:
    """Epoch 0: everyone has registered and has stake, and there is no committee yet."""
    system, staking = await world.contracts.system(), await world.contracts.staking()
    assert (staking.epoch, staking.n_shards, staking.committee) == (0, N_SHARDS, {})
    assert (system.committee.n_shards, system.committee.members) == (0, ())
    pools = await world.contracts.pools(operator.cap.node_id for operator in world.operators)
    assert [pool.node_info.compressed_public_key for pool in pools] == [
        bytes(operator.secret_key.public_key) for operator in world.operators
    ]
    stakes = await world.contracts.owned_stakes(world.owner.address)
    assert {stake.node_id: stake.principal for stake in stakes} == {
        operator.cap.node_id: 1000 * FROST_PER_WAL for operator in world.operators
    }


async def begin_epoch(world: World, epoch: int) -> None:
    """The next epoch, in which all thirteen hold all shards between them."""
    assert await world.next_epoch() == epoch
    system, staking = await world.contracts.system(), await world.contracts.staking()
    assert isinstance(staking.epoch_state, EpochChangeDone)
    assert (staking.epoch, system.committee.epoch, system.committee.n_shards) == (epoch, epoch, N_SHARDS)
    assert sorted(shard for shards in staking.committee.values() for shard in shards) == list(range(N_SHARDS))
    members = system.committee.members
    assert sum(member.weight for member in members) == N_SHARDS
    assert [member.weight for member in members] == [10] * N_NODES
    assert [member.weight for member in members] == [len(shards) for shards in staking.committee.values()]
    assert [(member.node_id, PublicKey.from_uncompressed(member.public_key)) for member in members] == [
        (operator.cap.node_id, operator.secret_key.public_key) for operator in world.operators
    ]


async def reserve_and_register(world: World) -> Blob:
    storage = await world.contracts.reserve_space(world.owner, ENCODED_SIZE, epochs=2)
    assert storage == Storage(storage.object_id, 1, 3, ENCODED_SIZE)
    encoded = fresh_blob(N_SHARDS)
    registration = BlobRegistration(
        bytes(encoded.blob_id), encoded.root_hash, 100, epochs=2, storage=storage.object_id
    )
    (blob,) = await world.contracts.register_blobs(world.owner, [registration])
    assert (blob.blob_id, blob.storage) == (bytes(encoded.blob_id), storage)
    assert (blob.registered_epoch, blob.certified_epoch) == (1, None)
    return blob


async def certify(world: World, blob: Blob) -> None:
    """By the last nine of thirteen, so that both bytes of the bitmap count; eight are too few."""
    too_few = await world.certification(blob, range(N_NODES - QUORUM + 1, N_NODES))
    with pytest.raises(MoveAborted) as caught:
        await world.contracts.certify_blobs(world.owner, [too_few])
    assert caught.value.name == "ENotEnoughStake"
    quorum = await world.certification(blob, range(N_NODES - QUORUM, N_NODES))
    await world.contracts.certify_blobs(world.owner, [quorum])
    assert (await world.contracts.blob(blob.object_id)).certified_epoch == 1


async def delete(world: World, blob: Blob) -> None:
    """The storage that is left goes back to the owner."""
    await world.contracts.delete_blob(world.owner, blob.object_id)
    with pytest.raises(ObjectNotFound):
        await world.contracts.blob(blob.object_id)
    assert await world.contracts.owned_blobs(world.owner.address) == ()
    assert await world.contracts.owned_storage(world.owner.address) == (blob.storage,)
