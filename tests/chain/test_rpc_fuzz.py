"""Random and damaged requests: each gets a proper status, and nothing else happens."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from grpclib.const import Status

from tests.chain.chain_check import Audit, check_money
from tests.chain.damage import damaged
from tests.chain.raw_rpc import native, raw_channel, web
from tests.chain.real_requests import EXECUTE, busy_transaction, real_requests, signed
from tests.chain.sandbox import Sandbox
from tests.scale import cases
from tests.waiting import SECONDS
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.rpc.methods import FORKING

pytestmark = pytest.mark.fuzz

PROPER = {
    Status.OK,
    Status.INVALID_ARGUMENT,
    Status.NOT_FOUND,
    Status.UNIMPLEMENTED,
    Status.RESOURCE_EXHAUSTED,
}
"""What a call may end with: anything else means that the server stumbled."""


class Prober:
    """Sends requests to a network, and sees to it that nothing comes of them but the answer."""

    def __init__(self, network: LocalSui, http: httpx.AsyncClient) -> None:
        self.network = network
        self.box = Sandbox.over(network.ledger, network.faucet)
        self.data = busy_transaction(self.box)
        self.requests = real_requests(self.box, self.data)
        self.statuses: Counter[Status] = Counter()
        self._http = http
        self._channel = raw_channel(network.url)

    async def probe(self, path: str, body: bytes, way: int) -> None:
        """Over native gRPC (`way` 0), or gRPC-Web as text (1) or bytes (2)."""
        ledger = self.network.ledger
        before = ledger.head
        async with asyncio.timeout(SECONDS):
            if way == 0 or "/Subscribe" in path:
                status, _ = await native(self._channel, path, body)
            else:
                status, _ = await web(self._http, self.network.url + path, body, text=way == 1)
        self.statuses[status] += 1
        assert status in PROPER, f"{status} from {path} for {body.hex()}"
        if path == EXECUTE and status is Status.OK:
            check_money(ledger)
            ledger.revert(before.summary.sequence_number)
        assert ledger.head == before, f"a change by {path} for {body.hex()}"

    def close(self) -> None:
        """What is there must be whole, and the true transaction still works."""
        self._channel.close()
        Audit().follow(self.network.ledger)
        self.network.ledger.execute(self.data, (self.box.alice.sign(self.data),))
        check_money(self.network.ledger)


@pytest.fixture
async def prober() -> AsyncIterator[Prober]:
    async with LocalSui.start() as network, httpx.AsyncClient(timeout=SECONDS) as http:
        made = Prober(network, http)
        yield made
        made.close()


async def test_true_requests_are_answered(prober: Prober) -> None:
    """The requests that are damaged below reach what they are for."""
    for way in range(3):
        for path, body in prober.requests:
            await prober.probe(path, body, way)
    assert prober.statuses[Status.OK] == 3 * (len(prober.requests) - 2)


async def test_damaged_requests(prober: Prober) -> None:
    chance = random.Random(1)
    for _ in range(cases(500, 10_000)):
        path, body = chance.choice(prober.requests)
        await prober.probe(path, damaged(body, chance), chance.randrange(3))
    assert len(prober.statuses) >= 3


async def test_damaged_transactions_properly_signed(prober: Prober) -> None:
    chance = random.Random(2)
    raw = prober.data.to_bytes()
    for _ in range(cases(500, 10_000)):
        await prober.probe(EXECUTE, signed(prober.box.alice, damaged(raw, chance)), chance.randrange(3))
    assert prober.statuses[Status.INVALID_ARGUMENT]
    assert prober.statuses[Status.OK]


async def test_random_bytes_to_every_method(prober: Prober) -> None:
    chance = random.Random(3)
    paths = [path for path, _ in prober.requests]
    paths.append(f"/sui.forking.v1alpha.ForkingService/{FORKING[2]}")
    for _ in range(cases(200, 5_000)):
        size = chance.choice([0, 1, 5, 50, 500])
        await prober.probe(chance.choice(paths), chance.randbytes(size), chance.randrange(3))
