"""Four real nodes in this process, and an embedded chain with the real contracts beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.waiting import SECONDS, eventually
from walrus_localnet.move.artifacts import built_package
from walrus_localnet.testbed.faucet import request_sui
from walrus_localnet.testbed.ports import free_ports
from walrus_node import operator
from walrus_node.config import NodeConfig
from walrus_node.service import serve
from walrus_sui.chain import (
    BlobCertification,
    BlobRegistration,
    Contracts,
    Keypair,
    NetworkParameters,
    SuiClient,
    deploy,
)
from walrus_sui.chain.types import Blob, EpochChangeDone
from walrus_sui.client.network.snapshot import read_network
from walrus_sui.crypto.certificate import certify
from walrus_sui.crypto.messages import Permanent, StorageConfirmation
from walrus_sui.errors import NodeRefused, NodeUnreachable
from walrus_sui.redstuff import Axis, BlobId, EncodedBlob, pair_of_shard
from walrus_sui.storage import NonexistentStatus, StorageNodeClient

NODES = 4
N_SHARDS = 13
STAKE = 1000 * 10**9
EPOCH_MS = 3_600_000


class Chain:
    """An embedded chain in a process of its own, which can be killed and come back with the same state."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, self._faucet_port = free_ports(2)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        ports = ["--port", str(self._port), "--faucet-port", str(self._faucet_port)]
        program = [sys.executable, "-m", "walrus_localnet.chain", *ports, "--dir", str(self._folder), "--json"]
        self._process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        async with asyncio.timeout(SECONDS):
            assert json.loads(await self._process.stdout.readline())["url"] == self.url

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    async def advance(self, milliseconds: int) -> None:
        """Let time pass on the chain's clock."""
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as http:
            answer = await http.post(f"{self.url}/control/advance-clock", json={"durationMs": milliseconds})
            answer.raise_for_status()

    async def fund(self, http: httpx.AsyncClient, address: bytes) -> None:
        await request_sui(f"http://127.0.0.1:{self._faucet_port}", address)


@dataclass
class RunningNode:
    """A node that can be stopped and started again."""

    config_path: Path
    node_id: bytes
    client: StorageNodeClient
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(serve(NodeConfig.load(self.config_path), self._stop))
        await eventually(self.answers, unless=self._task)

    async def stop(self) -> None:
        self._stop.set()
        if self._task is not None:
            await self._task
            self._task = None

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels."""
        async with httpx.AsyncClient(trust_env=False) as http:
            text = (await http.get(f"http://{NodeConfig.load(self.config_path).metrics_address}/metrics")).text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        found = [item.value for item in samples if item.name == name and labels.items() <= item.labels.items()]
        assert found, f"{name} is missing"
        return sum(found)

    async def answers(self) -> bool:
        try:
            await self.client.health()
        except NodeUnreachable:
            return False
        return True

    async def reach(self, epoch: int) -> None:
        async def reached() -> bool:
            return int((await self.client.health())["epoch"]) >= epoch

        await eventually(reached)

    async def sees(self, blob_id: BlobId) -> None:
        """Wait until the node has seen the blob's registration."""

        async def seen() -> bool:
            return await self.client.status(blob_id) != NonexistentStatus()

        await eventually(seen)


@dataclass
class Network:
    """Everything a test needs to be an operator, an owner of blobs or a client."""

    chain: Chain
    sui: SuiClient
    contracts: Contracts
    deployer: Keypair
    nodes: list[RunningNode]

    async def register(self, blob: EncodedBlob, *, deletable: bool = False) -> Blob:
        registration = BlobRegistration(
            bytes(blob.blob_id), blob.root_hash, blob.metadata.unencoded_length, 20, deletable=deletable
        )
        (found,) = await self.contracts.register_blobs(self.deployer, [registration])
        return found

    async def shards(self, node: RunningNode) -> tuple[int, ...]:
        return dict((await self.contracts.staking()).committee)[node.node_id]

    async def upload(self, node: RunningNode, blob: EncodedBlob) -> None:
        """Bring a node its part of a registered blob."""
        await node.sees(blob.blob_id)
        await node.client.store_metadata(blob.blob_id, blob.metadata)
        for shard in await self.shards(node):
            both = blob.sliver_pair(pair_of_shard(blob.blob_id, shard, N_SHARDS))
            await node.client.store_sliver(blob.blob_id, both.index, Axis.PRIMARY, both.primary)
            await node.client.store_sliver(blob.blob_id, both.index, Axis.SECONDARY, both.secondary)

    async def store(self, blob: EncodedBlob, nodes: Iterable[RunningNode]) -> Blob:
        """Register a blob, upload it to `nodes` only, and certify it with their confirmations."""
        registered = await self.register(blob)
        chosen = list(nodes)
        await asyncio.gather(*(self.upload(node, blob) for node in chosen))
        network = await read_network(self.contracts)
        ids = [member.node_id for member in network.committee.members]
        signed = {
            ids.index(node.node_id): await node.client.confirmation(blob.blob_id, Permanent()) for node in chosen
        }
        committee = network.committee.bls()
        certificate = certify(committee, StorageConfirmation(bytes(blob.blob_id), Permanent()), signed)
        proof = BlobCertification.of(registered.object_id, certificate, len(ids))
        await self.contracts.certify_blobs(self.deployer, [proof])
        return registered

    async def confirms(self, node: RunningNode, blob: EncodedBlob) -> None:
        """Wait until the node has its whole part of the blob."""

        async def confirmed() -> bool:
            try:
                await node.client.confirmation(blob.blob_id, Permanent())
            except NodeRefused:
                return False
            return True

        await eventually(confirmed)

    async def next_epoch(self) -> None:
        """Let an epoch pass on the chain's clock, until all nodes are in the next and the committee has reported.

        The nodes' own clocks leave the calls that turn it to others.
        """
        epoch = (await self.contracts.staking()).epoch + 1
        await self.chain.advance(EPOCH_MS)
        await self.contracts.voting_end(self.deployer)
        await self.contracts.initiate_epoch_change(self.deployer)

        async def done() -> bool:
            return isinstance((await self.contracts.staking()).epoch_state, EpochChangeDone)

        await eventually(done)
        await asyncio.gather(*(node.reach(epoch) for node in self.nodes))


@contextlib.asynccontextmanager
async def walrus_network(folder: Path) -> AsyncIterator[Network]:
    """A network in epoch 1 whose committee has reported. Its epochs end when a test says so."""
    chain = Chain(folder / "chain")
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(chain.kill)
        await chain.start()
        sui = await stack.enter_async_context(SuiClient(chain.url))
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=SECONDS))
        deployer = Keypair.generate()
        await chain.fund(http, deployer.address)
        parameters = NetworkParameters(N_SHARDS, EPOCH_MS)
        deployment = await deploy(sui, deployer, built_package("wal"), built_package("walrus"), parameters)
        contracts = await Contracts.discover(sui, deployment.system_object, deployment.staking_object)
        nodes = []
        ports = free_ports(2 * NODES)
        for index, port in enumerate(ports[:NODES]):
            setup = operator.setup(
                folder / f"node-{index}",
                name=f"node-{index}",
                public_host="127.0.0.1",
                public_port=port,
                rpc=chain.url,
                system_object=deployment.system_object,
                staking_object=deployment.staking_object,
                metrics_address=f"127.0.0.1:{ports[NODES + index]}",
            )
            await chain.fund(http, setup.keypair.address)
            cap = await operator.register(sui, setup.config_path)
            client = StorageNodeClient(f"http://{setup.config.network_address}", http)
            nodes.append(RunningNode(setup.config_path, cap.node_id, client))
        network = Network(chain, sui, contracts, deployer, nodes)
        try:
            await asyncio.gather(*(node.start() for node in nodes))
            await contracts.stake_with_pools(deployer, {node.node_id: STAKE for node in nodes})
            await network.next_epoch()
            yield network
        finally:
            await asyncio.gather(*(node.stop() for node in nodes))
