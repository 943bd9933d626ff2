"""Which parts a node has, and which of them know each other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from walrus_node.api.app import build_app
from walrus_node.api.handlers import Handlers
from walrus_node.api.repair_handlers import RepairHandlers
from walrus_node.api.shard_transfer import ShardTransfer, TransferHandler
from walrus_node.chain.attester import Attester
from walrus_node.chain.balance import Balance
from walrus_node.chain.epoch_driver import EpochDriver
from walrus_node.chain.epochs import Epochs
from walrus_node.chain.follower import Follower
from walrus_node.chain.reactions import Reactions
from walrus_node.chain.registered import Registered
from walrus_node.chain.registrations import Registrations
from walrus_node.config import NodeConfig
from walrus_node.database.store import Store
from walrus_node.health import Health
from walrus_node.holding.custody import Custody
from walrus_node.holding.garbage import Garbage
from walrus_node.holding.intake import Intake
from walrus_node.holding.membership import Membership
from walrus_node.holding.pending import PendingLimits, PendingUploads
from walrus_node.holding.symbols import Symbols
from walrus_node.metrics import Metrics
from walrus_node.sync.blob_sync import BlobSync
from walrus_node.sync.invalidation import Invalidation
from walrus_node.workers import Workers
from walrus_sui.chain import Contracts, Keypair, SuiClient
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import routes


@dataclass(frozen=True)
class Ground:
    """What a node stands on: its keys, its database, the chain and its place in the committee."""

    config: NodeConfig
    key: SecretKey
    keypair: Keypair
    cap_id: bytes
    store: Store
    sui: SuiClient
    contracts: Contracts
    membership: Membership
    workers: Workers


class Node:
    """All parts of one node, ready to run."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        store, membership, workers = ground.store, ground.membership, ground.workers
        self.metrics = Metrics()
        self._custody = Custody(store, ground.key, membership.duty)
        pending = _pending(ground.config)
        self._intake = Intake(store, self._custody, pending)
        self._registrations = Registrations(self._intake, workers)
        invalidation = Invalidation(ground.contracts, ground.keypair)
        self._sync = BlobSync(store, self._custody, self._intake, membership, invalidation, workers, self.metrics)
        self._attester = Attester(ground.contracts, ground.keypair, ground.cap_id)
        garbage = Garbage(store, workers, self.metrics)
        self._epochs = Epochs(store, membership, self._sync, garbage, self._attester, workers, self.metrics)
        self._driver = EpochDriver(ground.contracts, ground.keypair)
        reactions = Reactions(self._epochs, self._driver, self._registrations, self._sync)
        self._follower = Follower(store, ground.contracts.original_package, reactions, self.metrics)
        self.metrics.watch(membership.duty, lambda: self._follower.cursor, lambda: self._sync.backlog)
        self.metrics.watch_pending(pending)
        self.metrics.watch_disk(store.writes)
        self._balance = Balance(ground.sui, ground.keypair.address, self.metrics)
        self._registered = Registered(
            ground.contracts, ground.keypair, ground.cap_id, membership.node_id, ground.config
        )
        store.on_damage = _healer(self._sync)

    def parts(self) -> list[Coroutine[Any, Any, None]]:
        """What runs as long as the node does."""
        return [
            self._follower.run(self._ground.sui),
            self._sync.run(),
            self._epochs.run(),
            self._driver.run(),
            self._attester.run(),
            self._balance.run(),
            self._registered.run(),
            self._intake.forget_expired(),
        ]

    def app(self) -> Starlette:
        """What others reach the node by."""
        ground = self._ground
        transfer = ShardTransfer(ground.store, self._custody, ground.membership.committee)
        sync_shard = TransferHandler(transfer, ground.workers).sync_shard
        return build_app(
            self._handlers(),
            RepairHandlers(Symbols(self._custody, ground.key), ground.workers),
            Route(routes.SYNC_SHARD, sync_shard, methods=["POST"]),
        )

    def _handlers(self) -> Handlers:
        ground = self._ground
        public_key, duty = bytes(ground.key.public_key), ground.membership.duty
        health = Health(public_key, duty, lambda: self._follower.cursor, ground.store.shards)
        return Handlers(
            self._custody,
            self._intake,
            self._registrations,
            health.report,
            self.metrics,
            ground.workers,
            ground.config.rest_server.confirmation_long_poll_max_millis / 1000,
        )


def _healer(sync: BlobSync) -> Callable[[bytes], None]:
    """What the store's threads call when they find a damaged record."""
    loop = asyncio.get_running_loop()

    def heal(blob_id: bytes) -> None:
        loop.call_soon_threadsafe(sync.heal, BlobId(blob_id))

    return heal


def _pending(config: NodeConfig) -> PendingUploads:
    cache = config.pending_sliver_cache
    limits = PendingLimits(
        seconds=cache.ttl_secs,
        slivers=cache.max_cached_slivers,
        bytes=cache.max_cached_bytes,
        sliver_bytes=cache.max_cached_sliver_bytes,
    )
    return PendingUploads(limits, time.monotonic)
