"""What one connection may ask of the node's memory and patience.

uvicorn bounds neither the head of a request nor the time it takes to come, nor the number of connections. Here
the head has a limit, as have connections, and who stalls is cut off: by not finishing a request, by sending it a
few bytes at a time, or by not taking the answer.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import resource
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = logging.getLogger(__name__)

MAX_HEAD_BYTES = 64 << 10
"""Longest head of a request: method, URL and headers."""
FRAMING_A_BYTE = 8
"""Of a body in chunks: most bytes of lengths, extensions and trailers for each of its own."""
STALL_SECONDS = 30.0
"""How often connections are looked at."""
LEAST_BYTES = 32 << 10
"""What a client must send between two looks while the node waits for its request: about 1 KiB a second."""
MAX_CONNECTIONS = 4096


_LOOKED_AT = 64


def most_connections() -> int:
    """Half of the files the process may open: the database needs some too."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, soft // 2)


def has_room(connections: Iterable[Any], number: int, newcomer: object) -> bool:
    """Whether `newcomer` may stay as one of `number`: beyond the limit somebody idle has to make way for it."""
    if number <= most_connections():
        return True
    for other in itertools.islice(connections, _LOOKED_AT):
        if other is not newcomer and other.is_idle:
            other.abort()
            return True
    return False


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0
    _body_bytes = 0
    _framing_bytes = 0
    """What came behind the head and is not body."""
    _requests = 0
    """How many have begun."""
    _received = 0
    _unsent = 0
    _waited_for = 0
    """The request that was awaited at the last look; -1 if none was."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not has_room(self.connections, len(self.connections), self):
            log.warning("closed a new connection: %d are open", len(self.connections) - 1)
            transport.abort()
            return
        self._timer = self.loop.call_later(STALL_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way, but for the head of one: that should have come at once."""
        return self._in_head or self.cycle is None or self.cycle.response_complete

    def abort(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        body = self._body_bytes
        super().data_received(data)
        # a header that never ends is not reported by the parser, which keeps all of it
        self._head_bytes = self._head_bytes + len(data) if self._in_head else 0
        self._framing_bytes += len(data) - max(self._body_bytes - body, 0)
        too_long = self._head_bytes > MAX_HEAD_BYTES
        too_much = self._framing_bytes > 2 * MAX_HEAD_BYTES + FRAMING_A_BYTE * self._body_bytes
        if (too_long or too_much) and not self.transport.is_closing():
            self.send_400_response("The head of the request, or what frames its body, is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._requests += 1
        self._body_bytes = self._framing_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what follows a body in chunks is of no use to anyone here
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        self._in_head = False
        head = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if head > MAX_HEAD_BYTES:
            raise ValueError(f"expected at most {MAX_HEAD_BYTES} bytes before the body, got {head}")
        super().on_headers_complete()

    def _look(self) -> None:
        """Close the connection if nothing moved since the last look that should have."""
        if self.transport.is_closing():
            return
        unsent = self.transport.get_write_buffer_size()
        waits = self._waits_for_client()
        sends_nothing = waits and self._waited_for == self._requests and self._received < LEAST_BYTES
        takes_nothing = unsent > 0 and unsent == self._unsent
        if sends_nothing or takes_nothing:
            log.debug("closed a connection from %s that stalled", self.client)
            self.transport.abort()
            return
        self._waited_for = self._requests if waits else -1
        self._received, self._unsent = 0, unsent
        self._timer = self.loop.call_later(STALL_SECONDS, self._look)

    def _waits_for_client(self) -> bool:
        if self._in_head or self.cycle is None:
            return True
        return self.cycle.more_body and not self.cycle.response_complete and not self.flow.read_paused
