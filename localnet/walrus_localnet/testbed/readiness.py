"""Waiting until a process of the network answers, or telling why it never will."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import httpx

from walrus_localnet.testbed.errors import StartFailed
from walrus_localnet.testbed.manifest import NodeRecord
from walrus_localnet.testbed.processes import ProcessRecord
from walrus_node.config import NodeConfig
from walrus_node.keys import load_network_public_key
from walrus_sui.client import Limits
from walrus_sui.client.network.transport import http_client
from walrus_sui.client.parallel import together
from walrus_sui.errors import WalrusError
from walrus_sui.storage import StorageNodeClient

CHAIN_SECONDS = 60.0
NODE_SECONDS = 120.0
_POLL_SECONDS = 0.05
_LOG_LINES = 5


async def chain_ready(process: ProcessRecord, announcement: Path, log: Path) -> None:
    """Wait until the chain has written its line of JSON to `announcement`. Raises `StartFailed`."""
    deadline = asyncio.get_running_loop().time() + CHAIN_SECONDS
    while not _is_announced(announcement):
        _check_alive("the chain", process, log)
        _check_time("the chain", deadline, log)
        await asyncio.sleep(_POLL_SECONDS)


async def nodes_ready(nodes: Iterable[NodeRecord], *, epoch: int) -> None:
    """Wait until every node answers its health route and knows `epoch`. Raises `StartFailed`."""
    deadline = asyncio.get_running_loop().time() + NODE_SECONDS
    async with http_client(Limits(request_timeout=5)) as http:
        await together(_node_ready(node, http, epoch, deadline) for node in nodes)


async def _node_ready(node: NodeRecord, http: httpx.AsyncClient, epoch: int, deadline: float) -> None:
    client = StorageNodeClient(node.url, http, network_key_of(node))
    while True:
        try:
            if (await client.health()).get("epoch", 0) >= epoch:
                return
        except WalrusError:
            pass  # not listening yet; whether it ever will is decided below
        check_alive(node)
        _check_time(node.name, deadline, node.log)
        await asyncio.sleep(4 * _POLL_SECONDS)


def network_key_of(node: NodeRecord) -> bytes:
    """What a node proves itself by over TLS; empty where it speaks plain HTTP."""
    config = NodeConfig.load(node.config)
    return load_network_public_key(config.network_key_pair.path) if config.speaks_tls else b""


def check_alive(node: NodeRecord) -> None:
    """Raises `StartFailed`, with the end of its log, if the node's process has ended."""
    if node.process is not None:
        _check_alive(node.name, node.process, node.log)


def _is_announced(announcement: Path) -> bool:
    try:
        json.loads(announcement.read_text())
    except (FileNotFoundError, ValueError):
        return False
    return True


def _check_alive(name: str, process: ProcessRecord, log: Path) -> None:
    if not process.alive:
        raise StartFailed(f"expected {name} to start, but it ended: {_last_lines(log)}", hint=f"see {log}")


def _check_time(name: str, deadline: float, log: Path) -> None:
    if asyncio.get_running_loop().time() > deadline:
        raise StartFailed(
            f"expected {name} to get ready in time, it did not: {_last_lines(log)}", hint=f"see {log}"
        )


def _last_lines(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except FileNotFoundError:
        return "it logged nothing"
    return " | ".join(lines[-_LOG_LINES:]) or "it logged nothing"
