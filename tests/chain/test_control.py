"""Snapshot, revert, time and epochs over HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from grpclib.exceptions import GRPCError

from tests.chain.sandbox import Playground, Sandbox
from tests.chain.test_objects import new_toy
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.rpc import forking_messages
from walrus_localnet.chain.rpc.forking_service import MAX_ADVANCE_MS, ForkingService
from walrus_localnet.chain.rpc.ledger_service import LedgerService
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.server import all_methods
from walrus_localnet.chain.web import network_app


@pytest.fixture
def feed(box: Sandbox) -> CheckpointFeed:
    return CheckpointFeed(box.ledger)


@pytest.fixture
def client(box: Sandbox, feed: CheckpointFeed) -> httpx.AsyncClient:
    app = network_app(all_methods(box.ledger, feed), box.ledger, box.faucet)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local")


async def send(client: httpx.AsyncClient, command: str, **arguments: Any) -> dict[str, int]:
    answer = await client.post(f"/control/{command}", json=arguments)
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()
    return found


async def test_the_state_goes_back(
    client: httpx.AsyncClient, box: Sandbox, play: Playground, feed: CheckpointFeed
) -> None:
    taken = await send(client, "snapshot")
    toy = new_toy(box, play)
    assert feed.head.summary.sequence_number == taken["checkpoint"] + 1
    assert await send(client, "revert", **taken) == taken
    assert box.ledger.store.latest(toy) is None
    assert feed.head.summary.sequence_number == taken["checkpoint"]


async def test_time_and_epochs_move(client: httpx.AsyncClient, box: Sandbox) -> None:
    before = box.ledger.head.summary
    moved = await send(client, "advance-clock", durationMs=1000)
    assert moved == {"checkpoint": before.sequence_number + 1, "timestampMs": before.timestamp_ms + 1000}
    assert await send(client, "advance-epoch") == {"epoch": 1}


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("revert", b"{}"),
        ("revert", b'{"checkpoint": -1}'),
        ("revert", b'{"checkpoint": 1000000}'),
        ("revert", b'{"checkpoint": true}'),
        ("advance-clock", b'{"durationMs": 1e3}'),
        ("advance-clock", b"[]"),
        ("advance-clock", b"nonsense"),
        ("snapshot", b'"' + b"x" * 5000 + b'"'),
    ],
)
async def test_what_cannot_be_is_refused(client: httpx.AsyncClient, command: str, body: bytes) -> None:
    answer = await client.post(f"/control/{command}", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "local_chain"


async def test_other_web_pages_cannot_command(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/control/advance-epoch", content=json.dumps({}), headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 400
    preflight = await client.options("/control/advance-epoch", headers={"origin": "http://elsewhere"})
    assert "access-control-allow-origin" not in preflight.headers


async def test_time_has_an_end(box: Sandbox, client: httpx.AsyncClient, feed: CheckpointFeed) -> None:
    """Messages cannot tell a year of five digits: who could get there would leave a network nobody can read."""
    century = {"durationMs": MAX_ADVANCE_MS}
    answers = [(await client.post("/control/advance-clock", json=century)).status_code for _ in range(90)]
    assert answers == sorted(answers)
    assert set(answers) == {200, 400}
    request = forking_messages.AdvanceClockRequest(duration_ms=MAX_ADVANCE_MS)
    with pytest.raises(GRPCError, match="expected a time of at most"):
        await ForkingService(box.ledger).advance_clock(request)
    answer = await LedgerService(box.ledger, feed).get_service_info(rpc.GetServiceInfoRequest())
    assert answer.timestamp is not None
    assert answer.timestamp.year > 8800
