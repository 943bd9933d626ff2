"""The whole node: database, chain, HTTP server, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Any

from walrus_node.assembly import Ground, Node
from walrus_node.blocklist import Blocking, Blocklist
from walrus_node.chain.registered import require_protocol_key
from walrus_node.config import NodeConfig
from walrus_node.database.reopening import reopening, unless_unwritable
from walrus_node.database.store import Store
from walrus_node.holding.membership import Membership
from walrus_node.http.server import listen, serve_http
from walrus_node.keys import load_network_key, load_protocol_key
from walrus_node.metrics import Metrics, metrics_app
from walrus_node.workers import Workers
from walrus_sui.chain import Contracts, SuiClient, Wallet
from walrus_sui.client.limits import Limits
from walrus_sui.client.network.transport import http_client
from walrus_sui.errors import ChainUnreachable, ConfigError

log = logging.getLogger(__name__)

_CHAIN_RETRY_SECONDS = 0.5
_REOPENING_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""How long to wait with a database that takes no writes before opening it again, at the first time and later."""


async def serve(config: NodeConfig, stop: asyncio.Event) -> None:
    """Run a node until `stop` is set.

    Raises `ConfigError` or `NodeStoreError` if it cannot start; waits for a chain that does not answer yet. A node
    whose disk fails it goes on answering what it can, and begins anew once it can write again; connections that
    come in between wait.
    """
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(contextlib.closing(listen(*config.listen)))]
        if config.metrics_listen is not None:
            listeners.append(stack.enter_context(contextlib.closing(listen(*config.metrics_listen))))
        pauses = iter(_REOPENING_SECONDS)
        while not stop.is_set():
            await _live(config, listeners, stop, next(pauses, _REOPENING_SECONDS[-1]))


async def _live(
    config: NodeConfig, listeners: Sequence[socket.socket], stop: asyncio.Event, reopening_seconds: float
) -> None:
    """Open everything and run until `stop` is set, or until the database can and must be opened again."""
    async with contextlib.AsyncExitStack() as stack:
        ground = await _lay_ground(config, stack, stop)
        if ground is None:
            return
        blocklist = None if config.blocklist_path is None else Blocklist(config.blocklist_path, time.monotonic)
        node = Node(ground)
        grace = config.rest_graceful_shutdown_period_secs
        app = node.app() if blocklist is None else Blocking(node.app(), blocklist)
        servers = [serve_http(app, listeners[0].dup(), _tls(config, node.metrics), grace)]
        if len(listeners) > 1:
            servers.append(serve_http(metrics_app(node.metrics), listeners[1].dup()))
        await _run_until_first(
            _stopped(stop, listeners),
            reopening(ground.store.writes, reopening_seconds),
            *map(unless_unwritable, node.parts()),
            *servers,
        )


async def _lay_ground(config: NodeConfig, stack: contextlib.AsyncExitStack, stop: asyncio.Event) -> Ground | None:
    """Open everything; it is closed with `stack`. None if `stop` came before the chain answered."""
    key = load_protocol_key(config.protocol_key_pair.path)
    keypair = Wallet.load(config.sui.wallet_config).keypair
    cap_id = _required_cap(config)
    store = stack.enter_context(_opened_store(config))
    sui = await stack.enter_async_context(SuiClient(config.sui.rpc))
    contracts = await _connect(sui, config, stop)
    if contracts is None:
        return None
    store.bind_chain(await sui.chain_id())
    limits = Limits()
    http = await stack.enter_async_context(http_client(limits))
    workers = stack.enter_context(Workers(config.thread_pool))
    node_id = (await contracts.storage_node_cap(cap_id)).node_id
    (pool,) = await contracts.pools([node_id])
    require_protocol_key(pool.node_info, bytes(key.public_key))
    membership = Membership(contracts, node_id, http, config.peer_url_scheme, limits)
    await membership.refresh()
    return Ground(config, key, keypair, cap_id, store, sui, contracts, membership, workers)


def _tls(config: NodeConfig, metrics: Metrics) -> ssl.SSLContext | None:
    """What the node answers under, if it speaks TLS. Raises `ConfigError`."""
    if config.tls is None or config.tls.disable_tls:
        return None
    # imported here: nodes without TLS do not need it
    from walrus_node.http import tls

    key, path = load_network_key(config.network_key_pair.path), config.tls.certificate_path
    chain = tls.read_chain(path, key) if path else tls.self_signed(key, config.public_host)
    metrics.certificate_ends(tls.ends(chain))
    return tls.server_context(key, chain)


def _required_cap(config: NodeConfig) -> bytes:
    if config.storage_node_cap is None:
        raise ConfigError(
            "expected storage_node_cap in the configuration, got none",
            hint="register the node on chain first",
        )
    return config.storage_node_cap


@contextlib.contextmanager
def _opened_store(config: NodeConfig) -> Iterator[Store]:
    store = Store.open(config.storage_path, config.reserved_disk_bytes)
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


async def _stopped(stop: asyncio.Event, listeners: Sequence[socket.socket]) -> None:
    """Wait for `stop`; from then on nobody new gets through, while requests under way are brought to an end."""
    await stop.wait()
    for listener in listeners:
        listener.close()


async def _run_until_first(*parts: Any) -> None:
    """Run all parts until one of them ends; its error, if that is why, is raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
