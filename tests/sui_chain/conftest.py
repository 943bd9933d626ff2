"""A local Sui network in this process, and accounts on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.sui_chain.world import World, bring_up
from walrus_localnet.chain.local import LocalSui
from walrus_sui.chain import Keypair, SuiClient


@pytest.fixture
async def network() -> AsyncIterator[LocalSui]:
    async with LocalSui.start() as running:
        yield running


@pytest.fixture
async def sui(network: LocalSui) -> AsyncIterator[SuiClient]:
    async with SuiClient(network.url) as client:
        yield client


@pytest.fixture
def alice(network: LocalSui) -> Keypair:
    """An account with five coins of 200 SUI."""
    keypair = Keypair.generate()
    network.faucet.fund(keypair.address)
    return keypair


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    """The contracts in epoch 1; shared by the tests of a module, which run in the module's event loop."""
    async with bring_up() as network:
        yield network
