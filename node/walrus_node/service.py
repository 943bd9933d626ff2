"""The whole node: database, chain, HTTP server, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from starlette.routing import Route

from walrus_node.app import build_app
from walrus_node.attester import Attester
from walrus_node.blob_sync import BlobSync
from walrus_node.config import NodeConfig
from walrus_node.custody import Custody
from walrus_node.epoch_driver import EpochDriver
from walrus_node.epochs import Epochs
from walrus_node.follower import Follower
from walrus_node.garbage import Garbage
from walrus_node.handlers import Handlers
from walrus_node.health import Health
from walrus_node.http import listen, serve_http
from walrus_node.intake import Intake
from walrus_node.invalidation import Invalidation
from walrus_node.keys import load_protocol_key
from walrus_node.membership import Membership
from walrus_node.metrics import Metrics, metrics_app
from walrus_node.pending import PendingLimits, PendingUploads
from walrus_node.reactions import Reactions
from walrus_node.registrations import Registrations
from walrus_node.repair_handlers import RepairHandlers
from walrus_node.shard_transfer import ShardTransfer, TransferHandler
from walrus_node.store import Store
from walrus_node.symbols import Symbols
from walrus_node.workers import Workers
from walrus_sui.chain import Contracts, SuiClient, Wallet
from walrus_sui.client.limits import Limits
from walrus_sui.client.transport import http_client
from walrus_sui.errors import ChainUnreachable, ConfigError
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import routes

log = logging.getLogger(__name__)

_CHAIN_RETRY_SECONDS = 0.5


async def serve(config: NodeConfig, stop: asyncio.Event) -> None:
    """Run a node until `stop` is set.

    Raises `ConfigError` or `NodeStoreError` if it cannot start; waits for a chain that does not answer yet.
    """
    key = load_protocol_key(config.protocol_key_pair.path)
    keypair = Wallet.load(config.sui.wallet_config).keypair
    cap_id = _required_cap(config)
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listen(*config.listen)))
        metrics_listener = None
        if config.metrics_listen is not None:
            metrics_listener = stack.enter_context(contextlib.closing(listen(*config.metrics_listen)))
        store = stack.enter_context(_opened_store(config))
        sui = await stack.enter_async_context(SuiClient(config.sui.rpc))
        contracts = await _connect(sui, config, stop)
        if contracts is None:
            return
        store.bind_chain(await sui.chain_id())
        limits = Limits()
        http = await stack.enter_async_context(http_client(limits))
        workers = stack.enter_context(Workers(config.thread_pool))
        node_id = (await contracts.storage_node_cap(cap_id)).node_id
        membership = Membership(contracts, node_id, http, config.peer_url_scheme, limits)
        await membership.refresh()
        custody = Custody(store, key, membership.duty)
        intake = Intake(store, custody, PendingUploads(_pending_limits(config), time.monotonic))
        registrations = Registrations(intake, workers)
        sync = BlobSync(store, custody, intake, membership, Invalidation(contracts, keypair), workers)
        store.on_damage = _healer(sync)
        attester = Attester(contracts, keypair, cap_id)
        epochs = Epochs(store, membership, sync, Garbage(store, workers), attester, workers)
        driver = EpochDriver(contracts, keypair)
        reactions = Reactions(epochs, driver, registrations, sync)
        metrics = Metrics()
        follower = Follower(store, contracts.original_package, reactions, metrics)
        metrics.watch(membership.duty, lambda: follower.cursor, lambda: sync.backlog)
        health = Health(bytes(key.public_key), membership.duty, lambda: follower.cursor)
        long_poll_seconds = config.rest_server.confirmation_long_poll_max_millis / 1000
        transfer = TransferHandler(ShardTransfer(store, custody, membership.committee), workers)
        app = build_app(
            Handlers(custody, intake, registrations, health.report, metrics, workers, long_poll_seconds),
            RepairHandlers(Symbols(custody, key), workers),
            Route(routes.SYNC_SHARD, transfer.sync_shard, methods=["POST"]),
        )
        parts = [follower.run(sui), sync.run(), epochs.run(), driver.run(), attester.run()]
        parts.append(serve_http(app, listener))
        if metrics_listener is not None:
            parts.append(serve_http(metrics_app(metrics), metrics_listener))
        await _run_until(stop, *parts)


def _healer(sync: BlobSync) -> Callable[[bytes], None]:
    """What the store's threads call when they find a damaged record."""
    loop = asyncio.get_running_loop()

    def heal(blob_id: bytes) -> None:
        loop.call_soon_threadsafe(sync.heal, BlobId(blob_id))

    return heal


def _pending_limits(config: NodeConfig) -> PendingLimits:
    cache = config.pending_sliver_cache
    return PendingLimits(
        seconds=cache.ttl_secs,
        slivers=cache.max_cached_slivers,
        bytes=cache.max_cached_bytes,
        sliver_bytes=cache.max_cached_sliver_bytes,
    )


def _required_cap(config: NodeConfig) -> bytes:
    if config.storage_node_cap is None:
        raise ConfigError(
            "expected storage_node_cap in the configuration, got none",
            hint="register the node on chain first",
        )
    return config.storage_node_cap


@contextlib.contextmanager
def _opened_store(config: NodeConfig) -> Iterator[Store]:
    store = Store.open(config.storage_path)
    try:
        yield store
    finally:
        store.close()


async def _connect(sui: SuiClient, config: NodeConfig, stop: asyncio.Event) -> Contracts | None:
    """The contracts, once the chain answers; None if `stop` came first."""
    while not stop.is_set():
        try:
            return await Contracts.discover(sui, config.sui.system_object, config.sui.staking_object)
        except ChainUnreachable as error:
            log.warning("waiting for the chain: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CHAIN_RETRY_SECONDS):
                    await stop.wait()
    return None


async def _run_until(stop: asyncio.Event, *parts: Any) -> None:
    """Run all parts until `stop` is set or one of them fails; its error is raised."""
    tasks = [asyncio.ensure_future(part) for part in (*parts, stop.wait())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
