"""Large bodies over real sockets: whole, whatever the pieces they come in, and whatever comes behind them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.waiting import SECONDS
from walrus_node.http import bodies
from walrus_node.http.server import listen, serve_http

BODY = hashlib.shake_128(b"body").digest(3_000_000)
"""Bytes that do not repeat."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def digest(request: Request) -> Response:
    """SHA-256 of the body, and the number of pieces it came in."""
    hashed, pieces = hashlib.sha256(), 0
    async for chunk in request.stream():
        hashed.update(chunk)
        pieces += bool(chunk)
    return PlainTextResponse(f"{hashed.hexdigest()} {pieces}")


async def unread(_: Request) -> Response:
    return PlainTextResponse("no", 413)


APP = Starlette(routes=[Route("/digest", digest, methods=["PUT"]), Route("/unread", unread, methods=["PUT"])])


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        server = asyncio.create_task(serve_http(APP, listener))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        yield reader, writer
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)


def put(body: bytes, path: str = "/digest", headers: str = "") -> bytes:
    return f"PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    async with asyncio.timeout(SECONDS):
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return int(head[9:12]), (await reader.readexactly(size)).decode()


def expected(body: bytes, pieces: int) -> tuple[int, str]:
    return 200, f"{hashlib.sha256(body).hexdigest()} {pieces}"


@pytest.mark.parametrize("size", [0, 1, 16_000, 65_000, 66_000, 200_000, len(BODY)])
async def test_bodies_of_any_size_come_whole(connection: Connection, size: int) -> None:
    reader, writer = connection
    for start in (0, 1):
        body = BODY[start : start + size]
        writer.write(put(body))
        status, text = await answer(reader)
        assert (status, text.split()[0]) == (200, hashlib.sha256(body).hexdigest())


async def test_a_large_body_comes_in_one_piece(connection: Connection) -> None:
    reader, writer = connection
    writer.write(put(BODY))
    assert await answer(reader) == expected(BODY, 1)


@pytest.mark.parametrize("piece", [1, 100, 70_001])
async def test_however_it_was_cut(connection: Connection, piece: int) -> None:
    reader, writer = connection
    raw = put(BODY[:100_000])
    cuts = [*range(0, 2000, piece), *range(2000, len(raw), max(piece, 7001)), len(raw)]
    for start, end in itertools.pairwise(cuts):
        writer.write(raw[start:end])
        await writer.drain()
        await asyncio.sleep(0)
    status, text = await answer(reader)
    assert (status, text.split()[0]) == (200, hashlib.sha256(BODY[:100_000]).hexdigest())


async def test_requests_behind_a_large_body(connection: Connection) -> None:
    """All at once: each body must go to its own request, and answers keep their order."""
    reader, writer = connection
    parts = [BODY[:500_000], BODY[1:3], BODY[7:900_000], b"", BODY[9:20_000], BODY[2:400_002]]
    writer.write(b"".join(map(put, parts)))
    for body in parts:
        status, text = await answer(reader)
        assert (status, text.split()[0]) == (200, hashlib.sha256(body).hexdigest())


async def test_permission_is_given_before_a_large_body(connection: Connection) -> None:
    reader, writer = connection
    raw = put(BODY, headers="expect: 100-continue\r\n")
    head = raw[: -len(BODY)]
    writer.write(head)
    async with asyncio.timeout(SECONDS):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    writer.write(BODY)
    assert await answer(reader) == expected(BODY, 1)


async def test_a_body_without_a_length(connection: Connection) -> None:
    reader, writer = connection
    chunks = b"".join(b"%x\r\n%b\r\n" % (50_000, BODY[at : at + 50_000]) for at in range(0, 1_000_000, 50_000))
    writer.write(b"PUT /digest HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    status, text = await answer(reader)
    assert (status, text.split()[0]) == (200, hashlib.sha256(BODY[:1_000_000]).hexdigest())


async def test_a_body_nobody_asks_for(connection: Connection) -> None:
    reader, writer = connection
    writer.write(put(BODY, "/unread") + put(BODY[:100]))
    assert await answer(reader) == (413, "no")
    assert (await answer(reader))[0] == 200


async def test_beyond_the_room_bodies_are_read_as_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    scratches: list[bodies.Scratch] = []
    make = bodies.Scratch.__init__

    def small(self: bodies.Scratch) -> None:
        make(self, 1_000_000)
        scratches.append(self)

    monkeypatch.setattr(bodies.Scratch, "__init__", small)
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        server = asyncio.create_task(serve_http(APP, listener))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        for body, pieces in ((BODY, None), (BODY[:999_999], 1), (BODY[:999_999], 1)):
            writer.write(put(body))
            status, text = await answer(reader)
            hashed, found = text.split()
            assert (status, hashed) == (200, hashlib.sha256(body).hexdigest())
            assert int(found) == pieces if pieces else int(found) > 1
        assert scratches[0].room == 1_000_000
        # a client that leaves gives its room back
        writer.write(put(BODY[:900_000])[:-1])
        await writer.drain()
        while scratches[0].room == 1_000_000:  # noqa: ASYNC110
            await asyncio.sleep(0)
        writer.close()
        while scratches[0].room != 1_000_000:  # noqa: ASYNC110
            await asyncio.sleep(0)
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
