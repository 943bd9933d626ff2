"""The node's HTTP server: uvicorn, stopped by whoever runs the node."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any, cast

import uvicorn

from walrus_node.http.bodies import DirectBodyProtocol, DirectReader, Scratch
from walrus_sui.errors import ConfigError

log = logging.getLogger(__name__)

_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections, so that none sends a request into one that is being closed."""
_BACKLOG = 1024
_TICK_SECONDS = 1.0
_GOODBYE_SECONDS = 1.0
_END_OF_HEAD, _INTERIM = b"\r\n\r\n", b"HTTP/1.1 100"
Factory = Callable[..., asyncio.BaseProtocol]
_JOINED_BYTES = 1 << 16
"""Longest body that is copied behind its head."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `ConfigError` if the address cannot be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # asyncio turns off Nagle's delay (40 ms an answer) only for sockets that name their protocol
        listener = socket.socket(family, kind, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


class _HeadHolder:
    """A transport that keeps back the head of an answer until its body comes: one packet and one system call."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._is_tls = transport.get_extra_info("sslcontext") is not None
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._head and data.endswith(_END_OF_HEAD) and not data.startswith(_INTERIM):
            self._head = data
            return
        if len(data) > _JOINED_BYTES:
            self.flush()
        self._transport.write(self._head + data)
        self._head = b""

    def flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""

    def close(self) -> None:
        self.flush()
        if not self._transport.is_closing():
            self._transport.close()
            if self._is_tls:  # which waits for the other side to close too
                asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, self._transport.abort)


class _Protocol(DirectBodyProtocol):
    """uvicorn's HTTP/1.1, with answers in one piece."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, _HeadHolder(transport)))

    def on_response_complete(self) -> None:
        cast(_HeadHolder, self.transport).flush()
        super().on_response_complete()


class _Negotiated(asyncio.Protocol):
    """A TLS connection until both sides have agreed on what to speak."""

    def __init__(self, http1: Factory, **options: Any) -> None:
        self._http1 = http1
        self._options = options

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # imported here: nodes without TLS do not need it
        from walrus_node.http.http2 import Http2Protocol

        is_http2 = transport.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
        protocol = Http2Protocol(**self._options) if is_http2 else self._http1(**self._options)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the node's owner decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        """Keep the date in answers right. uvicorn wakes ten times a second to see whether it should stop."""
        should_exit = await self.on_tick(0)
        while not should_exit:
            await asyncio.sleep(_TICK_SECONDS)
            should_exit = await self.on_tick(0)


async def serve_http(
    app: Any, listener: socket.socket, tls: ssl.SSLContext | None = None, grace: int = 10
) -> None:
    """Answer on `listener` until cancelled, over TLS if `tls` is given.

    Requests under way then have `grace` seconds to end.
    """
    scratch = Scratch()

    def http1(**options: Any) -> asyncio.BaseProtocol:
        return DirectReader(_Protocol(scratch=scratch, **options))

    config = uvicorn.Config(
        app,
        http=cast(Any, functools.partial(_Negotiated, http1) if tls else http1),
        proxy_headers=False,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=grace,
    )
    config.load()
    config.ssl = tls
    server = _Server(config)
    log.info("listening on %s://%s:%d", "https" if tls else "http", *listener.getsockname()[:2])
    try:
        await server.serve(sockets=[listener])
    except asyncio.CancelledError:
        server.should_exit = True
        await server.shutdown(sockets=[listener])
        raise
