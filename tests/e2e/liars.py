"""Proxies before storage nodes that pass requests on and tell lies about the answers, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import httpx

Lie = Callable[["Exchange"], Awaitable[None]]


class Exchange:
    """One request that came in, the node behind, and the connection that waits for an answer."""

    def __init__(self, request: bytes, port: int, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self.writer = writer
        self._port = port

    async def true_answer(self, request: bytes | None = None) -> bytes:
        """What the node says to the request, or to another one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(_closing(self.request if request is None else request))
        answer = await reader.read()
        writer.close()
        return answer


async def honest(exchange: Exchange) -> None:
    exchange.writer.write(await exchange.true_answer())


async def garbage(exchange: Exchange) -> None:
    """Bytes that are no HTTP at all."""
    exchange.writer.write(bytes(range(256)) * 8)


async def one_bit_off(exchange: Exchange) -> None:
    """A body of the right size in which one bit is wrong: a sliver, metadata or a signature that does not hold."""
    head, separator, body = (await exchange.true_answer()).partition(b"\r\n\r\n")
    wrong = bytearray(body)
    if wrong:
        wrong[2 * len(wrong) // 3] ^= 1
    exchange.writer.write(head + separator + wrong)


async def cut_short(exchange: Exchange) -> None:
    """Half of the answer, then the connection closes."""
    answer = await exchange.true_answer()
    exchange.writer.write(answer[: -max(1, len(answer) // 4)])


async def stalled(exchange: Exchange) -> None:
    """Half of the answer, then nothing."""
    answer = await exchange.true_answer()
    exchange.writer.write(answer[: len(answer) // 2])
    await exchange.writer.drain()
    await asyncio.Event().wait()


def of_another_blob(blob_id: str) -> Lie:
    """What the node holds of a blob that was not asked for."""

    async def answer(exchange: Exchange) -> None:
        other = re.sub(rb"(/v1/blobs/)[\w-]{43}", rb"\g<1>" + blob_id.encode(), exchange.request, count=1)
        get = other.startswith(b"GET") and b"/confirmation/" not in other
        exchange.writer.write(await exchange.true_answer(other if get else None))

    return answer


@contextlib.asynccontextmanager
async def lying(lie: Lie, ports: list[int], told: set[int]) -> AsyncIterator[Mapping[int, int]]:
    """A liar before each node in `ports`: by a node's port, that of the proxy before it.

    Into `told` go the ports of those that were asked.
    """
    async with contextlib.AsyncExitStack() as stack:
        proxies = {}
        for port in ports:
            server = await asyncio.start_server(_handler(lie, port, told), "127.0.0.1", 0, limit=1 << 26)
            stack.push_async_callback(_close, server)
            proxies[port] = server.sockets[0].getsockname()[1]
        yield proxies


class Detour(httpx.AsyncBaseTransport):
    """Sends what is meant for some ports of this machine to others."""

    def __init__(self, inner: httpx.AsyncBaseTransport, ports: Mapping[int, int]) -> None:
        self._inner = inner
        self._ports = ports

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        port = request.url.port
        if port in self._ports:
            request.url = request.url.copy_with(port=self._ports[port])
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _handler(
    lie: Lie, port: int, told: set[int]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            told.add(port)
            await lie(Exchange(head + body, port, writer))
            await writer.drain()
        writer.close()

    return handle


async def _close(server: asyncio.Server) -> None:
    server.close()


def _closing(request: bytes) -> bytes:
    """The request, asking for the connection to be closed after the answer."""
    line, rest = request.split(b"\r\n", 1)
    return line + b"\r\nconnection: close\r\n" + re.sub(rb"(?i)connection: [^\r]*\r\n", b"", rest, count=1)
