"""Real networks: one of thirteen nodes for the whole session, and the command line run as a user runs it."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.finished import Done, run_apart, run_here
from tests.waiting import SECONDS
from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan
from walrus_sui.client import Limits, WalrusClient
from walrus_sui.config import load_config

Walrus = Callable[..., Done]


@pytest.fixture(autouse=True)
def collect_sockets() -> Iterator[None]:
    """anyio leaves a socket to the garbage collector when its connect is cancelled as it succeeds, which a client
    that goes round slow nodes does often. Collect them here, so that no later test is blamed."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def walrus() -> Walrus:
    """Runs the `walrus` command with `arguments` here, against the network in `net` if one is given."""
    return against(run_here)


@pytest.fixture(scope="session")
def walrus_process() -> Walrus:
    """The same as a user does it, in a process of its own. Tests that have an event loop need this one."""
    return against(run_apart)


def against(run: Walrus) -> Walrus:
    def run_against(*arguments: object, net: Localnet | None = None, **environment: str) -> Done:
        if net is not None:
            environment["WALRUS_CONFIG"] = str(net.layout.client_config)
        return run(*arguments, **environment)

    return run_against


def network(directory: Path, plan: Plan) -> Iterator[Localnet]:
    localnet = Localnet(directory)
    asyncio.run(localnet.up(plan))
    yield localnet
    asyncio.run(localnet.down())


@pytest.fixture(scope="session")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    """Thirteen nodes, 130 shards. Tests leave all nodes running and their data whole."""
    yield from network(tmp_path_factory.mktemp("thirteen") / "net", Plan())


@pytest.fixture(scope="module")
def small_net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    """Four nodes, ten shards, to be ill-treated."""
    yield from network(tmp_path_factory.mktemp("four") / "net", Plan(nodes=4, shards=10))


@pytest.fixture
async def client(net: Localnet) -> AsyncIterator[WalrusClient]:
    """One that gives slow nodes time: tests count on every node that is up to have what was stored."""
    async with WalrusClient(load_config(net.layout.client_config), limits=Limits(tail_seconds=SECONDS)) as opened:
        yield opened


@pytest.fixture
async def without_nodes(net: Localnet) -> AsyncIterator[Callable[..., Any]]:
    """Kills nodes of the session's network for the length of one test."""
    killed: list[str] = []

    async def kill(*names: str) -> None:
        killed.extend(node.name for node in await net.kill_nodes(names))

    yield kill
    if killed:
        await net.restart_nodes(killed)
