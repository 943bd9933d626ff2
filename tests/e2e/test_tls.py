"""A whole network over HTTPS, and one node in it that is not who the chain says."""

from __future__ import annotations

import os

import pytest

from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan
from walrus_node.config import NodeConfig
from walrus_sui.chain import Contracts, SuiClient, Wallet
from walrus_sui.client import WalrusClient
from walrus_sui.config import load_config
from walrus_sui.errors import NodeNotAuthentic

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

ANOTHER_KEY = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")


async def test_a_network_over_tls(tmp_path):
    net, data = Localnet(tmp_path / "net"), os.urandom(300_000)
    manifest = await net.up(Plan(nodes=4, shards=10, in_process=True, tls=True))
    try:
        assert all(node.url.startswith("https://") for node in manifest.nodes)
        config = load_config(net.layout.client_config)
        async with WalrusClient(config) as client:
            stored = await client.store(data, epochs=1)
            assert await client.read(stored.blob_id) == data
        await change_key_on_chain(NodeConfig.load(manifest.nodes[0].config))
        async with WalrusClient(config) as client:
            refused = [node for node in await client.nodes() if await is_refused(node)]
            assert [node.client.base_url for node in refused] == [manifest.nodes[0].url]
            assert await client.read(stored.blob_id) == data
            more = await client.store(data + b"more", epochs=1)
            assert await client.read(more.blob_id) == data + b"more"
    finally:
        await net.discard()


async def change_key_on_chain(config):
    """As an operator does who gave the node another network key; here it keeps the old one."""
    account = Wallet.load(config.sui.wallet_config).keypair
    async with SuiClient(config.sui.rpc) as sui:
        contracts = await Contracts.discover(sui, config.sui.system_object, config.sui.staking_object)
        await contracts.set_network_public_key(account, config.storage_node_cap, ANOTHER_KEY)


async def is_refused(node):
    try:
        await node.client.health()
    except NodeNotAuthentic as error:
        return error.expected == ANOTHER_KEY
    return False
