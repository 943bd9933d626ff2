"""An ASGI application on a port of its own, inside a running event loop.

uvicorn's HTTP/1.1 protocol without uvicorn's server, which would install signal handlers of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


@asynccontextmanager
async def serve_http(app: Starlette, host: str, port: int) -> AsyncIterator[str]:
    """The URL at which `app` answers while the context lasts. Port 0 picks a free one; `OSError` if taken."""
    config = Config(app, log_level="warning", http="h11", lifespan="off", access_log=False, log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: H11Protocol(config=config, server_state=state, app_state={}), host, port
    )
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for connection in list(state.connections):
            connection.shutdown()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await server.wait_closed()
