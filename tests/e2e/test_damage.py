"""Nodes whose disks no longer hold what was written, and reads that go round them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from walrus_node.database.store import Store
from walrus_sui.client import Limits
from walrus_sui.client.network.transport import http_client
from walrus_sui.errors import NodeRefused, SliverMismatch
from walrus_sui.redstuff import Axis, SliverData, encode, verify_sliver
from walrus_sui.storage import StorageNodeClient

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

N_SHARDS = 130


@pytest.fixture
def data():
    return os.urandom(1_500_000)


@pytest.fixture
async def stored(client, data):
    return await client.store(data, epochs=2)


async def holder_of_first_pair(net, client, blob_id):
    """The node that every read asks first, for it holds systematic pair 0: its name, URL and shards."""
    committee = (await client.network()).committee
    member = committee.holder_of_pair(blob_id, 0)
    (record,) = [node for node in net.manifest().nodes if node.node_id == member.node_id]
    return record, member.shards


def flip_a_bit(sliver: bytes) -> bytes:
    parsed = SliverData.from_bytes(sliver)
    return SliverData(bytes([parsed.data[0] ^ 1]) + parsed.data[1:], parsed.symbol_size, parsed.index).to_bytes()


async def test_slivers_a_node_has_wrong_without_knowing_are_not_used(net, client, stored, data):
    node, shards = await holder_of_first_pair(net, client, stored.blob_id)
    await net.kill_nodes([node.name])
    store = Store.open(net.layout.node(node.name) / "db")
    for shard in shards:
        good = store.sliver(bytes(stored.blob_id), shard, Axis.PRIMARY)
        store.put_sliver(bytes(stored.blob_id), shard, Axis.PRIMARY, flip_a_bit(good))
    store.close()
    await net.restart_nodes([node.name])
    assert await client.read(stored.blob_id) == data
    async with http_client(Limits()) as http:
        bad = await StorageNodeClient(node.url, http).sliver(stored.blob_id, 0, Axis.PRIMARY)
    with pytest.raises(SliverMismatch):
        verify_sliver(bad, Axis.PRIMARY, encode(data, n_shards=N_SHARDS).metadata)


async def test_a_bit_that_flips_on_disk_is_never_handed_out(net, client, stored, data):
    """The node notices by its checksum; it may have rebuilt the sliver from the others by the time it is asked."""
    node, _ = await holder_of_first_pair(net, client, stored.blob_id)
    await net.kill_nodes([node.name])
    encoded = encode(data, n_shards=N_SHARDS)
    flip_on_disk(net.layout.node(node.name) / "db", encoded.sliver_pair(0).primary.data)
    await net.restart_nodes([node.name])
    async with http_client(Limits()) as http:
        answer = await asked(StorageNodeClient(node.url, http).sliver(stored.blob_id, 0, Axis.PRIMARY))
    assert answer in (encoded.sliver_pair(0).primary, "SLIVER_NOT_FOUND")
    assert await client.read(stored.blob_id) == data


async def asked(request):
    """What a node answers, or its reason to refuse."""
    try:
        return await request
    except NodeRefused as refusal:
        return refusal.reason


def flip_on_disk(folder: Path, content: bytes) -> None:
    """Change one bit of every 4 KiB of `content`, wherever files under `folder` hold it.

    The log of the database breaks what it holds into pieces, so only short stretches are sure to be found.
    """
    flipped = 0
    for path in filter(Path.is_file, folder.rglob("*")):
        raw = bytearray(path.read_bytes())
        for start in range(0, len(content), 4096):
            if (found := raw.find(content[start : start + 64])) >= 0:
                raw[found] ^= 0x10
                flipped += 1
        path.write_bytes(raw)
    assert flipped
