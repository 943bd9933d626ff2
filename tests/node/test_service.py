"""Whole nodes against an embedded chain with the real contracts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.node.conftest import make_blob
from tests.node.network import N_SHARDS, Network, RunningNode, walrus_network
from walrus_sui.crypto.bls import PublicKey
from walrus_sui.crypto.curve import compress_g1
from walrus_sui.crypto.messages import Deletable, Permanent, StorageConfirmation
from walrus_sui.errors import NodeRefused
from walrus_sui.redstuff import Axis, EncodedBlob, pair_of_shard
from walrus_sui.storage import PermanentStatus


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    async with walrus_network(tmp_path) as running:
        yield running


async def upload(network: Network, node: RunningNode, blob: EncodedBlob) -> None:
    await node.sees(blob.blob_id)
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    shards = dict((await network.contracts.staking()).committee)[node.node_id]
    for shard in shards:
        both = blob.sliver_pair(pair_of_shard(blob.blob_id, shard, N_SHARDS))
        await node.client.store_sliver(blob.blob_id, both.index, Axis.PRIMARY, both.primary)
        await node.client.store_sliver(blob.blob_id, both.index, Axis.SECONDARY, both.secondary)


async def test_nodes_serve_what_the_chain_registers(network: Network) -> None:
    blob = make_blob(b"on chain")
    with pytest.raises(NodeRefused, match="NOT_REGISTERED"):
        await network.nodes[0].client.store_metadata(blob.blob_id, blob.metadata)
    registration = await network.register(blob, deletable=True)
    await asyncio.gather(*(upload(network, node, blob) for node in network.nodes))
    pools = await network.contracts.pools(node.node_id for node in network.nodes)
    for node, pool in zip(network.nodes, pools, strict=True):
        signed = await node.client.confirmation(blob.blob_id, Deletable(registration.object_id))
        key = PublicKey(compress_g1(pool.node_info.public_key))
        assert signed.verify(key, StorageConfirmation, 1).blob_id == bytes(blob.blob_id)


async def test_a_restarted_node_goes_on_where_it_was(network: Network) -> None:
    node, kept, missed = network.nodes[0], make_blob(b"kept"), make_blob(b"missed")
    await network.register(kept)
    await upload(network, node, kept)
    before = await node.client.confirmation(kept.blob_id, Permanent())
    await node.stop()
    await network.register(missed)
    await node.start()
    assert await node.client.confirmation(kept.blob_id, Permanent()) == before
    await upload(network, node, missed)
    assert isinstance(await node.client.status(missed.blob_id), PermanentStatus)
