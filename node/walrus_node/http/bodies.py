"""Large request bodies, read from the socket straight to where they stay.

uvicorn hands a body on in pieces, each of them copied several times on its way, and stops reading whenever 64 KiB
wait. Here a body whose length is known is read into one buffer as soon as the application asks for it, and
arrives as one message. Short bodies, and those sent in chunks, take uvicorn's way.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from walrus_node.http.guard import GuardedProtocol

MOST_DIRECT_BYTES = 64 << 20
"""Of all bodies read this way at a time, by their stated lengths, which may be lies.

Further ones take uvicorn's way. The largest single one has 43.7 MB, or 65.7 MB in a bundle, at 1,000 shards.
"""
_LEAST_DIRECT_BYTES = 16 << 10
_SCRATCH_BYTES = 64 << 10

Receive = Callable[[], Awaitable[Any]]


class Scratch:
    """What a server's connections share: a buffer for what is parsed at once, and the room for large bodies."""

    def __init__(self, room: int = MOST_DIRECT_BYTES) -> None:
        self.buffer = memoryview(bytearray(_SCRATCH_BYTES))
        self.room = room


class DirectBodyProtocol(GuardedProtocol):
    """uvicorn's HTTP/1.1 that reads large bodies directly."""

    def __init__(self, *arguments: Any, scratch: Scratch, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._scratch = scratch
        self._body: bytearray | None = None
        """The body being read, of which `_filled` bytes are there."""
        self._filled = 0
        self._whole: tuple[RequestResponseCycle, bytearray] | None = None
        """A body that was read and not handed on yet, and the request it came with."""
        self._asked: RequestResponseCycle | None = None
        """The last request whose body the application began to read."""
        self._reserved = 0

    # What the transport calls to read: as asyncio.BufferedProtocol has it

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._scratch.buffer if self._body is None else memoryview(self._body)[self._filled :]

    def buffer_updated(self, count: int) -> None:
        if self._body is None:
            self.data_received(bytes(self._scratch.buffer[:count]))
            return
        self._received += count
        self._filled += count
        if self._filled == len(self._body):
            self._finish(self._body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._body = self._whole = None
        self._release()
        super().connection_lost(exc)

    # What uvicorn calls

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.receive = functools.partial(self._receive, cycle, cycle.receive)  # type: ignore[method-assign]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        self._release()
        super().on_response_complete()

    async def _receive(self, cycle: RequestResponseCycle, receive: Receive) -> Any:
        if self._asked is not cycle:
            self._asked = cycle
            self._begin(cycle)
        message = await receive()
        if message["type"] == "http.request" and self._whole is not None and self._whole[0] is cycle:
            message["body"], self._whole = self._whole[1], None
        return message

    def _begin(self, cycle: RequestResponseCycle) -> None:
        """Read the rest of the cycle's body directly if that is worth it."""
        if cycle is not self.cycle or not cycle.more_body or self._body is not None:
            return
        size, got = _stated_length(cycle.scope["headers"]), len(cycle.body)
        if size - got < _LEAST_DIRECT_BYTES or size > self._scratch.room:
            return
        self._scratch.room -= size
        self._reserved += size
        self._body, self._filled = bytearray(size), got
        self._body[:got] = cycle.body
        cycle.body = bytearray()
        cycle.message_event.clear()

    def _finish(self, body: bytearray) -> None:
        self._whole, self._body = (self.cycle, body), None
        # the old parser still expects the body
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.cycle.more_body = False
        self.cycle.message_event.set()

    def _release(self) -> None:
        self._scratch.room += self._reserved
        self._reserved = 0


def _stated_length(headers: Any) -> int:
    """The content-length, which the parser has checked; 0 if there is none."""
    return next((int(value) for name, value in headers if name == b"content-length"), 0)


class DirectReader(asyncio.BufferedProtocol):
    """What the transport sees: event loops read into a protocol's buffer only if it is nothing but buffered."""

    def __init__(self, protocol: DirectBodyProtocol) -> None:
        for name in ("connection_made", "connection_lost", "eof_received", "pause_writing", "resume_writing"):
            setattr(self, name, getattr(protocol, name))
        self.get_buffer = protocol.get_buffer  # type: ignore[method-assign]
        self.buffer_updated = protocol.buffer_updated  # type: ignore[method-assign, assignment]
