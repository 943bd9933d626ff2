"""A ledger in memory, as new for every test, with and without the playground package."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.chain.sandbox import Playground, Sandbox, publish
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.sandbox.pytest_plugin import sui_ledger, sui_sandbox

__all__ = ["sui_ledger", "sui_sandbox"]


@pytest.fixture
def box(sui_sandbox: Sandbox) -> Sandbox:
    return sui_sandbox


@pytest.fixture
async def network() -> AsyncIterator[LocalSui]:
    """A whole network in this process, with its port."""
    async with LocalSui.start() as running:
        yield running


@pytest.fixture
def play(box: Sandbox) -> Playground:
    return publish(box)
