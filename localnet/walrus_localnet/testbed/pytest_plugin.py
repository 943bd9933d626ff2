"""A Walrus network for tests of other projects: `pytest_plugins = ["walrus_localnet.testbed.pytest_plugin"]`.

Four storage nodes share one process beside an embedded chain, up in a few seconds, once for the whole session.
Tests share what they store; `walrus_network_plan` can be overridden for another shape.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan


@pytest.fixture(scope="session")
def walrus_network_plan() -> Plan:
    """What to bring up: four nodes, ten shards."""
    return Plan(nodes=4, shards=10, in_process=True)


@pytest.fixture(scope="session")
def walrus_network(tmp_path_factory: pytest.TempPathFactory, walrus_network_plan: Plan) -> Iterator[Localnet]:
    """The session's network; `load_config(walrus_network.layout.client_config)` is what a client needs."""
    localnet = Localnet(tmp_path_factory.mktemp("walrus") / "network")
    asyncio.run(localnet.up(walrus_network_plan))
    try:
        yield localnet
    finally:
        asyncio.run(localnet.discard())
