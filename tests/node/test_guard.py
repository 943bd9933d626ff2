"""Connections that stall are cut off, those that merely wait for the node are not; bodies have one budget."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.waiting import SECONDS
from walrus_node.api.admission import BodyBudget
from walrus_node.api.app import refuse
from walrus_node.http import guard
from walrus_node.http.server import listen, serve_http
from walrus_node.refusal import Refusal

LOOK = 0.05
LARGE = bytes(64 << 20)
HEAD = b"PUT /echo HTTP/1.1\r\nhost: x\r\n"


async def echo(request: Request) -> Response:
    return Response(await request.body())


async def large(_: Request) -> Response:
    return Response(LARGE)


async def slow(_: Request) -> Response:
    await asyncio.sleep(4 * LOOK)
    return PlainTextResponse("late")


APP = Starlette(
    routes=[Route("/echo", echo, methods=["PUT"]), Route("/large", large), Route("/slow", slow)],
)

Address = tuple[str, int]


@pytest.fixture
async def address(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Address]:
    monkeypatch.setattr(guard, "STALL_SECONDS", LOOK)
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        server = asyncio.create_task(serve_http(APP, listener))
        yield listener.getsockname()[:2]
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)


@contextlib.asynccontextmanager
async def connected(address: Address) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def answer_to(address: Address, sent: bytes) -> bytes:
    """What comes back until the server closes."""
    async with connected(address) as (reader, writer):
        writer.write(sent)
        try:
            async with asyncio.timeout(SECONDS):
                return await reader.read()
        except ConnectionResetError:
            return b""


async def send_until_refused(client: socket.socket, pause: float) -> None:
    """Send a byte now and then, and read nothing, for as long as there is somebody on the other side."""
    async with asyncio.timeout(SECONDS):
        while True:
            client.send(b"x")
            await asyncio.sleep(pause)


UNFINISHED = {
    "nothing": b"",
    "half a line": b"PUT /ec",
    "half a head": HEAD,
    "half a body": HEAD + b"content-length: 10\r\n\r\n12345",
    "half a chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nab",
}


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED.keys())
async def test_requests_that_never_end_are_cut_off(address: Address, sent: bytes) -> None:
    assert await answer_to(address, sent) == b""


async def test_a_few_bytes_now_and_then_do_not_keep_a_connection(address: Address) -> None:
    with socket.create_connection(address) as client:
        client.sendall(HEAD + b"content-length: 1000000\r\n\r\n")
        with pytest.raises(ConnectionError):
            await send_until_refused(client, LOOK / 5)


async def test_who_does_not_take_the_answer_is_cut_off(address: Address) -> None:
    with socket.create_connection(address) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        with pytest.raises(ConnectionError):
            await send_until_refused(client, LOOK)


async def test_who_waits_for_the_node_is_not_cut_off(address: Address) -> None:
    answer = await answer_to(address, b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.endswith(b"late")


async def test_an_idle_connection_stays_for_the_next_request(address: Address) -> None:
    async with connected(address) as (reader, writer), asyncio.timeout(SECONDS):
        for _ in range(2):
            writer.write(HEAD + b"content-length: 2\r\n\r\nok")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(2) == b"ok"
            await asyncio.sleep(4 * LOOK)


@pytest.mark.parametrize("head", [b"x: " + b"a" * (1 << 17), b"".join(b"x%d: y\r\n" % i for i in range(20_000))])
@pytest.mark.parametrize("end", [b"\r\n\r\n", b""])
async def test_long_heads_are_refused_whether_they_end_or_not(address: Address, head: bytes, end: bytes) -> None:
    answer = await answer_to(address, HEAD + head + end)
    assert answer[:12] in (b"HTTP/1.1 400", b"")


async def test_connections_beyond_the_limit_are_closed(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "most_connections", lambda: 1)
    monkeypatch.setattr(guard, "STALL_SECONDS", 60.0)
    async with connected(address) as (reader, writer), asyncio.timeout(SECONDS):
        writer.write(HEAD + b"content-length: 2\r\n\r\nok")
        writer.write(HEAD + b"content-length: 2\r\n\r\nok" + HEAD + b"content-length: 2\r\n\r\no")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await answer_to(address, HEAD + b"content-length: 2\r\n\r\nok") == b""
        writer.write(b"k")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"okHTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"content-length: 2\r\n\r\nok"])
async def test_idle_connections_make_way_for_others(
    address: Address, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(guard, "most_connections", lambda: 20)
    monkeypatch.setattr(guard, "STALL_SECONDS", 60.0)
    async with contextlib.AsyncExitStack() as stack, asyncio.timeout(SECONDS):
        for _ in range(20):
            reader, writer = await stack.enter_async_context(connected(address))
            writer.write(sent)
            if sent.endswith(b"ok"):
                await reader.readuntil(b"\r\n\r\nok")
        closing = HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\nok"
        assert (await answer_to(address, closing)).endswith(b"ok")


@pytest.mark.parametrize(
    "framing",
    [b"1;" + b"x" * 300_000, b"0\r\nx: " + b"y" * 300_000, b"0\r\n" + b"x: y\r\n" * 60_000],
    ids=["extension", "trailer", "trailers"],
)
async def test_bodies_of_nothing_but_framing_are_cut_off(address: Address, framing: bytes) -> None:
    answer = await answer_to(address, HEAD + b"transfer-encoding: chunked\r\n\r\n" + framing)
    assert answer[:12] in (b"HTTP/1.1 400", b"")


async def test_a_body_in_many_small_chunks_with_trailers(address: Address) -> None:
    body = b"1;a=b\r\nx\r\n" * 50_000 + b"0\r\nconnection: close\r\n\r\n"
    async with connected(address) as (reader, writer), asyncio.timeout(SECONDS):
        writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n" + body)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"content-length: 50000" in head
        assert await reader.readexactly(50_000) == b"x" * 50_000


async def test_bodies_share_one_budget() -> None:
    come, go = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield bytes(600)
        come.set()
        await go.wait()
        yield bytes(100)

    async def hold(request: Request) -> Response:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
        return PlainTextResponse(str(size))

    app = Starlette(
        routes=[Route("/", hold, methods=["PUT"])],
        middleware=[Middleware(BodyBudget, limit=1000)],
        exception_handlers={Refusal: refuse},
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as http:
        first = asyncio.create_task(http.put("/", content=body()))
        await come.wait()
        refused = await http.put("/", content=bytes(500))
        assert refused.status_code == 503
        assert refused.json()["error"]["details"][0]["reason"] == "UNAVAILABLE"
        assert (await http.put("/", content=bytes(400))).text == "400"
        go.set()
        assert (await first).text == "700"
        assert (await http.put("/", content=bytes(1000))).text == "1000"
