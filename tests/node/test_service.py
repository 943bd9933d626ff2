"""Whole nodes against an embedded chain with the real contracts."""

from __future__ import annotations

import asyncio
import copy
import itertools
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest
import pytest_asyncio

from tests.node.conftest import make_blob
from tests.node.network import N_SHARDS, STAKE, Network, RunningNode, walrus_network
from tests.waiting import eventually
from walrus_node.chain import reactions
from walrus_node.database.store import Store
from walrus_sui.crypto.bls import PublicKey
from walrus_sui.crypto.curve import compress_g1
from walrus_sui.crypto.messages import Deletable, Permanent, StorageConfirmation
from walrus_sui.errors import NodeRefused
from walrus_sui.redstuff import Axis, EncodedBlob, pair_of_shard, shard_of_pair
from walrus_sui.redstuff.metadata import SliverPairMetadata
from walrus_sui.storage import InvalidStatus, PermanentStatus

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    """One network for all tests here; each leaves its nodes and the chain running."""
    async with walrus_network(tmp_path_factory.mktemp("network")) as running:
        yield running


async def test_nodes_serve_what_the_chain_registers(network: Network) -> None:
    blob = make_blob(b"on chain")
    with pytest.raises(NodeRefused, match="NOT_REGISTERED"):
        await network.nodes[0].client.store_metadata(blob.blob_id, blob.metadata)
    registration = await network.register(blob, deletable=True)
    await asyncio.gather(*(network.upload(node, blob) for node in network.nodes))
    pools = await network.contracts.pools(node.node_id for node in network.nodes)
    for node, pool in zip(network.nodes, pools, strict=True):
        signed = await node.client.confirmation(blob.blob_id, Deletable(registration.object_id))
        key = PublicKey(compress_g1(pool.node_info.public_key))
        assert signed.verify(key, StorageConfirmation, 1).blob_id == bytes(blob.blob_id)


async def test_a_restarted_node_goes_on_where_it_was(network: Network) -> None:
    node, kept, missed = network.nodes[0], make_blob(b"kept"), make_blob(b"missed")
    await network.register(kept)
    await network.upload(node, kept)
    before = await node.client.confirmation(kept.blob_id, Permanent())
    await node.stop()
    await network.register(missed)
    await node.start()
    assert await node.client.confirmation(kept.blob_id, Permanent()) == before
    await network.upload(node, missed)
    assert isinstance(await node.client.status(missed.blob_id), PermanentStatus)


async def test_a_node_that_was_down_rebuilds_what_it_missed(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "UPLOAD_GRACE_SECONDS", 0.0)
    missing, *present = network.nodes
    await missing.stop()
    blobs = [make_blob(bytes([seed]), size) for seed, size in ((1, 1), (2, 5000), (3, 300_000))]
    for blob in blobs:
        await network.store(blob, present)
    await missing.start()
    for blob in blobs:
        await network.confirms(missing, blob)
        for shard in await network.shards(missing):
            pair = blob.sliver_pair(pair_of_shard(blob.blob_id, shard, N_SHARDS))
            assert await missing.client.sliver(blob.blob_id, pair.index, Axis.PRIMARY) == pair.primary
            assert await missing.client.sliver(blob.blob_id, pair.index, Axis.SECONDARY) == pair.secondary


async def test_a_node_rebuilds_what_it_missed_while_a_third_of_the_shards_is_away(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two nodes left hold six or seven secondary slivers; a primary one takes nine."""
    monkeypatch.setattr(reactions, "UPLOAD_GRACE_SECONDS", 0.0)
    by_weight = sorted([(len(await network.shards(node)), number) for number, node in enumerate(network.nodes)])
    missing, away = (network.nodes[by_weight[place][1]] for place in (0, -1))
    blob = make_blob(b"few left", 50_000)
    await missing.stop()
    await network.store(blob, [node for node in network.nodes if node is not missing])
    await away.stop()
    await missing.start()
    await network.confirms(missing, blob)
    await away.start()


async def test_a_damaged_sliver_is_noticed_and_rebuilt(network: Network) -> None:
    node, blob = network.nodes[0], make_blob(b"damaged", 50_000)
    await network.store(blob, network.nodes)
    shard = (await network.shards(node))[0]
    pair = blob.sliver_pair(pair_of_shard(blob.blob_id, shard, N_SHARDS))
    await node.stop()
    store = Store.open(node.config_path.parent / "db")
    table, key = store._db.get_column_family("primary-slivers"), bytes(blob.blob_id) + shard.to_bytes(2, "big")
    record = bytes(table[key] or b"")
    table[key] = record[:-1] + bytes([record[-1] ^ 1])
    del table
    store.close()
    await node.start()
    with pytest.raises(NodeRefused, match="SLIVER_NOT_FOUND"):
        await node.client.sliver(blob.blob_id, pair.index, Axis.PRIMARY)
    await network.confirms(node, blob)
    assert await node.client.sliver(blob.blob_id, pair.index, Axis.PRIMARY) == pair.primary


def lie_about_one_sliver(blob: EncodedBlob, shards: tuple[int, ...]) -> EncodedBlob:
    """A writer's metadata that is wrong about one primary sliver, which lies on one of `shards`."""
    for attempt in itertools.count():
        pair = attempt % N_SHARDS
        hashes = list(blob.metadata.hashes)
        hashes[pair] = SliverPairMetadata(attempt.to_bytes(32, "big"), hashes[pair].secondary)
        lying = copy.copy(blob)
        lying.metadata = replace(blob.metadata, hashes=tuple(hashes))
        lying.root_hash, lying.blob_id = lying.metadata.root_hash(), lying.metadata.blob_id()
        if shard_of_pair(lying.blob_id, pair, N_SHARDS) in shards:
            return lying
    raise AssertionError


async def test_a_badly_encoded_blob_is_found_out(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reactions, "UPLOAD_GRACE_SECONDS", 0.0)
    victim, *present = network.nodes
    blob = lie_about_one_sliver(make_blob(b"liar"), await network.shards(victim))
    await victim.stop()
    await network.store(blob, present)
    await victim.start()
    for node in network.nodes:
        await eventually(partial(_is_invalid, node, blob))
        with pytest.raises(NodeRefused, match="METADATA_NOT_FOUND"):
            await node.client.metadata(blob.blob_id)


async def _is_invalid(node: RunningNode, blob: EncodedBlob) -> bool:
    return isinstance(await node.client.status(blob.blob_id), InvalidStatus)


async def test_a_node_that_lost_its_database_rebuilds_it(network: Network) -> None:
    node, blob = network.nodes[1], make_blob(b"lost", 50_000)
    await network.store(blob, network.nodes)
    await node.stop()
    shutil.rmtree(node.config_path.parent / "db")
    await node.start()
    await network.confirms(node, blob)
    for axis in Axis:
        assert await node.metric("walrus_sync_shard_recover_sliver_success_total", sliver_type=axis.value) > 0
    assert await node.metric("walrus_recover_blob_duration_seconds_count", status="success") > 0


async def test_nodes_outlive_the_chain(network: Network) -> None:
    before, after = make_blob(b"before"), make_blob(b"after")
    await network.store(before, network.nodes)
    await network.chain.kill()
    for node in network.nodes:
        await node.client.confirmation(before.blob_id, Permanent())
    await network.nodes[0].stop()
    await network.chain.start()
    await network.nodes[0].start()
    await network.store(after, network.nodes)


async def test_a_node_waits_for_a_chain_that_is_not_there_yet(network: Network) -> None:
    node = network.nodes[0]
    await node.stop()
    await network.chain.kill()
    starting = asyncio.create_task(node.start())
    await asyncio.sleep(0)
    await network.chain.start()
    await starting
    await network.store(make_blob(b"later"), network.nodes)


async def test_shards_move_to_who_is_staked_on_more(network: Network) -> None:
    """Last of all, as it changes who holds what."""
    grower, blob = network.nodes[0], make_blob(b"moving", 50_000)
    before = set(await network.shards(grower))
    synced = await grower.metric("walrus_sync_shard_sync_sliver_total")
    await network.contracts.stake_with_pool(network.deployer, grower.node_id, 4 * STAKE)
    await network.store(blob, network.nodes)
    await network.next_epoch()
    gained = set(await network.shards(grower)) - before
    assert gained
    await network.confirms(grower, blob)
    assert await grower.metric("walrus_sync_shard_sync_sliver_total") - synced >= 2 * len(gained)
    for shard in gained:
        pair = blob.sliver_pair(pair_of_shard(blob.blob_id, shard, N_SHARDS))
        assert await grower.client.sliver(blob.blob_id, pair.index, Axis.PRIMARY) == pair.primary
    holders = [node for node in network.nodes if await _has(node, blob, pair.index)]
    assert len(holders) == 2, "the node that gave the shard up still serves reads of it"
    for node in network.nodes:
        await network.confirms(node, blob)


async def _has(node: RunningNode, blob: EncodedBlob, pair: int) -> bool:
    try:
        await node.client.sliver(blob.blob_id, pair, Axis.SECONDARY)
    except NodeRefused:
        return False
    return True
