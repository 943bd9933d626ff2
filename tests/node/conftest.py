"""A node without a chain: real store, real keys, real blobs; events are handed to it instead of followed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvloop

from walrus_node.api.app import build_app
from walrus_node.api.handlers import Handlers
from walrus_node.api.repair_handlers import RepairHandlers
from walrus_node.chain.registrations import Registrations
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, ShardsHeld, Store
from walrus_node.health import Health
from walrus_node.holding.custody import Custody
from walrus_node.holding.duty import Duty
from walrus_node.holding.intake import Intake
from walrus_node.holding.pending import PendingLimits, PendingUploads
from walrus_node.holding.symbols import Symbols
from walrus_node.metrics import Metrics
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobRegistered, WalrusEvent
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.redstuff import BlobId, EncodedBlob, encode, pair_of_shard
from walrus_sui.storage import EventId, StorageNodeClient

N_SHARDS = 13
SHARDS = frozenset({2, 5, 11})
EPOCH = 7
LONG_POLL_SECONDS = 600.0
LIMITS = PendingLimits(seconds=10, blobs=2, slivers=4, bytes=20_000, sliver_bytes=4000)
OBJECT_ID = bytes([0xAB]) * 32


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the loop that nodes run on."""
    return {"uvloop": uvloop.new_event_loop}


def make_blob(seed: bytes, size: int = 5000) -> EncodedBlob:
    stream = b"".join(hashlib.sha256(seed + i.to_bytes(4, "big")).digest() for i in range(size // 32 + 1))
    return encode(stream[:size], n_shards=N_SHARDS)


def event_id(number: int) -> EventId:
    return EventId(hashlib.sha256(number.to_bytes(8, "big")).digest(), number % 3)


def registration(blob_id: BlobId, *, deletable: bool = False, object_id: bytes = OBJECT_ID) -> BlobRegistered:
    return BlobRegistered(EPOCH, bytes(blob_id), 5000, 1, EPOCH + 3, deletable, object_id)


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0


@dataclass
class Node:
    """One node of thirteen shards and what tests reach into."""

    store: Store
    key: SecretKey
    custody: Custody
    duty: Duty
    client: StorageNodeClient
    http: httpx.AsyncClient
    registrations: Registrations
    clock: Clock
    metrics: Metrics
    events: int = field(default=0)

    def apply(self, event: WalrusEvent) -> EventId:
        self.events += 1
        identity = event_id(self.events)
        self.store.commit(Cursor(0, self.events, self.events, EPOCH), effects_of(event, identity, self.store))
        return identity

    def owned_pairs(self, blob_id: BlobId) -> list[int]:
        return [pair_of_shard(blob_id, shard, N_SHARDS) for shard in sorted(SHARDS)]

    def foreign_pair(self, blob_id: BlobId) -> int:
        return next(pair for pair in range(N_SHARDS) if pair not in self.owned_pairs(blob_id))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "db")
    yield store
    store.close()


@pytest.fixture
async def node(store: Store) -> AsyncIterator[Node]:
    key = SecretKey.generate(bytes(range(32)))
    duty = Duty(EPOCH, N_SHARDS, SHARDS)
    clock, metrics = Clock(), Metrics()
    store.commit(Cursor(epoch=EPOCH))
    store.set_shards(ShardsHeld(tuple(sorted(SHARDS)), tuple(sorted(SHARDS))))
    health = Health(bytes(key.public_key), lambda: duty, store.cursor, store.shards)
    with Workers(2) as workers:
        custody = Custody(store, key, lambda: duty)
        pending = PendingUploads(LIMITS, lambda: clock.now)
        metrics.watch_pending(pending)
        intake = Intake(store, custody, pending)
        registrations = Registrations(intake, workers)
        handlers = Handlers(custody, intake, registrations, health.report, metrics, workers, LONG_POLL_SECONDS)
        app = build_app(handlers, RepairHandlers(Symbols(custody, key), workers))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
            client = StorageNodeClient("http://node", http)
            yield Node(store, key, custody, duty, client, http, registrations, clock, metrics)


@pytest.fixture(scope="session")
def blob() -> EncodedBlob:
    return make_blob(b"one")


@pytest.fixture(scope="session")
def other_blob() -> EncodedBlob:
    return make_blob(b"other")
