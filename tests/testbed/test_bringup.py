"""What a new network tells its clients, on a real chain and without storage nodes."""

from __future__ import annotations

from pathlib import Path

from walrus_localnet.chain.local import LocalSui
from walrus_localnet.testbed.bringup import _deploy, _write_client_files
from walrus_localnet.testbed.manifest import Layout
from walrus_localnet.testbed.plan import Plan
from walrus_sui.chain import Contracts, Keypair, SuiClient
from walrus_sui.config import load_config


async def test_the_client_config_names_the_deployment_and_its_exchange(tmp_path: Path) -> None:
    layout, plan, deployer = Layout(tmp_path), Plan(), Keypair.generate()
    layout.make()
    async with LocalSui.start() as network, SuiClient(network.url) as sui:
        network.faucet.fund(deployer.address)
        deployment = await _deploy(sui, deployer, plan)
        _write_client_files(layout, plan, network.url, deployment, deployer)
        config = load_config(layout.client_config)
        contracts = await Contracts.discover(sui, config.system_object)
        assert contracts.staking_object == config.staking_object
        (exchange,) = config.exchange_objects
        found = await sui.get_object(exchange)
    assert (found.type.module, found.type.name) == ("wal_exchange", "Exchange")
