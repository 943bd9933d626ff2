"""Nodes whose disks no longer hold what was written, and reads that go round them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from walrus_node.store import Store
from walrus_sui.client import Limits
from walrus_sui.client.nodes import http_client
from walrus_sui.errors import NodeRefused, SliverMismatch
from walrus_sui.redstuff import Axis, SliverData, encode, pair_of_shard, verify_sliver
from walrus_sui.storage import StorageNodeClient

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

N_SHARDS = 130
DATA = os.urandom(1_500_000)


@pytest.fixture
async def stored(client):
    return await client.store(DATA, epochs=2)


async def holder_of_first_pair(net, client, blob_id):
    """The node that every read asks first, for it holds systematic pair 0: its name, URL and shards."""
    committee = (await client.network()).committee
    member = committee.holder_of_pair(blob_id, 0)
    (record,) = [node for node in net.manifest().nodes if node.node_id == member.node_id]
    return record, member.shards


def flip_a_bit(sliver: bytes) -> bytes:
    parsed = SliverData.from_bytes(sliver)
    return SliverData(bytes([parsed.data[0] ^ 1]) + parsed.data[1:], parsed.symbol_size, parsed.index).to_bytes()


async def test_slivers_a_node_has_wrong_without_knowing_are_not_used(net, client, stored):
    node, shards = await holder_of_first_pair(net, client, stored.blob_id)
    await net.kill_nodes([node.name])
    store = Store.open(net.layout.node(node.name) / "db")
    for shard in shards:
        good = store.sliver(bytes(stored.blob_id), shard, Axis.PRIMARY)
        store.put_sliver(bytes(stored.blob_id), shard, Axis.PRIMARY, flip_a_bit(good))
    store.close()
    await net.restart_nodes([node.name])
    assert await client.read(stored.blob_id) == DATA
    async with http_client(Limits()) as http:
        bad = await StorageNodeClient(node.url, http).sliver(stored.blob_id, 0, Axis.PRIMARY)
    with pytest.raises(SliverMismatch):
        verify_sliver(bad, Axis.PRIMARY, encode(DATA, n_shards=N_SHARDS).metadata)


async def test_a_bit_that_flips_on_disk_makes_a_sliver_absent_rather_than_wrong(net, client, stored):
    node, shards = await holder_of_first_pair(net, client, stored.blob_id)
    await net.kill_nodes([node.name])
    folder = net.layout.node(node.name) / "db"
    flip_on_disk(folder, encode(DATA, n_shards=N_SHARDS).sliver_pair(0).primary.data)
    await net.restart_nodes([node.name])
    async with http_client(Limits()) as http:
        with pytest.raises(NodeRefused) as caught:
            await StorageNodeClient(node.url, http).sliver(stored.blob_id, 0, Axis.PRIMARY)
        assert caught.value.reason == "SLIVER_NOT_FOUND"
        others = [pair_of_shard(bytes(stored.blob_id), shard, N_SHARDS) for shard in shards]
        for pair in sorted(others)[1:3]:
            assert (await StorageNodeClient(node.url, http).sliver(stored.blob_id, pair, Axis.PRIMARY)).data
    assert await client.read(stored.blob_id) == DATA


def flip_on_disk(folder: Path, content: bytes) -> None:
    """Change one bit of `content` in every file under `folder` that holds it."""
    flipped = 0
    for path in folder.iterdir():
        raw = bytearray(path.read_bytes()) if path.is_file() else bytearray()
        start = 0
        while (found := raw.find(content, start)) >= 0:
            raw[found + len(content) // 2] ^= 0x10
            start, flipped = found + 1, flipped + 1
        if start:
            path.write_bytes(raw)
    assert flipped
