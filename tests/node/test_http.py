"""The HTTP server over real sockets: answers whole and in order, whatever their shape."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.waiting import in_time
from walrus_node.http.server import listen, serve_http
from walrus_sui.errors import ConfigError

LARGE = bytes(range(256)) * 4000


async def echo(request: Request) -> Response:
    return Response(await request.body())


async def large(_: Request) -> Response:
    return Response(LARGE)


async def empty(_: Request) -> Response:
    return Response(status_code=204)


async def streamed(_: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one\r\n\r\n"
        yield b"two\r\n\r\n"

    return StreamingResponse(chunks())


async def text(request: Request) -> Response:
    return PlainTextResponse(request.path_params["word"])


APP = Starlette(
    routes=[
        Route("/echo", echo, methods=["PUT"]),
        Route("/large", large),
        Route("/empty", empty),
        Route("/streamed", streamed),
        Route("/text/{word}", text),
    ]
)


@pytest.fixture
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        server = asyncio.create_task(serve_http(APP, listener))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        yield reader, writer
        writer.close()
        await writer.wait_closed()
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def ask(connection: Connection, request: bytes, size: int) -> tuple[int, bytes]:
    """Status and `size` bytes of body."""
    reader, writer = connection
    writer.write(request)
    head = await in_time(reader.readuntil(b"\r\n\r\n"))
    return int(head[9:12]), await in_time(reader.readexactly(size))


def get(path: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


async def test_answers_of_every_shape_on_one_connection(connection: Connection) -> None:
    for _ in range(2):
        assert await ask(connection, get("/text/word"), 4) == (200, b"word")
        assert await ask(connection, get("/large"), len(LARGE)) == (200, LARGE)
        assert await ask(connection, get("/text/word", "HEAD"), 0) == (200, b"")
        assert await ask(connection, get("/empty"), 0) == (204, b"")
        chunked = b"7\r\none\r\n\r\n\r\n7\r\ntwo\r\n\r\n\r\n0\r\n\r\n"
        assert await ask(connection, get("/streamed"), len(chunked)) == (200, chunked)


async def test_pipelined_requests_are_answered_in_order(connection: Connection) -> None:
    words = [f"{number:03}" for number in range(50)]
    reader, writer = connection
    writer.write(b"".join(get(f"/text/{word}") for word in words))
    for word in words:
        await in_time(reader.readuntil(b"\r\n\r\n"))
        assert await in_time(reader.readexactly(3)) == word.encode()


async def test_a_body_may_wait_for_permission(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"PUT /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n")
    interim = await in_time(reader.readuntil(b"\r\n\r\n"))
    assert interim.startswith(b"HTTP/1.1 100")
    assert await ask(connection, b"body", 4) == (200, b"body")


async def test_the_last_answer_before_closing_is_whole(connection: Connection) -> None:
    request = b"GET /text/bye HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    assert await ask(connection, request, 3) == (200, b"bye")
    assert await connection[0].read() == b""


async def test_garbage_is_refused(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    assert (await in_time(reader.read())).startswith(b"HTTP/1.1 400")


def test_an_address_that_is_taken() -> None:
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            listen("127.0.0.1", port)
