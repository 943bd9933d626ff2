"""HTTP/2 over TLS, with clients that are not ours: httpx, curl, and frames by hand."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.scale import cases
from tests.waiting import SECONDS
from walrus_node.http import guard, http2, tls
from walrus_node.http.server import listen, serve_http

SOON = 40.0
"""Well before idle connections are closed."""
LARGE = hashlib.shake_256(b"large").digest(3 << 20)
KEY = ec.derive_private_key(7, ec.SECP256R1())


@dataclass
class Seen:
    """What reached the application."""

    paths: list[str] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)


def application(seen: Seen) -> Starlette:
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    async def large(_: Request) -> Response:
        return Response(LARGE)

    async def about(request: Request) -> Response:
        seen.paths.append(request.url.path)
        facts = {"version": request.scope["http_version"], "url": str(request.url), "x": request.headers.get("x")}
        return Response(json.dumps(facts), 418, {"connection": "keep-alive", "X-Answer": "yes"})

    async def refuse(_: Request) -> Response:
        return PlainTextResponse("without reading it", 403)

    async def hold(_: Request) -> Response:
        seen.waiting.set()
        await seen.held.wait()
        return PlainTextResponse("at last")

    async def until_gone(request: Request) -> Response:
        try:
            async for _ in request.stream():
                seen.waiting.set()
        except ClientDisconnect:
            seen.left.set()
        return Response()

    async def fail(_: Request) -> Response:
        raise RuntimeError("on purpose")

    return Starlette(
        routes=[
            Route("/echo", echo, methods=["PUT"]),
            Route("/large", large),
            Route("/about/{word:path}", about),
            Route("/refuse", refuse, methods=["PUT"]),
            Route("/hold", hold),
            Route("/until-gone", until_gone, methods=["PUT"]),
            Route("/fail", fail),
        ]
    )


@dataclass
class Server:
    port: int
    seen: Seen
    task: asyncio.Task[None]

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    seen = Seen()
    context = tls.server_context(KEY, tls.self_signed(KEY, "127.0.0.1"))
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        task = asyncio.create_task(serve_http(application(seen), listener.dup(), context))
        yield Server(port, seen, task)
        seen.held.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def trusting(*protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    options: dict[str, Any] = {"http2": True, "verify": trusting("h2", "http/1.1"), "trust_env": False}
    async with httpx.AsyncClient(base_url=server.url, timeout=SECONDS, **options) as client:
        yield client


async def test_requests_and_answers(http: httpx.AsyncClient, server: Server) -> None:
    answer = await http.get("/about/a%20b?q=1", headers={"x": "value"})
    assert answer.http_version == "HTTP/2"
    assert answer.status_code == 418
    assert answer.headers["x-answer"] == "yes"
    assert "connection" not in answer.headers
    assert answer.json() == {"version": "2", "url": f"{server.url}/about/a b?q=1", "x": "value"}
    assert server.seen.paths == ["/about/a b"]
    head = await http.head("/large")
    assert (head.headers["content-length"], head.content) == (str(len(LARGE)), b"")


async def test_bodies_larger_than_every_window(http: httpx.AsyncClient) -> None:
    assert len(LARGE) > http2.STREAM_WINDOW
    assert (await http.put("/echo", content=LARGE)).content == LARGE
    assert (await http.get("/large")).content == LARGE
    assert (await http.put("/echo", content=b"")).content == b""


async def test_many_requests_at_once(http: httpx.AsyncClient) -> None:
    bodies = [bytes([number]) * (number * 1000) for number in range(200)]
    answers = await asyncio.gather(*(http.put("/echo", content=body) for body in bodies))
    assert [answer.content for answer in answers] == bodies


async def test_more_bytes_than_a_connection_may_hold_go_through(http: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(http.put("/echo", content=LARGE) for _ in range(6)))
    assert 6 * len(LARGE) > http2.CONNECTION_WINDOW
    assert all(answer.content == LARGE for answer in answers)


async def test_an_answer_may_come_before_the_body_is_read(http: httpx.AsyncClient) -> None:
    for _ in range(30):  # what is never read is given back to the connection's window
        assert (await http.put("/refuse", content=LARGE[: 1 << 20])).status_code == 403
    assert (await http.put("/echo", content=b"still here")).content == b"still here"


async def test_a_failure_of_ours_is_an_answer(http: httpx.AsyncClient) -> None:
    assert (await http.get("/fail")).status_code == 500
    assert (await http.put("/echo", content=b"x")).content == b"x"


async def test_http1_is_spoken_with_those_who_choose_it(server: Server) -> None:
    async with httpx.AsyncClient(verify=trusting("http/1.1"), trust_env=False, timeout=SECONDS) as http:
        answer = await http.put(f"{server.url}/echo", content=LARGE)
        assert (answer.http_version, answer.content) == ("HTTP/1.1", LARGE)
        server.task.cancel()
        async with asyncio.timeout(SOON):
            await asyncio.gather(server.task, return_exceptions=True)


@pytest.mark.peer
async def test_curl(server: Server, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    file = tmp_path / "body"
    file.write_bytes(LARGE)
    command = [curl, "-sk", "--http2", "-T", str(file), f"{server.url}/echo", "-w", "%{stderr}%{http_version}"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, version = await process.communicate()
    assert (out, version) == (LARGE, b"2")


async def test_requests_under_way_are_answered_when_the_server_stops(
    http: httpx.AsyncClient, server: Server
) -> None:
    asked = asyncio.create_task(http.get("/hold"))
    await server.seen.waiting.wait()
    server.task.cancel()
    await asyncio.sleep(0.2)  # it has begun to stop
    server.seen.held.set()
    assert (await asked).text == "at last"
    async with asyncio.timeout(SOON):  # the client, which could close too, leaves its connection open
        await asyncio.gather(server.task, return_exceptions=True)


# Frames by hand


class Raw:
    """A client that does as a test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.writer.write(self.h2.data_to_send())

    def request(self, path: str, *, ends: bool = True, method: str = "GET") -> int:
        stream = self.h2.get_next_available_stream_id()
        pseudo = [(":method", method), (":path", path), (":scheme", "https"), (":authority", "node")]
        self.h2.send_headers(stream, pseudo, end_stream=ends)
        self.flush()
        return stream

    async def events(self) -> AsyncIterator[h2.events.Event]:
        while data := await self.reader.read(1 << 16):
            for event in self.h2.receive_data(data):
                yield event
            self.flush()


@pytest.fixture
async def raw(server: Server) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting("h2"))
    async with asyncio.timeout(SECONDS):
        yield Raw(reader, writer)
    writer.transport.abort()


async def status_of(raw: Raw, stream: int) -> str:
    async for event in raw.events():
        if isinstance(event, h2.events.ResponseReceived) and event.stream_id == stream:
            return dict(event.headers)[b":status"].decode()
    raise AssertionError("closed")


async def test_a_request_that_is_taken_back_ends_for_the_application_too(raw: Raw, server: Server) -> None:
    stream = raw.request("/until-gone", method="PUT", ends=False)
    raw.h2.send_data(stream, b"some")
    raw.flush()
    await server.seen.waiting.wait()
    raw.h2.reset_stream(stream)
    raw.flush()
    await server.seen.left.wait()
    assert await status_of(raw, raw.request("/about/it")) == "418"


async def test_requests_without_end_that_are_taken_back_at_once(raw: Raw, http: httpx.AsyncClient) -> None:
    with contextlib.suppress(ConnectionError):
        for _ in range(3000):
            raw.h2.reset_stream(raw.request("/hold"))
            raw.flush()
            await raw.writer.drain()
        assert not [event async for event in raw.events() if isinstance(event, h2.events.ResponseReceived)]
    assert (await http.get("/about/others")).status_code == 418


NOT_HTTP2 = {
    "zeros": bytes(100),
    "HTTP/1.1": b"GET / HTTP/1.1\r\n\r\n",
    "a frame of 16 MiB": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 99,
}


@pytest.mark.parametrize("sent", NOT_HTTP2.values(), ids=NOT_HTTP2.keys())
async def test_what_is_not_http2_is_cut_off(server: Server, http: httpx.AsyncClient, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting("h2"))
    writer.write(sent)
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(SECONDS):
            await reader.read()
    writer.transport.abort()
    assert (await http.get("/about/others")).status_code == 418


async def test_heads_have_a_limit(raw: Raw, http: httpx.AsyncClient) -> None:
    stream = raw.h2.get_next_available_stream_id()
    pseudo = [(":method", "GET"), (":path", "/about/it"), (":scheme", "https"), (":authority", "node")]
    headers = [(f"x-{number}", "y" * 1000) for number in range(200)]
    raw.h2.send_headers(stream, pseudo + headers, end_stream=True)
    raw.flush()
    with contextlib.suppress(ConnectionError):
        assert not [event async for event in raw.events() if isinstance(event, h2.events.ResponseReceived)]
    assert (await http.get("/about/others")).status_code == 418


async def test_a_body_that_never_ends_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "STALL_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting("h2"))
    raw = Raw(reader, writer)
    raw.request("/echo", method="PUT", ends=False)
    async with asyncio.timeout(SECONDS):
        with contextlib.suppress(ConnectionError):
            assert not [event async for event in raw.events() if isinstance(event, h2.events.ResponseReceived)]
    writer.transport.abort()


async def test_an_answer_that_is_not_taken_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "STALL_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting("h2"))
    raw = Raw(reader, writer)
    raw.request("/large")
    received = 0
    async with asyncio.timeout(SECONDS):
        with contextlib.suppress(ConnectionError):  # the window is never opened for more
            async for event in raw.events():
                received += len(event.data) if isinstance(event, h2.events.DataReceived) else 0
    assert received <= 65_535
    writer.transport.abort()


def frames() -> st.SearchStrategy[bytes]:
    """Frames of every kind with anything in them, on streams that exist or not."""
    kind, flags = st.integers(0, 12), st.sampled_from([0, 1, 4, 5, 8, 0x20, 0x2D, 0xFF])
    stream = st.sampled_from([0, 1, 2, 3, 5, 7, 0x7FFFFFFF, 0xFFFFFFFF])
    payload = st.binary(max_size=40) | st.sampled_from([bytes(4), b"\xff" * 4, bytes(6), bytes(8), REQUEST_HEAD])
    return st.builds(_frame, kind, flags, stream, payload)


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


REQUEST_HEAD = b"\x82\x87\x84\x41\x04node"
"""GET https://node/ in HPACK (RFC 7541, appendices A and B)."""


@pytest.mark.fuzz
@given(sent=st.lists(frames(), max_size=12).map(b"".join))
@settings(
    max_examples=cases(40, 3000),
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
async def test_frames_of_every_kind_harm_nobody_else(
    server: Server, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting("h2"))
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(4, 0, 0, b"") + sent + _frame(7, 0, 0, bytes(8)))
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(SECONDS):
            await reader.read()
    writer.transport.abort()
    assert (await http.get("/about/others")).status_code == 418
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
