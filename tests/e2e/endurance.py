"""What a network goes through when epochs are short: owners who store, read, extend and delete without pause,
stake that wanders and takes shards along, nodes and the chain that die around the change of epochs."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import rocksdict

from tests.e2e.accounts import new_account
from walrus_localnet.testbed import Localnet
from walrus_node.config import NodeConfig
from walrus_node.database import tables
from walrus_node.database.blob_info import BlobInfo, is_certified, is_registered
from walrus_sui.chain import FROST_PER_WAL
from walrus_sui.chain.types import EpochChangeSync, NextParamsSelected
from walrus_sui.client import Network, WalrusClient
from walrus_sui.errors import BlobNotFound, ChainError, ChainUnreachable, FinalityTimeout, InputError
from walrus_sui.redstuff import BlobId

SIZES = (0, 1, 300, 5_000, 60_000, 400_000)
SETTLE_SECONDS = 120.0
"""How long a network may take to come to rest."""


@dataclass
class Belonging:
    """A blob as its owner knows it. `end_epoch` is the first in which it is gone."""

    blob_id: BlobId
    data: bytes
    object_id: bytes
    end_epoch: int
    deletable: bool


@dataclass
class Owner:
    """Someone with a wallet of their own who never rests."""

    client: WalrusClient
    dice: random.Random
    belongings: list[Belonging] = field(default_factory=list)
    gone: list[Belonging] = field(default_factory=list)
    done: int = 0

    async def live(self) -> None:
        """For ever, or until something that should have worked did not."""
        while True:
            acts = (self.store, self.store, self.store, self.read, self.read, self.extend, self.delete)
            try:
                await self.dice.choice(acts)()
                self.done += 1
            except (ChainUnreachable, FinalityTimeout):
                await self.until_answered(self.recollect)

    async def until_answered(self, act: Callable[[], Awaitable[None]]) -> None:
        """Each time waits as long as the client has patience with a chain that is away."""
        while True:
            try:
                return await act()
            except ChainUnreachable:
                continue

    async def recollect(self) -> None:
        """The chain was away, and may have done what was asked of it or not: take its word for what there is."""
        owned = {blob.object_id: blob for blob in await self.client.owned_blobs()}
        for item in list(self.belongings):
            if item.object_id in owned:
                item.end_epoch = owned[item.object_id].storage.end_epoch
            else:
                self.lose(item)

    async def store(self) -> None:
        data = self.dice.randbytes(self.dice.choice(SIZES)) + self.dice.randbytes(8)
        deletable = self.dice.random() < 0.6
        try:
            stored = await self.client.store(data, epochs=self.dice.randint(1, 4), deletable=deletable)
        except InputError as error:
            if "to be certified before its end" in error.message:
                return
            raise
        assert stored.object_id is not None
        end = (await self.client.contracts.blob(stored.object_id)).storage.end_epoch
        self.belongings.append(Belonging(stored.blob_id, data, stored.object_id, end, deletable))

    async def read(self) -> None:
        if not self.belongings:
            return
        item = self.dice.choice(self.belongings)
        try:
            data = await self.client.read(item.blob_id)
        except BlobNotFound:
            assert await self.epoch() >= item.end_epoch, f"{item.blob_id} was lost before epoch {item.end_epoch}"
            self.lose(item)
            return
        assert data == item.data

    async def extend(self) -> None:
        item = await self.living()
        if item is None:
            return
        extended = await self.client.extend(item.object_id, 1)
        item.end_epoch = extended.storage.end_epoch

    async def delete(self) -> None:
        item = await self.living(deletable=True)
        if item is None:
            return
        await self.client.delete(item.object_id)
        self.lose(item)

    async def living(self, *, deletable: bool = False) -> Belonging | None:
        """One that lives beyond the next epoch too: what is done to it must succeed whenever it arrives."""
        epoch = await self.epoch()
        items = [item for item in self.belongings if item.end_epoch > epoch + 1 and item.deletable >= deletable]
        return self.dice.choice(items) if items else None

    def lose(self, item: Belonging) -> None:
        self.belongings.remove(item)
        self.gone.append(item)

    async def epoch(self) -> int:
        return (await self.client.network()).epoch


@asynccontextmanager
async def owner(net: Localnet, seed: int) -> AsyncIterator[Owner]:
    """An owner with SUI and WAL in a new account."""
    async with new_account(net) as client:
        yield Owner(client, random.Random(seed))


class Fate:
    """What befalls the network, with the means of who has its directory."""

    def __init__(self, net: Localnet, client: WalrusClient, dice: random.Random) -> None:
        self._net = net
        self._client = client
        self._dice = dice
        self._stakes: list[bytes] = []

    async def next_epoch(self) -> Network:
        """The network once the epoch after this one has begun and its nodes have taken over their shards."""
        epoch = (await self._client.network()).epoch
        return await self._when(
            lambda seen: seen.epoch > epoch and not isinstance(seen.staking.epoch_state, EpochChangeSync)
        )

    async def last_second(self) -> Network:
        """The network when its next committee is chosen and the epoch all but over."""
        network = await self._when(lambda seen: isinstance(seen.staking.epoch_state, NextParamsSelected))
        ends = network.start_of(network.epoch + 1)
        assert ends is not None
        await asyncio.sleep(max(ends.timestamp() - time.time() - 1.0, 0.0))
        return network

    async def move_stake(self) -> None:
        """Some stake comes, some goes: shards will follow it."""
        contracts, signer = self._client.contracts, self._client.signer
        node = self._dice.choice(self._net.manifest().nodes)
        amount = self._dice.randint(100, 300) * FROST_PER_WAL
        (staked,) = await contracts.stake_with_pools(signer, {node.node_id: amount})
        self._stakes.append(staked.object_id)
        if len(self._stakes) > 3:
            await contracts.request_withdraw_stake(signer, self._stakes.pop(0))

    async def few_enough(self, most: int) -> list[str]:
        """Nodes that may die together: neither now nor after the change do they hold more than f shards."""
        network = await self._client.network()
        staking = network.staking
        committees = [dict(staking.committee), dict(staking.next_committee or {})]
        names: list[str] = []
        weights = [0, 0]
        nodes = [node for node in self._net.manifest().nodes if node.alive]
        for node in self._dice.sample(nodes, len(nodes)):
            heavier = [
                weight + len(committee.get(node.node_id, ()))
                for weight, committee in zip(weights, committees, strict=True)
            ]
            if len(names) < most and max(heavier) <= network.params.f:
                names, weights = [*names, node.name], heavier
        return names

    async def kill(self, most: int) -> list[str]:
        names = await self.few_enough(most)
        if names:
            await self._net.kill_nodes(names)
        return names

    async def revive(self, names: Iterable[str]) -> None:
        names = list(names)
        if names:
            await self._net.restart_nodes(names)

    async def crash_chain(self) -> None:
        """The chain's process dies and comes back with what it had."""
        await self._net.crash_chain()

    async def healed(self) -> None:
        """All nodes that run have taken up the epoch, with all their shards."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await self._is_healed():  # noqa: ASYNC110  (it asks over sockets, where no event wakes)
                await asyncio.sleep(0.2)

    async def _is_healed(self) -> bool:
        network = await self._client.network()
        alive = {node.node_id for node in self._net.manifest().nodes if node.alive}
        for node in await self._client.nodes():
            if node.member.node_id in alive:
                health = await node.client.health()
                owned = health["shardSummary"]
                if health["epoch"] != network.epoch or owned["ownedShardStatus"]["ready"] != owned["owned"]:
                    return False
        return True

    async def _when(self, condition: Callable[[Network], bool]) -> Network:
        while True:
            try:
                network = await self._client.network()
                if condition(network):
                    return network
            except ChainError:
                pass
            await asyncio.sleep(0.1)


# What lies on the disks ---------------------------------------------------------------------------------------

Shelf = dict[bytes, set[int]]
"""Blob id to the shards of which both slivers are there."""


@dataclass(frozen=True)
class Disk:
    """One node's database as it is at this moment, whoever writes to it."""

    infos: dict[bytes, BlobInfo]
    metadata: set[bytes]
    slivers: dict[str, Shelf]
    due: set[bytes]

    @classmethod
    def of(cls, config: NodeConfig) -> Disk:
        options = tables.database_options()
        options.create_if_missing(False)
        options.create_missing_column_families(False)
        db = rocksdict.Rdict(
            str(config.storage_path), options, tables.table_options(), rocksdict.AccessType.read_only()
        )
        try:
            return cls(
                {key: BlobInfo.from_bytes(row) for key, row in _rows(db, tables.BLOB_INFO)},
                {key for key, _ in _rows(db, tables.METADATA)},
                {table: _shelf(db, table) for table in tables.SLIVERS.values()},
                {key for key, _ in _rows(db, tables.DUE)},
            )
        finally:
            db.close()

    def faults(self, shards: set[int], readable: set[int], epoch: int) -> list[str]:
        """What is missing of certified blobs, and what is there in vain."""
        wanted = {blob_id for blob_id, info in self.infos.items() if is_certified(info, epoch)}
        found = [f"due: {BlobId(blob_id)}" for blob_id in self.due]
        found += [f"no metadata: {BlobId(blob_id)}" for blob_id in wanted - self.metadata]
        for table, shelf in self.slivers.items():
            for blob_id in wanted:
                if lacking := shards - shelf.get(blob_id, set()):
                    found.append(f"{table} of {BlobId(blob_id)} lack {sorted(lacking)}")
            for blob_id, there in shelf.items():
                if not is_registered(self.infos.get(blob_id), epoch):
                    found.append(f"{table} of {BlobId(blob_id)}, which is not registered, on {sorted(there)}")
                elif surplus := there - readable:
                    found.append(f"{table} of {BlobId(blob_id)} on {sorted(surplus)}, not this node's")
        found += [
            f"metadata of {BlobId(blob_id)}, which is not registered"
            for blob_id in self.metadata
            if not is_registered(self.infos.get(blob_id), epoch)
        ]
        return found


def _rows(db: rocksdict.Rdict, table: str) -> list[tuple[bytes, bytes]]:
    return [(cast(bytes, key), cast(bytes, value)) for key, value in db.get_column_family(table).items()]


def _shelf(db: rocksdict.Rdict, table: str) -> Shelf:
    shelf: Shelf = {}
    for key, _ in _rows(db, table):
        shelf.setdefault(key[:32], set()).add(int.from_bytes(key[32:], "big"))
    return shelf


async def faults_on_disks(net: Localnet, network: Network) -> dict[str, list[str]]:
    """By node, where its disk differs from what the chain says it should hold; nodes' counters must agree."""
    found: dict[str, list[str]] = {}
    infos: dict[bytes, BlobInfo] | None = None
    staking = network.staking
    for node in net.manifest().nodes:
        disk = await asyncio.to_thread(Disk.of, NodeConfig.load(node.config))
        shards = set(dict(staking.committee).get(node.node_id, ()))
        before = set(dict(staking.previous_committee).get(node.node_id, ()))
        faults = disk.faults(shards, shards | before, network.epoch)
        infos = disk.infos if infos is None else infos
        if disk.infos != infos:
            faults.append("its counters differ from the first node's")
        if faults:
            found[node.name] = faults
    return found


async def together_until(condition: Awaitable[object], lives: Iterable[Awaitable[None]]) -> None:
    """Let `lives` go on until `condition` holds; the first of them that fails fails all."""
    story = asyncio.ensure_future(condition)
    tasks = [asyncio.ensure_future(life) for life in lives]
    try:
        await asyncio.wait([story, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, story):
            if task.done():
                task.result()
        assert story.done()
    finally:
        for task in (story, *tasks):
            task.cancel()
        await asyncio.gather(story, *tasks, return_exceptions=True)
