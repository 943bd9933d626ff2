"""A network whose nodes share a process, on a Sui network that was there before it and stays after it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from walrus_localnet.chain.local import LocalSui
from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan, SuiNetwork
from walrus_sui.client import WalrusClient
from walrus_sui.config import load_config

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


async def test_it_stores_there_and_comes_back_there(tmp_path: Path) -> None:
    localnet = Localnet(tmp_path / "net")
    data = os.urandom(100_000)
    async with LocalSui.start() as sui:
        plan = Plan(nodes=4, shards=10, in_process=True, sui=SuiNetwork(sui.url, sui.faucet_url))
        manifest = await localnet.up(plan)
        try:
            assert (manifest.rpc_url, manifest.chain, manifest.owns_chain) == (sui.url, None, False)
            assert len({node.process for node in manifest.nodes}) == 1
            config = load_config(manifest.client_config)
            async with WalrusClient(config) as client:
                stored = await client.store(data, epochs=3)
            await localnet.down()
            assert not localnet.manifest().running
            await localnet.up(plan)
            async with WalrusClient(config) as client:
                assert await client.read(stored.blob_id) == data
        finally:
            await localnet.discard()
        assert sui.chain_id
