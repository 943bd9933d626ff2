"""HTTP/1.1 from the side of a client, for few connections that carry much (RFC 9112).

Bodies go from the socket straight into the memory they are handed over in. Nothing here knows what is asked for:
`transport` makes an httpx transport of it.
"""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

import httpx
import numpy as np

_HEAD_BYTES = 64 << 10
"""Longest head of an answer, and longest line that says how long the next chunk is."""
_PIECE_BYTES = 64 << 20
"""Longest piece a body is handed over in."""
_WRITTEN_AT_ONCE = 256 << 10
"""Bytes handed to the event loop in one go: it copies what the system does not take at once."""
_LEAST_RATE = 1024
"""Bytes a second that have to move: who keeps to less is holding us up, not slow."""
_MOST_NOTICES = 16
"""Heads with a status below 200 that may come before an answer."""
_NO_BODY = frozenset({204, 304})

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of an answer, names in lower case."""

    version: bytes
    status: int
    headers: Headers

    @classmethod
    def parse(cls, data: bytes) -> Head:
        """From everything before the empty line. Raises `httpx.RemoteProtocolError`."""
        first, *lines = data.split(b"\r\n")
        version, _, rest = first.partition(b" ")
        status = rest[:3]
        if version not in (b"HTTP/1.1", b"HTTP/1.0") or not status.isdigit() or rest[3:4] not in (b"", b" "):
            raise httpx.RemoteProtocolError(f"expected an HTTP/1.1 answer, got {first[:64]!r}")
        return cls(version, int(status), [_header(line) for line in lines])

    def get(self, name: bytes) -> bytes | None:
        """The value of a header that may occur once."""
        values = {value for found, value in self.headers if found == name}
        if len(values) > 1:
            raise httpx.RemoteProtocolError(f"expected one {name.decode()} header, got several")
        return values.pop() if values else None

    @property
    def keeps_connection(self) -> bool:
        connection = (self.get(b"connection") or b"").lower()
        return self.version == b"HTTP/1.1" and b"close" not in connection

    def length(self) -> int | None:
        """Bytes of the body, None if the answer does not say so beforehand."""
        if self.status in _NO_BODY:
            return 0
        text = self.get(b"content-length")
        if self.is_chunked or text is None:
            return None
        if not text.isdigit() or len(text) > 15:
            raise httpx.RemoteProtocolError(f"expected a content-length, got {text[:32]!r}")
        return int(text)

    @property
    def is_chunked(self) -> bool:
        encoding = self.get(b"transfer-encoding")
        if encoding not in (None, b"chunked"):
            raise httpx.RemoteProtocolError(f"expected chunked transfer encoding or none, got {encoding!r:.64}")
        return encoding is not None


def _header(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not name or name != name.strip():
        raise httpx.RemoteProtocolError(f"expected a header, got {line[:64]!r}")
    return name.lower(), value.strip(b" \t")


class Connection(asyncio.BufferedProtocol):
    """One connection. Requests are written to it and answers read from it, one after the other.

    What the peer sends goes into `_scratch`, but while a body is read straight into `_piece`. There is at most one
    reader. A `timeout` in seconds is how long the peer may let next to nothing through, either way: what is large
    may take its time, and what comes byte by byte may not.
    """

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._scratch = memoryview(bytearray(_HEAD_BYTES))
        self._held = 0
        self._piece: memoryview | None = None
        self._received = 0
        self._written = 0
        self._deadline = float("-inf")
        self._moved_before = 0
        self._ended = False
        self._woken: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by descent

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._scratch[self._held :] if self._piece is None else self._piece

    def buffer_updated(self, nbytes: int) -> None:
        self._received += nbytes
        if self._piece is None:
            self._held += nbytes
            if self._held == len(self._scratch):
                self._socket.pause_reading()
        else:
            self._piece = self._piece[nbytes:] or None
        if self._piece is None:
            self._wake()
        self._writable.set()  # an answer before all is sent: there is no use in waiting to send the rest

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    @property
    def is_idle(self) -> bool:
        """Whether it can take a request: it is open, all was sent, and nothing has come unasked."""
        return not self._ended and not self._held and not self._socket.get_write_buffer_size()

    def begin(self) -> None:
        """Another request is about to be sent."""
        self._received = self._written = 0
        self._deadline = float("-inf")

    @property
    def answered(self) -> bool:
        """Whether anything has come since then."""
        return self._received > 0

    async def write(self, data: bytes | memoryview, timeout: float | None) -> None:
        """Raises `httpx.WriteTimeout` or `httpx.WriteError`."""
        view = memoryview(data)
        for start in range(0, len(view), _WRITTEN_AT_ONCE):
            await self._write(view[start : start + _WRITTEN_AT_ONCE], timeout)

    async def _write(self, data: memoryview, timeout: float | None) -> None:
        if self._ended:
            raise httpx.WriteError("the connection was closed")
        self._written += len(data)
        self._socket.write(data)
        while not self._writable.is_set():
            try:
                async with asyncio.timeout_at(self._next_deadline(timeout)):
                    await self._writable.wait()
            except TimeoutError:
                if self._is_held_up(timeout):
                    raise httpx.WriteTimeout(f"next to nothing could be sent for {timeout:g} s") from None

    async def read_head(self, timeout: float | None) -> Head:
        """The next head that is not a mere notice. Raises `httpx.ReadError` and other transport errors."""
        for _ in range(_MOST_NOTICES):
            head = Head.parse(await self._line(b"\r\n\r\n", timeout))
            if head.status >= 200:
                return head
        raise httpx.RemoteProtocolError(f"expected an answer, got {_MOST_NOTICES} notices that one would come")

    async def read_body(self, head: Head, timeout: float | None) -> AsyncIterator[memoryview]:
        """The body in pieces. Raises as `read_head`."""
        if head.is_chunked:
            while size := _chunk_size(await self._line(b"\r\n", timeout)):
                async for piece in self._exactly(size, timeout):
                    yield piece
                await self._line(b"\r\n", timeout)
            while await self._line(b"\r\n", timeout):
                pass  # trailers
        elif (length := head.length()) is not None:
            async for piece in self._exactly(length, timeout):
                yield piece
        else:
            while rest := await self._rest(timeout):
                yield rest

    def abort(self) -> None:
        self._socket.abort()

    @property
    def _socket(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    async def _exactly(self, size: int, timeout: float | None) -> AsyncIterator[memoryview]:
        while size:
            # not set to zero: memory is taken as it fills, whatever length was announced
            piece = np.empty(min(size, _PIECE_BYTES), dtype=np.uint8).data
            held = self._take(min(self._held, len(piece)))
            piece[: len(held)] = held
            self._piece = piece[len(held) :] or None
            try:
                while self._piece is not None:
                    await self._more(timeout)
            finally:
                self._piece = None
            size -= len(piece)
            yield piece

    async def _rest(self, timeout: float | None) -> memoryview | None:
        """What comes next until the peer closes the connection."""
        while not self._held and not self._ended:
            with suppress(httpx.ReadError):
                await self._more(timeout)
        return memoryview(self._take(self._held)) if self._held else None

    async def _line(self, end: bytes, timeout: float | None) -> bytes:
        """Everything up to `end`, which is taken too."""
        while (found := bytes(self._scratch[: self._held]).find(end)) < 0:
            if self._held == len(self._scratch):
                raise httpx.RemoteProtocolError(f"expected a head of at most {_HEAD_BYTES} bytes, got more")
            await self._more(timeout)
        return self._take(found + len(end))[:found]

    def _take(self, count: int) -> bytes:
        taken = bytes(self._scratch[:count])
        full = self._held == len(self._scratch)
        self._scratch[: self._held - count] = bytes(self._scratch[count : self._held])
        self._held -= count
        if full and count and not self._ended:
            self._socket.resume_reading()
        return taken

    async def _more(self, timeout: float | None) -> None:
        """Wait until there is more to look at. Raises `httpx.ReadError` at the end, `httpx.ReadTimeout`."""
        if self._ended:
            raise httpx.ReadError("the connection was closed before the answer was complete")
        self._woken = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout_at(self._next_deadline(timeout)):
                await self._woken
        except TimeoutError:
            if self._is_held_up(timeout):
                raise httpx.ReadTimeout(f"next to nothing came for {timeout:g} s") from None
        finally:
            self._woken = None

    def _next_deadline(self, timeout: float | None) -> float | None:
        """Until when enough has to have moved, on the loop's clock. One deadline holds for many small steps."""
        now = asyncio.get_running_loop().time()
        if timeout is not None and now >= self._deadline:
            self._deadline, self._moved_before = now + timeout, self._moved()
        return None if timeout is None else self._deadline

    def _is_held_up(self, timeout: float | None) -> bool:
        """Whether too little has moved until the deadline that is now."""
        return timeout is not None and self._moved() - self._moved_before < timeout * _LEAST_RATE

    def _moved(self) -> int:
        """Bytes that came from the peer or have reached it."""
        return self._received + self._written - self._socket.get_write_buffer_size() - self._in_kernel()

    def _in_kernel(self) -> int:
        """Bytes that the system has yet to send, or the peer to acknowledge."""
        if self._ended:
            return 0
        try:
            found = fcntl.ioctl(self._socket.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        except (OSError, ValueError):
            return 0  # a system that does not tell, or no socket any more
        return int(struct.unpack("i", found)[0])

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 12 or digits.strip(b"0123456789abcdefABCDEF"):
        raise httpx.RemoteProtocolError(f"expected the size of a chunk, got {line[:32]!r}")
    return int(digits, 16)
