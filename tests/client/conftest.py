"""A whole committee in one process: real stores, real applications, real keys; only the sockets are left out."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_node.api.app import build_app
from walrus_node.api.handlers import Handlers
from walrus_node.api.repair_handlers import RepairHandlers
from walrus_node.chain.registrations import Registrations
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_node.holding.custody import Custody
from walrus_node.holding.duty import Duty
from walrus_node.holding.intake import Intake
from walrus_node.holding.pending import PendingLimits, PendingUploads
from walrus_node.holding.symbols import Symbols
from walrus_node.metrics import Metrics
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobRegistered
from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.redstuff import EncodedBlob
from walrus_sui.storage import Committee, EventId, Member

N_NODES, N_SHARDS, EPOCH = 13, 39, 7
Fault = Callable[[httpx.Request], Awaitable[httpx.Response | None]]


class GridNode:
    """One storage node without its process."""

    def __init__(self, index: int, directory: Path, workers: Workers) -> None:
        self.name = f"node-{index}.test:80"
        self.key = SecretKey.generate(hashlib.sha256(b"grid node %d" % index).digest())
        self.shards = tuple(range(index, N_SHARDS, N_NODES))
        self.store = Store.open(directory)
        self.epoch = EPOCH
        custody = Custody(self.store, self.key, lambda: Duty(self.epoch, N_SHARDS, frozenset(self.shards)))
        intake = Intake(self.store, custody, PendingUploads(PendingLimits(), time.monotonic))
        registrations = Registrations(intake, workers)
        handlers = Handlers(custody, intake, registrations, lambda detailed: {}, Metrics(), workers, 0.0)
        app = build_app(handlers, RepairHandlers(Symbols(custody, self.key), workers))
        self.transport = httpx.ASGITransport(app)
        self.fault: Fault | None = None
        self.requests: list[str] = []

    def register(self, encoded: EncodedBlob, object_id: bytes, *, deletable: bool = False) -> None:
        """What the node learns from the chain's BlobRegistered."""
        event = BlobRegistered(
            EPOCH, bytes(encoded.blob_id), encoded.metadata.unencoded_length, 1, EPOCH + 5, deletable, object_id
        )
        self.store.commit(Cursor(), effects_of(event, EventId(bytes(32), 0), self.store))


class Grid(httpx.AsyncBaseTransport):
    """All nodes, addressed by host and port; a node's `fault` may answer for it, raise, or take its time.

    Without `bundles` they know only the routes of the protocol.
    """

    def __init__(self, nodes: list[GridNode]) -> None:
        self.nodes = nodes
        self.bundles = True
        self._by_host = {node.name.partition(":")[0]: node for node in nodes}
        members = tuple(
            Member(bytes([index]) * 32, node.name, bytes(node.key.public_key), node.shards)
            for index, node in enumerate(nodes)
        )
        self.committee = Committee(EPOCH, N_SHARDS, members)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        node = self._by_host[request.url.host]
        node.requests.append(f"{request.method} {request.url.path}")
        if node.fault is not None and (answer := await node.fault(request)) is not None:
            return answer
        if not self.bundles and request.url.path.endswith("/bundle"):
            return httpx.Response(404, text="Not Found")
        return await node.transport.handle_async_request(request)

    def register(self, encoded: EncodedBlob, object_id: bytes = bytes(32), *, deletable: bool = False) -> None:
        for node in self.nodes:
            node.register(encoded, object_id, deletable=deletable)


async def dead(request: httpx.Request) -> httpx.Response | None:
    raise httpx.ConnectError("connection refused")


async def hung(request: httpx.Request) -> httpx.Response | None:
    await asyncio.Event().wait()
    return None


@pytest.fixture(scope="module")
def running_grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    tmp_path = tmp_path_factory.mktemp("grid")
    with Workers(4) as workers:
        nodes = [GridNode(index, tmp_path / str(index), workers) for index in range(N_NODES)]
        yield Grid(nodes)
        for node in nodes:
            node.store.close()


@pytest.fixture
def grid(running_grid: Grid) -> Grid:
    """Thirteen faultless nodes; they may hold the blobs of earlier tests."""
    for node in running_grid.nodes:
        node.fault = None
        node.requests.clear()
    running_grid.bundles = True
    return running_grid


@pytest.fixture
async def nodes(grid: Grid, limits: Limits) -> AsyncIterator[CommitteeNodes]:
    async with httpx.AsyncClient(transport=grid) as http:
        yield CommitteeNodes(grid.committee, http, "http", limits)


@pytest.fixture
def limits() -> Limits:
    """Nobody is given up for being slow, as all are on a busy machine; attempts follow each other at once."""
    return Limits(
        first_backoff=0.001,
        longest_backoff=0.01,
        tail_seconds=SECONDS,
        patience=SECONDS,
        stall=SECONDS,
        registration_wait=SECONDS,
    )


@pytest.fixture
def hasty(limits: Limits) -> Limits:
    """Short waits, for tests in which somebody hangs."""
    return replace(limits, tail_seconds=0.05, patience=0.05, stall=0.05)


@pytest.fixture
def kill() -> Fault:
    return dead


@pytest.fixture
def hang() -> Fault:
    return hung
