"""Connections to many storage nodes at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import httpx

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.http1 import Connection, Head
from walrus_sui.client.network.pinning import TlsContexts, check_key
from walrus_sui.errors import NodeNotAuthentic
from walrus_sui.storage.client import NETWORK_KEY

Place = tuple[str, str, int | None, bytes]
"""Scheme, host and port, and the network key that the node has to prove itself by, if one is known."""

_PORTS = {"http": 80, "https": 443}
_JOINED_BYTES = 64 << 10
"""A body up to this long is sent in one piece with its head."""


class NodeTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over connections that are kept for the next request to the same node.

    httpx's own transport costs more than most requests of this protocol, and copies bodies five times over.
    """

    def __init__(self) -> None:
        self._idle: dict[Place, list[Connection]] = defaultdict(list)
        self._open: set[Connection] = set()
        self._tls = TlsContexts()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        url = request.url
        if url.scheme not in _PORTS or not url.host:
            raise httpx.UnsupportedProtocol(f"expected the address of a storage node, got {str(url)!r:.100}")
        place = (url.scheme, url.host, url.port, request.extensions.get(NETWORK_KEY, b""))
        while connection := self._reusable(place):
            try:
                return await self._exchange(connection, place, request, timeouts)
            except (httpx.ReadError, httpx.WriteError):
                if connection.answered:
                    raise
                # it was closed while it lay idle, or just then: nothing of the request was answered
        return await self._exchange(await self._connect(place, timeouts.get("connect")), place, request, timeouts)

    async def aclose(self) -> None:
        for connection in self._open:
            connection.abort()
        self._open.clear()
        self._idle.clear()
        await asyncio.sleep(0)  # sockets are closed in the loop's next turn

    def give_back(self, connection: Connection, place: Place) -> None:
        """An answer was read to its end: the connection can take another request."""
        if connection in self._open and connection.is_idle:
            self._idle[place].append(connection)
        else:
            self.drop(connection)

    def drop(self, connection: Connection) -> None:
        """An answer was not read to its end, or is the last on its connection."""
        connection.abort()
        self._open.discard(connection)

    def _reusable(self, place: Place) -> Connection | None:
        idle = self._idle[place]
        while idle:
            connection = idle.pop()
            if connection.is_idle:
                return connection
            self.drop(connection)
        return None

    async def _connect(self, place: Place, timeout: float | None) -> Connection:
        scheme, host, port, network_key = place
        context = self._tls.context(network_key) if scheme == "https" else None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport, connection = await loop.create_connection(
                    Connection, host, port or _PORTS[scheme], ssl=context
                )
        except TimeoutError:
            raise httpx.ConnectTimeout(f"no connection within {timeout:g} s") from None
        except (OSError, UnicodeError, OverflowError) as error:  # also from a host or port that cannot be
            raise httpx.ConnectError(getattr(error, "strerror", None) or str(error)) from error
        self._open.add(connection)
        if context is not None and network_key:
            try:
                check_key(f"{scheme}://{host}:{port or _PORTS[scheme]}", transport, network_key)
            except NodeNotAuthentic:
                self.drop(connection)
                raise
        return connection

    async def _exchange(
        self, connection: Connection, place: Place, request: httpx.Request, timeouts: dict[str, float | None]
    ) -> httpx.Response:
        connection.begin()
        try:
            await _send_unless_answered(connection, request, timeouts.get("write"))
            head = await connection.read_head(timeouts.get("read"))
            body = _Body(self, connection, place, head, timeouts.get("read"))
        except BaseException:
            self.drop(connection)
            raise
        return httpx.Response(head.status, headers=head.headers, stream=body)


class _Body(httpx.AsyncByteStream):
    """The body of one answer; closing it gives its connection back."""

    def __init__(
        self, transport: NodeTransport, connection: Connection, place: Place, head: Head, timeout: float | None
    ) -> None:
        self._transport = transport
        self._connection = connection
        self._place = place
        self._head = head
        self._timeout = timeout
        self._complete = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._connection.read_body(self._head, self._timeout):
            yield piece  # type: ignore[misc]  # httpx passes on what it does not decode
        self._complete = True

    async def aclose(self) -> None:
        if self._complete and self._head.keeps_connection:
            self._transport.give_back(self._connection, self._place)
        else:
            self._transport.drop(self._connection)


async def _send_unless_answered(connection: Connection, request: httpx.Request, timeout: float | None) -> None:
    """A node that refuses a request need not read all of it: then its answer counts and not that it hung up."""
    try:
        await _send(connection, request, timeout)
    except httpx.WriteError:
        if not connection.answered:
            raise


async def _send(connection: Connection, request: httpx.Request, timeout: float | None) -> None:
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    lines += [b"%s: %s" % header for header in request.headers.raw]
    pending = b"\r\n".join(lines) + b"\r\n\r\n"
    chunked = "transfer-encoding" in request.headers
    assert isinstance(request.stream, httpx.AsyncByteStream)
    async for part in request.stream:
        framed = b"%x\r\n%s\r\n" % (len(part), part) if chunked and part else part
        if len(pending) + len(framed) > _JOINED_BYTES:
            await connection.write(pending, timeout)
            pending = b""
        if len(framed) > _JOINED_BYTES:
            await connection.write(framed, timeout)
        else:
            pending += framed
    await connection.write(pending + b"0\r\n\r\n" if chunked else pending, timeout)


class NodeHttpClient(httpx.AsyncClient):
    """httpx without what storage nodes are not asked for: redirects, cookies, names and passwords.

    That is half of what a small request costs; and what one node would have us repeat to it would reach all others
    on its host.
    """

    def __init__(self, limits: Limits) -> None:
        self._nodes = NodeTransport()
        timeout = httpx.Timeout(limits.request_timeout, connect=limits.connect_timeout)
        super().__init__(transport=self._nodes, timeout=timeout, trust_env=False)

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """One exchange; redirects are answers like others."""
        response = await self._nodes.handle_async_request(request)
        response.request = request
        if not stream:
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response


def http_client(limits: Limits) -> httpx.AsyncClient:
    """The HTTP client for every node of every committee."""
    return NodeHttpClient(limits)
