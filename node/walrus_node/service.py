"""The whole node: database, chain, HTTP server, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from walrus_node.assembly import Ground, Node
from walrus_node.config import NodeConfig
from walrus_node.http import listen, serve_http
from walrus_node.keys import load_protocol_key
from walrus_node.membership import Membership
from walrus_node.metrics import metrics_app
from walrus_node.store import Store
from walrus_node.workers import Workers
from walrus_sui.chain import Contracts, SuiClient, Wallet
from walrus_sui.client.limits import Limits
from walrus_sui.client.transport import http_client
from walrus_sui.errors import ChainUnreachable, ConfigError

log = logging.getLogger(__name__)

_CHAIN_RETRY_SECONDS = 0.5


async def serve(config: NodeConfig, stop: asyncio.Event) -> None:
    """Run a node until `stop` is set.

    Raises `ConfigError` or `NodeStoreError` if it cannot start; waits for a chain that does not answer yet.
    """
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listen(*config.listen)))
        metrics_listener = None
        if config.metrics_listen is not None:
            metrics_listener = stack.enter_context(contextlib.closing(listen(*config.metrics_listen)))
        ground = await _lay_ground(config, stack, stop)
        if ground is None:
            return
        node = Node(ground)
        parts = [*node.parts(), serve_http(node.app(), listener)]
        if metrics_listener is not None:
            parts.append(serve_http(metrics_app(node.metrics), metrics_listener))
        await _run_until(stop, *parts)


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
    membership = Membership(contracts, node_id, http, config.peer_url_scheme, limits)
    await membership.refresh()
    return Ground(config, key, keypair, cap_id, store, sui, contracts, membership, workers)


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
