"""Accounts in which no other test has left anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from walrus_localnet.testbed.faucet import request_sui
from walrus_localnet.testbed.localnet import Localnet
from walrus_sui.chain import Keypair
from walrus_sui.client import WalrusClient
from walrus_sui.config import load_config

POCKET_MIST = 50 * 10**9
"""SUI that becomes WAL."""


@asynccontextmanager
async def new_account(net: Localnet) -> AsyncIterator[WalrusClient]:
    """A client whose account is new, with SUI and WAL in it."""
    keypair = Keypair.generate()
    await request_sui(net.manifest().faucet_url, keypair.address)
    config = load_config(net.layout.client_config)
    async with WalrusClient(config, keypair=keypair) as client:
        await client.contracts.exchange_for_wal(keypair, config.exchange_objects[0], POCKET_MIST)
        yield client
