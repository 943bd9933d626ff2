"""Four of thirteen nodes lie to the client while it stores and reads, each in the same way."""

from __future__ import annotations

import os

import httpx
import pytest

from tests.e2e.liars import Detour, cut_short, garbage, lying, of_another_blob, one_bit_off, stalled
from walrus_sui.client import Limits, WalrusClient
from walrus_sui.client.session import http_client
from walrus_sui.config import load_config
from walrus_sui.redstuff import encode

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.fixture
def through(monkeypatch):
    """Makes clients that are opened later reach nodes through proxies."""

    def detour(ports):
        def opened(*arguments, **options):
            http = http_client(*arguments, **options)
            http._nodes = Detour(http._nodes, ports)
            return http

        monkeypatch.setattr("walrus_sui.client.session.http_client", opened)

    return detour


@pytest.mark.parametrize("size", [5_000, 2_000_000])
@pytest.mark.parametrize(
    "lie", [garbage, one_bit_off, cut_short, stalled, of_another_blob], ids=lambda lie: lie.__name__
)
async def test_four_liars_of_thirteen_change_nothing(net, client, through, lie, size):
    data = os.urandom(size)
    if lie is of_another_blob:
        lie = of_another_blob(str((await client.store(os.urandom(size), epochs=2)).blob_id))
    limits = Limits(request_timeout=5.0) if lie is stalled else Limits()
    ports = [httpx.URL(node.url).port for node in net.manifest().nodes][2:6]
    told: set[int] = set()
    async with lying(lie, ports, told) as proxies:
        through(proxies)
        async with WalrusClient(load_config(net.layout.client_config), limits=limits) as deceived:
            stored = await deceived.store(data, epochs=2)
            assert told == set(ports)
            assert stored.blob_id == encode(data, n_shards=130).blob_id
        async with WalrusClient(load_config(net.layout.client_config), limits=limits) as deceived:
            assert await deceived.read(stored.blob_id) == data
            assert await deceived.read(stored.blob_id, consistency="strict") == data
    assert await client.read(stored.blob_id) == data
