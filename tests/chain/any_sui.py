"""The Sui network that the pysui tests run on: an embedded one, or the one that the environment names.

SUI_RPC_URL       gRPC of a full node: https://fullnode.testnet.sui.io:443, or http://127.0.0.1:9000 (`sui start`)
SUI_FAUCET_URL    pays a new account for every test, POST /v2/gas
SUI_PRIVATE_KEY   or: an account with SUI of its own, as `suiprivkey1...` or base64 of scheme and key
"""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from grpclib.client import Channel
from pysui import GroupProtocol, NetworkType, PysuiConfiguration, client_factory

from walrus_localnet.chain.local import LocalSui

REMOTE = os.environ.get("SUI_RPC_URL")


@dataclass(frozen=True)
class Network:
    """Where tests run. `embedded` is None on a real network, about which less is known beforehand."""

    url: str
    faucet_url: str | None
    key: str | None
    embedded: LocalSui | None


@asynccontextmanager
async def any_network(lag: float = 0.0) -> AsyncIterator[Network]:
    """`lag` is for an embedded network: the seconds a checkpoint is behind, as on a real one."""
    if REMOTE is None:
        async with LocalSui.start(lag=lag) as running:
            yield Network(running.url, running.faucet_url, None, running)
        return
    faucet, key = os.environ.get("SUI_FAUCET_URL"), os.environ.get("SUI_PRIVATE_KEY")
    if faucet is None and key is None:
        pytest.fail("SUI_RPC_URL needs SUI_FAUCET_URL or SUI_PRIVATE_KEY: somebody has to pay")
    yield Network(REMOTE, faucet, key, None)


@asynccontextmanager
async def connected(network: Network, folder: Path) -> AsyncIterator[Any]:
    """An unmodified pysui client with an account that has SUI; its address is added as `address`."""
    key = network.key or base64.b64encode(bytes([0]) + os.urandom(32)).decode()
    config = PysuiConfiguration.initialize_config(
        in_folder=folder, init_groups=[{"name": "unused", "make_active": True}]
    )
    profile = {
        "profile_name": "any",
        "url": network.url,
        "network_type": NetworkType.LOCAL,
        "make_active": True,
    }
    (address,) = config.new_group(
        group_name="any",
        profile_block=[profile],
        key_block=[{"key_string": key, "alias": "key"}],
        active_address_index=0,
        group_protocol=GroupProtocol.GRPC,
        make_group_active=True,
        persist=False,
    )
    if network.key is None:
        await _fund(network, address)
    client = client_factory(config)
    if network.url.startswith("http://"):  # pysui speaks TLS whatever the URL says
        tls = client._channel
        client._channel = Channel(host=tls._host, port=tls._port, ssl=None)
        tls.close()
    async with client as opened:
        opened.address = address
        yield opened


async def _fund(network: Network, address: str) -> None:
    request = {"FixedAmountRequest": {"recipient": address}}
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{network.faucet_url}/v2/gas", json=request)
    assert answer.json()["status"] == "Success", answer.text
