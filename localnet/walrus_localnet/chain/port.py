"""One plaintext port for HTTP/2 (native gRPC) and HTTP/1.1 (gRPC-Web, faucet, page), as a full node has it.

The first bytes of a connection tell which it is: HTTP/2 without TLS starts with a fixed preface. The connection is
then handed to grpclib or to uvicorn's HTTP/1.1 protocol. uvicorn's server is left out, as it would install signal
handlers; of grpclib's server only the listening is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from grpclib.server import Server
from starlette.applications import Starlette
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from walrus_localnet.chain.errors import LocalChainError
from walrus_sui.grpc.writes import GatheringProtocol

PREFACE = b"PRI * HTTP/2.0"
MAX_PORT = 65535
_KEEP_ALIVE_SECONDS = 75
"""How long an idle connection of HTTP/1.1 stays: longer than clients would use it again (Node.js: about 4 s), so
that none is closed under a request that is on its way, however busy the machine."""
Factory = Callable[[], asyncio.Protocol]


class Sniffer(asyncio.Protocol):
    """Waits for enough bytes to tell HTTP/2 from HTTP/1.1, then steps aside."""

    def __init__(self, http2: Factory, http1: Factory) -> None:
        self._http2 = http2
        self._http1 = http1
        self._seen = b""
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        start = self._seen[: len(PREFACE)]
        if start == PREFACE:
            self._hand_over(self._http2())
        elif not PREFACE.startswith(start):
            self._hand_over(self._http1())

    def _hand_over(self, protocol: asyncio.Protocol) -> None:
        transport = cast(asyncio.Transport, self._transport)  # other event loops have transports of another class
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(self._seen)


class NativeServer(Server):
    """grpclib's server on connections that someone else accepts.

    Its public `start` can only listen by itself; what it prepares beside that is set here (grpclib 0.4).
    """

    def adopt(self, listener: asyncio.Server) -> None:
        self._server = listener
        self._server_closed_fut = asyncio.get_running_loop().create_future()

    def protocol(self) -> asyncio.Protocol:
        made = self._protocol_factory()
        return GatheringProtocol(made.handler, made.config, made.h2_config)


class WebServer:
    """uvicorn's HTTP/1.1 protocol for one application."""

    def __init__(self, app: Starlette) -> None:
        self._config = Config(
            app,
            http="h11",
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        self._config.load()
        self._state = ServerState()

    def protocol(self) -> asyncio.Protocol:
        return H11Protocol(config=self._config, server_state=self._state, app_state={})

    async def close(self) -> None:
        """End open connections; an answer that never ends is cut off."""
        for connection in list(self._state.connections):
            assert isinstance(connection, H11Protocol)
            connection.transport.close()
        await asyncio.gather(*self._state.tasks, return_exceptions=True)


@asynccontextmanager
async def serve(native: NativeServer | None, web: WebServer, host: str, port: int) -> AsyncIterator[str]:
    """The URL that answers while the context lasts. Port 0 picks a free one; raises `OSError` if it is taken, and
    `LocalChainError` for a number that no port has.

    Without `native` the port speaks HTTP/1.1 only.
    """
    if not 0 <= port <= MAX_PORT:
        raise LocalChainError(f"expected a port of 0 to {MAX_PORT}, got {port}")
    loop = asyncio.get_running_loop()
    if native is None:
        listener = await loop.create_server(web.protocol, host, port)
    else:
        http2 = native.protocol
        listener = await loop.create_server(lambda: Sniffer(http2, web.protocol), host, port)
        native.adopt(listener)
    try:
        name = f"[{host}]" if ":" in host else host  # an IPv6 address
        yield f"http://{name}:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        if native is not None:
            native.close()
            await native.wait_closed()
        await web.close()
        await listener.wait_closed()
