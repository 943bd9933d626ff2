"""From nothing to a network that stores blobs (contracts.md §4).

The chain starts; the deployer publishes WAL and the contracts; every node gets keys and an account, registers
itself as a candidate, starts and is staked on equally; then the first epoch begins.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

from walrus_localnet.move.artifacts import built_package
from walrus_localnet.testbed import readiness
from walrus_localnet.testbed.errors import StartFailed
from walrus_localnet.testbed.faucet import request_sui
from walrus_localnet.testbed.launcher import Launcher
from walrus_localnet.testbed.manifest import Layout, Manifest, NodeRecord
from walrus_localnet.testbed.plan import Plan, SuiNetwork
from walrus_localnet.testbed.ports import free_ports
from walrus_localnet.testbed.processes import ProcessRecord, spawn
from walrus_localnet.testbed.starting import Starting
from walrus_node import operator
from walrus_sui.chain import (
    FROST_PER_WAL,
    SUI_TYPE,
    Contracts,
    Deployment,
    Keypair,
    NetworkParameters,
    SuiClient,
    TransactionBuilder,
    Wallet,
    deploy,
)
from walrus_sui.chain.types import EpochChangeDone
from walrus_sui.client.parallel import together
from walrus_sui.config import ClientConfig, WalletConfig, write_config

HOST = "127.0.0.1"
STAKE = 1000 * FROST_PER_WAL
"""What each node is staked with, in FROST: equal stakes make equal weights."""
NODE_SUI = 50 * 10**9
"""What each node gets for gas, in MIST, where the faucet is generous."""
EPOCH_SECONDS = 120.0
"""How long the nodes may take to begin the first epoch."""
_POLL_SECONDS = 0.05

StepListener = Callable[[str], None]


async def bring_up(layout: Layout, plan: Plan, started: Starting, on_step: StepListener) -> Manifest:
    """Bring up a network by `plan` in `layout`; each process is noted in `started` as it starts.

    Raises `StartFailed` if one of them does not get ready, `ChainError` if the chain refuses something.
    """
    rpc_port, faucet_port, *node_ports = free_ports(2 + plan.nodes)
    async with AsyncExitStack() as stack:
        launcher = await stack.enter_async_context(Launcher.open(layout.log("launcher")))
        chain, sui_network = None, plan.sui
        if sui_network is None:
            on_step("starting the chain")
            sui_network = SuiNetwork(f"http://{HOST}:{rpc_port}", f"http://{HOST}:{faucet_port}")
            chain = await start_chain(layout, sui_network, started)
        sui = await stack.enter_async_context(SuiClient(sui_network.rpc_url))
        on_step("publishing the contracts")
        deployer = Keypair.generate()
        await request_sui(sui_network.faucet_url, deployer.address)
        deployment = await _deploy(sui, deployer, plan)
        contracts = await Contracts.discover(
            sui, deployment.system_object, deployment.staking_object, treasury=deployment.treasury
        )
        on_step(f"registering {plan.nodes} storage nodes")
        setups = _set_up_nodes(layout, plan, sui_network.rpc_url, deployment, node_ports)
        await _endow(sui, deployer, setups)
        registered = await together(_register(sui, layout, plan, setup) for setup in setups)
        nodes = await start_nodes(launcher, registered, started)
        on_step("beginning the first epoch")
        await contracts.stake_with_pools(deployer, {node.node_id: STAKE for node in nodes})
        await contracts.voting_end(deployer)
        await contracts.initiate_epoch_change(deployer)
        await _first_epoch(contracts, nodes)
        await readiness.nodes_ready(nodes, epoch=1)
    _write_client_files(layout, plan, sui_network.rpc_url, deployment, deployer)
    return Manifest(
        rpc_url=sui_network.rpc_url,
        faucet_url=sui_network.faucet_url,
        owns_chain=plan.sui is None,
        n_shards=plan.shards,
        system_object=deployment.system_object,
        staking_object=deployment.staking_object,
        wallet_address=deployer.address,
        wallet_key=deployer.suiprivkey,
        client_config=layout.client_config,
        chain=chain,
        nodes=nodes,
        epoch_duration=plan.epoch_duration,
    )


async def start_chain(layout: Layout, network: SuiNetwork, started: Starting) -> ProcessRecord:
    """Start a chain's process that answers at the URLs of `network`, and wait until it does."""
    rpc_port, faucet_port = urlsplit(network.rpc_url).port, urlsplit(network.faucet_url).port
    ports = ["--port", str(rpc_port), "--faucet-port", str(faucet_port)]
    arguments = [*ports, "--dir", str(layout.chain), "--json"]
    layout.chain_ready.unlink(missing_ok=True)
    chain = spawn("walrus_localnet.chain", arguments, layout.log("chain"), out=layout.chain_ready)
    started.add(chain)
    await readiness.chain_ready(chain, layout.chain_ready, layout.log("chain"))
    return chain


async def start_nodes(
    launcher: Launcher, nodes: Sequence[NodeRecord], started: Starting
) -> tuple[NodeRecord, ...]:
    """Start the processes of `nodes`, one each unless they share a log; they take a moment to answer."""
    by_log: dict[Path, list[NodeRecord]] = {}
    for node in nodes:
        by_log.setdefault(node.log, []).append(node)
    processes: dict[Path, ProcessRecord] = {}
    for log, sharing in by_log.items():
        configs = [node.config for node in sharing]
        title = f"walrus-node --config {' '.join(map(str, configs))}"
        processes[log] = await launcher.start(title, configs, log)
        started.add(processes[log])
    return tuple(dataclasses.replace(node, process=processes[node.log]) for node in nodes)


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
            tls=plan.tls,
        )
        for name, port in zip(plan.node_names, ports, strict=True)
    ]


async def _endow(sui: SuiClient, deployer: Keypair, setups: Sequence[operator.Setup]) -> None:
    """Give every node's account SUI for its transactions: at most half of the deployer's in all."""
    amount = min(NODE_SUI, await sui.balance(deployer.address, SUI_TYPE) // (2 * len(setups)))
    builder = TransactionBuilder()
    coins = builder.split_coins(builder.gas, [amount] * len(setups))
    for index, setup in enumerate(setups):
        builder.transfer_objects([coins[index]], setup.keypair.address)
    await sui.execute(builder, deployer)


async def _register(sui: SuiClient, layout: Layout, plan: Plan, setup: operator.Setup) -> NodeRecord:
    cap = await operator.register(sui, setup.config_path)
    name = setup.config.name
    log = layout.log("nodes" if plan.in_process else name)
    return NodeRecord(name, setup.config.url, cap.node_id, setup.config_path, log)


async def _first_epoch(contracts: Contracts, nodes: Sequence[NodeRecord]) -> None:
    deadline = asyncio.get_running_loop().time() + EPOCH_SECONDS
    while not isinstance((staking := await contracts.staking()).epoch_state, EpochChangeDone) or staking.epoch < 1:
        for node in nodes:
            readiness.check_alive(node)
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
        node_scheme="https" if plan.tls else "http",
        exchange_objects=() if deployment.exchange is None else (deployment.exchange,),
    )
    write_config(layout.client_config, config)
