"""From nothing to a network that stores blobs (contracts.md §4).

The chain starts; the deployer publishes WAL and the contracts; every node gets keys, an account and its own
process, registers itself as a candidate and is staked on equally; then the first epoch begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx

from walrus_localnet.move.artifacts import built_package
from walrus_localnet.testbed import readiness
from walrus_localnet.testbed.errors import StartFailed
from walrus_localnet.testbed.faucet import request_sui
from walrus_localnet.testbed.manifest import Layout, Manifest, NodeRecord
from walrus_localnet.testbed.plan import Plan
from walrus_localnet.testbed.ports import free_ports
from walrus_localnet.testbed.processes import ProcessRecord, spawn
from walrus_node import operator
from walrus_sui.chain import (
    FROST_PER_WAL,
    Contracts,
    Deployment,
    Keypair,
    NetworkParameters,
    SuiClient,
    Wallet,
    deploy,
)
from walrus_sui.chain.types import EpochChangeDone
from walrus_sui.client.parallel import together
from walrus_sui.config import ClientConfig, WalletConfig, write_config

HOST = "127.0.0.1"
STAKE = 1000 * FROST_PER_WAL
"""What each node is staked with, in FROST: equal stakes make equal weights."""
EPOCH_SECONDS = 120.0
"""How long the nodes may take to begin the first epoch."""
_POLL_SECONDS = 0.05

StepListener = Callable[[str], None]


async def bring_up(layout: Layout, plan: Plan, started: list[ProcessRecord], on_step: StepListener) -> Manifest:
    """Bring up a network by `plan` in `layout`; each process is added to `started` as it starts.

    Raises `StartFailed` if one of them does not get ready, `ChainError` if the chain refuses something.
    """
    rpc_port, faucet_port, *node_ports = free_ports(2 + plan.nodes)
    on_step("starting the chain")
    chain = await start_chain(layout, rpc_port, faucet_port, started)
    rpc_url, faucet_url = f"http://{HOST}:{rpc_port}", f"http://{HOST}:{faucet_port}"
    async with SuiClient(rpc_url) as sui, httpx.AsyncClient(trust_env=False, timeout=30) as http:
        on_step("publishing the contracts")
        deployer = Keypair.generate()
        await request_sui(http, faucet_url, deployer.address)
        deployment = await _deploy(sui, deployer, plan)
        contracts = await Contracts.discover(
            sui, deployment.system_object, deployment.staking_object, treasury=deployment.treasury
        )
        on_step(f"registering {plan.nodes} storage nodes")
        setups = _set_up_nodes(layout, plan, rpc_url, deployment, node_ports)
        await together(request_sui(http, faucet_url, setup.keypair.address) for setup in setups)
        nodes = await _register_and_start(sui, layout, setups, started)
        on_step("beginning the first epoch")
        await contracts.stake_with_pools(deployer, {node.node_id: STAKE for node in nodes})
        await contracts.voting_end(deployer)
        await contracts.initiate_epoch_change(deployer)
        await _first_epoch(contracts, nodes, layout)
        await readiness.nodes_ready(nodes, layout.logs, epoch=1)
    _write_client_files(layout, plan, rpc_url, deployment, deployer)
    return Manifest(
        rpc_port=rpc_port,
        faucet_port=faucet_port,
        n_shards=plan.shards,
        system_object=deployment.system_object,
        staking_object=deployment.staking_object,
        wallet_address=deployer.address,
        wallet_key=deployer.suiprivkey,
        client_config=layout.client_config,
        chain=chain,
        nodes=nodes,
    )


async def start_chain(
    layout: Layout, rpc_port: int, faucet_port: int, started: list[ProcessRecord]
) -> ProcessRecord:
    """Start the chain's process and wait until it answers."""
    ports = ["--port", str(rpc_port), "--faucet-port", str(faucet_port)]
    arguments = [*ports, "--dir", str(layout.chain), "--json"]
    layout.chain_ready.unlink(missing_ok=True)
    chain = spawn("walrus_localnet.chain", arguments, layout.log("chain"), out=layout.chain_ready)
    started.append(chain)
    await readiness.chain_ready(chain, layout.chain_ready, layout.log("chain"))
    return chain


def spawn_node(layout: Layout, node: NodeRecord) -> ProcessRecord:
    """Start a storage node's process."""
    return spawn("walrus_node", ["--config", str(node.config)], layout.log(node.name))


async def _deploy(sui: SuiClient, deployer: Keypair, plan: Plan) -> Deployment:
    parameters = NetworkParameters(n_shards=plan.shards, epoch_duration_ms=plan.epoch_duration)
    wal, walrus, exchange = map(built_package, ("wal", "walrus", "wal_exchange"))
    return await deploy(sui, deployer, wal, walrus, parameters, wal_exchange=exchange)


def _set_up_nodes(
    layout: Layout, plan: Plan, rpc_url: str, deployment: Deployment, ports: Sequence[int]
) -> list[operator.Setup]:
    return [
        operator.setup(
            layout.node(name),
            name=name,
            public_host=HOST,
            public_port=port,
            rpc=rpc_url,
            system_object=deployment.system_object,
            staking_object=deployment.staking_object,
        )
        for name, port in zip(plan.node_names, ports, strict=True)
    ]


async def _register_and_start(
    sui: SuiClient, layout: Layout, setups: Sequence[operator.Setup], started: list[ProcessRecord]
) -> tuple[NodeRecord, ...]:
    async def one(setup: operator.Setup) -> NodeRecord:
        cap = await operator.register(sui, setup.config_path)
        url = f"http://{setup.config.network_address}"
        node = NodeRecord(setup.config.name, url, cap.node_id, setup.config_path)
        process = spawn_node(layout, node)
        started.append(process)
        return NodeRecord(node.name, url, node.node_id, node.config, process)

    return await together(map(one, setups))


async def _first_epoch(contracts: Contracts, nodes: Sequence[NodeRecord], layout: Layout) -> None:
    deadline = asyncio.get_running_loop().time() + EPOCH_SECONDS
    while not isinstance((staking := await contracts.staking()).epoch_state, EpochChangeDone) or staking.epoch < 1:
        for node in nodes:
            readiness.check_alive(node, layout.logs)
        if asyncio.get_running_loop().time() > deadline:
            raise StartFailed(
                f"expected the nodes to begin epoch 1 within {EPOCH_SECONDS:g} s, got {staking.epoch_state}",
                hint="the nodes' logs tell why",
            )
        await asyncio.sleep(_POLL_SECONDS)


def _write_client_files(
    layout: Layout, plan: Plan, rpc_url: str, deployment: Deployment, deployer: Keypair
) -> None:
    wallet = layout.wallet / "client.yaml"
    Wallet(deployer, rpc_url).save(wallet)
    config = ClientConfig(
        system_object=deployment.system_object,
        staking_object=deployment.staking_object,
        rpc_urls=(rpc_url,),
        n_shards=plan.shards,
        wallet=WalletConfig(wallet, deployer.address),
        node_scheme="http",
        exchange_objects=() if deployment.exchange is None else (deployment.exchange,),
    )
    write_config(layout.client_config, config)
