"""The whole node: database, chain, HTTP server, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from walrus_node.app import build_app
from walrus_node.attester import Attester
from walrus_node.config import NodeConfig
from walrus_node.custody import Custody
from walrus_node.follower import Follower
from walrus_node.health import Health
from walrus_node.keys import load_protocol_key
from walrus_node.membership import Membership
from walrus_node.store import Store
from walrus_node.symbols import Symbols
from walrus_sui.chain import SuiClient, Wallet
from walrus_sui.chain.contracts import Contracts
from walrus_sui.errors import ChainUnreachable, ConfigError

log = logging.getLogger(__name__)

_CHAIN_RETRY_SECONDS = 0.5
_SHUTDOWN_SECONDS = 10
_BACKLOG = 1024


async def serve(config: NodeConfig, stop: asyncio.Event) -> None:
    """Run a node until `stop` is set.

    Raises `ConfigError` or `NodeStoreError` if it cannot start; waits for a chain that does not answer yet.
    """
    key = load_protocol_key(config.protocol_key_pair.path)
    keypair = Wallet.load(config.sui.wallet_config).keypair
    cap_id = _required_cap(config)
    listener = listen(*config.listen)
    async with _opened_store(config) as store, SuiClient(config.sui.rpc) as sui:
        contracts = await _connect(sui, config, stop)
        if contracts is None:
            return
        store.bind_chain(await sui.chain_id())
        membership = Membership(contracts, (await contracts.storage_node_cap(cap_id)).node_id)
        await membership.refresh()
        attester = Attester(contracts, keypair, cap_id)
        follower = Follower(store, contracts.original_package, membership, attester)
        health = Health(bytes(key.public_key))
        with ThreadPoolExecutor(config.thread_pool or os.cpu_count(), "custody") as workers:
            custody = Custody(store, key, membership.duty)
            app = build_app(
                custody,
                Symbols(custody, key),
                lambda detailed: health.report(membership.duty(), follower.cursor, detailed=detailed),
                workers,
            )
            await _run_until(stop, follower.run(sui), attester.run(), serve_http(app, listener))


def _required_cap(config: NodeConfig) -> bytes:
    if config.storage_node_cap is None:
        raise ConfigError(
            "expected storage_node_cap in the configuration, got none",
            hint="register the node on chain first",
        )
    return config.storage_node_cap


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `ConfigError` if the address cannot be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # asyncio turns off Nagle's delay (40 ms an answer) only for sockets that name their protocol
        listener = socket.socket(family, kind, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


@contextlib.asynccontextmanager
async def _opened_store(config: NodeConfig) -> AsyncIterator[Store]:
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
                await asyncio.wait_for(stop.wait(), _CHAIN_RETRY_SECONDS)
    return None


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the node's owner decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_http(app: Any, listener: socket.socket) -> None:
    """Answer on `listener` until cancelled; requests under way get a few seconds to end."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = _Server(config)
    log.info("listening on %s:%d", *listener.getsockname()[:2])
    try:
        await server.serve(sockets=[listener])
    except asyncio.CancelledError:
        server.should_exit = True
        await server.shutdown(sockets=[listener])
        raise


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
