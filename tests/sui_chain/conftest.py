"""A local Sui network in this process, and accounts on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

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
