"""One real node process that holds every shard, and an embedded chain with the real contracts beside it.

Nobody else has what this node stores: what it loses cannot come back by repair, so a loss shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.node.network import EPOCH_MS, N_SHARDS, STAKE, Chain
from tests.waiting import SECONDS, eventually
from walrus_localnet.move.artifacts import built_package
from walrus_localnet.testbed.ports import free_ports
from walrus_node import operator
from walrus_node.config import NodeConfig
from walrus_node.keys import load_network_public_key
from walrus_sui.chain import (
    BlobRegistration,
    Contracts,
    Keypair,
    NetworkParameters,
    SuiClient,
    deploy,
)
from walrus_sui.chain.types import Blob, EpochChangeDone
from walrus_sui.client import Limits
from walrus_sui.client.network.transport import http_client
from walrus_sui.errors import NodeRefused, NodeUnreachable
from walrus_sui.redstuff import Axis, EncodedBlob
from walrus_sui.storage import StorageNodeClient


@dataclass
class NodeProcess:
    """`python -m walrus_node` on one configuration, started as often as a test likes."""

    config_path: Path
    client: StorageNodeClient
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    before_start: Callable[[], None] | None = None
    process: asyncio.subprocess.Process | None = None

    async def spawn(self) -> asyncio.subprocess.Process:
        """Start it, ready or not."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "walrus_node", "--config", str(self.config_path)),
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                preexec_fn=self.before_start,
            )
        return self.process

    async def start(self) -> None:
        """Start it and wait until it answers."""
        process = await self.spawn()

        async def answers() -> bool:
            assert process.returncode is None, f"ended with {process.returncode}: {self.last_words()}"
            return await self.answers()

        await eventually(answers)

    async def answers(self) -> bool:
        try:
            await self.client.health()
        except NodeUnreachable:
            return False
        return True

    async def kill(self) -> None:
        """As a power cut of the process: no handler of its own runs."""
        await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal it and wait until it is gone; gives its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


@dataclass
class SingleNode:
    """The node, its chain and an account with WAL."""

    contracts: Contracts
    sui: SuiClient
    owner: Keypair
    node: NodeProcess

    async def register(self, blobs: Sequence[EncodedBlob], *, deletable: bool = False) -> tuple[Blob, ...]:
        """Register blobs in one transaction."""
        wanted = [
            BlobRegistration(
                bytes(blob.blob_id), blob.root_hash, blob.metadata.unencoded_length, 5, deletable=deletable
            )
            for blob in blobs
        ]
        return await self.contracts.register_blobs(self.owner, wanted)

    async def store(self, blob: EncodedBlob) -> Blob:
        """Register a permanent blob and bring the node all of it."""
        (registered,) = await self.register([blob])
        client = self.node.client

        async def taken() -> bool:
            try:
                await client.store_metadata(blob.blob_id, blob.metadata)
            except NodeRefused:
                return False
            return True

        await eventually(taken)
        for pair in range(N_SHARDS):
            both = blob.sliver_pair(pair)
            await client.store_sliver(blob.blob_id, pair, Axis.PRIMARY, both.primary)
            await client.store_sliver(blob.blob_id, pair, Axis.SECONDARY, both.secondary)
        return registered

    async def events(self) -> int:
        """How many events the node has applied and kept."""
        return int((await self.node.client.health())["eventProgress"]["persisted"])


@contextlib.asynccontextmanager
async def single_node(folder: Path, **settings: Any) -> AsyncIterator[SingleNode]:
    """A network of one node in epoch 1, with `settings` in its configuration."""
    chain = Chain(folder / "chain")
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(chain.kill)
        await chain.start()
        sui = await stack.enter_async_context(SuiClient(chain.url))
        http = await stack.enter_async_context(http_client(Limits()))
        owner = Keypair.generate()
        await chain.fund(http, owner.address)
        parameters = NetworkParameters(N_SHARDS, EPOCH_MS)
        deployment = await deploy(sui, owner, built_package("wal"), built_package("walrus"), parameters)
        contracts = await Contracts.discover(sui, deployment.system_object, deployment.staking_object)
        made = operator.setup(
            folder / "node",
            name="alone",
            public_host="127.0.0.1",
            public_port=free_ports(1)[0],
            rpc=chain.url,
            system_object=deployment.system_object,
            staking_object=deployment.staking_object,
        )
        await chain.fund(http, made.keypair.address)
        cap = await operator.register(sui, made.config_path)
        _change(made.config_path, settings)
        config = NodeConfig.load(made.config_path)
        network_key = load_network_public_key(config.network_key_pair.path)
        client = StorageNodeClient(config.url, http, network_key)
        node = NodeProcess(made.config_path, client, folder / "node.log")
        with _killed_at_last(node):
            await node.start()
            await contracts.stake_with_pools(owner, {cap.node_id: STAKE})
            await contracts.voting_end(owner)
            await contracts.initiate_epoch_change(owner)
            await eventually(lambda: _is_ready(contracts, node))
            yield SingleNode(contracts, sui, owner, node)
            await node.end()


async def _is_ready(contracts: Contracts, node: NodeProcess) -> bool:
    staking = await contracts.staking()
    done = staking.epoch == 1 and isinstance(staking.epoch_state, EpochChangeDone)
    return done and int((await node.client.health())["epoch"]) == 1


def _change(config_path: Path, settings: Mapping[str, Any]) -> None:
    values = yaml.safe_load(config_path.read_text()) | settings
    config_path.write_text(yaml.safe_dump(values))


@contextlib.contextmanager
def _killed_at_last(node: NodeProcess) -> Iterator[None]:
    try:
        yield
    finally:
        if node.process is not None and node.process.returncode is None:
            node.process.kill()
