"""The page for people: what it shows, and that it shows nothing as markup that is not."""

from __future__ import annotations

import httpx
import pytest

from tests.chain.sandbox import CLOCK, SUI, Playground, Program, Sandbox
from tests.chain.test_objects import new_toy
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.rpc.server import all_methods
from walrus_localnet.chain.web import network_app
from walrus_sui.bcs.sui import format_address, format_digest


@pytest.fixture
def client(box: Sandbox) -> httpx.AsyncClient:
    app = network_app(all_methods(box.ledger, CheckpointFeed(box.ledger)), box.ledger, box.faucet)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local")


async def show(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


async def test_everything_can_be_looked_at(client: httpx.AsyncClient, box: Sandbox, play: Playground) -> None:
    program = Program()
    counter = program.shared(box.object(play.counter))
    program.call(play.package, "toys::count", counter, program.shared(box.object(CLOCK), mutable=False))
    record = box.succeed(program)
    digest = format_digest(record.digest)
    front = await show(client, "/")
    assert format_digest(box.ledger.chain_id) in front
    assert f"/transaction/{digest}" in front
    assert "toys::count" in await show(client, f"/checkpoint/{record.checkpoint}")
    shown = await show(client, f"/transaction/{digest}")
    assert "success" in shown
    assert "::toys::Counted" in shown
    assert "shared since version" in await show(client, f"/object/{format_address(play.counter)}")
    assert "rename" in await show(client, f"/object/{format_address(play.package)}")
    assert f"Package {format_address(SUI)}" in await show(client, "/object/0x2")
    assert "::package::UpgradeCap" in await show(client, f"/address/{format_address(box.alice.address)}")


async def test_failures_are_said_plainly(client: httpx.AsyncClient, box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::fail")
    record = box.run(program)
    assert "Move abort 7" in await show(client, f"/transaction/{format_digest(record.digest)}")


async def test_names_are_not_markup(client: httpx.AsyncClient, box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play, name="<script>alert(1)</script>")
    shown = await show(client, f"/object/{format_address(toy)}")
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/object/0x1234", 404),
        ("/object/nonsense", 400),
        ("/transaction/0OIl", 400),
        ("/transaction/" + "1" * 32, 404),
        ("/checkpoint/1000000", 404),
        ("/checkpoint/x", 404),
        ("/nowhere", 404),
    ],
)
async def test_what_is_not_there(client: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await client.get(path)).status_code == status


async def test_nothing_can_be_changed(client: httpx.AsyncClient) -> None:
    assert (await client.post("/object/0x6")).status_code == 405
