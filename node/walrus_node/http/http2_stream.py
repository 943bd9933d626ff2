"""One request of an HTTP/2 connection as the application sees it (ASGI)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from walrus_node.http.http2 import Http2Protocol

log = logging.getLogger(__name__)

_OF_THE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
"""Headers that HTTP/2 has no use for (RFC 9113 §8.2.2)."""


def scope_of(
    headers: Iterable[tuple[bytes, bytes]], addresses: tuple[Any, Any], state: dict[str, Any]
) -> dict[str, Any] | None:
    """What the application is told of a request; None if it is none it could answer."""
    pseudo = {name: value for name, value in headers if name.startswith(b":")}
    path, _, query = pseudo.get(b":path", b"").partition(b"?")
    if not path.startswith(b"/") or not path.isascii() or b":method" not in pseudo:
        return None
    found = [(name, value) for name, value in headers if not name.startswith(b":")]
    if b":authority" in pseudo:
        found = [(b"host", pseudo[b":authority"]), *((name, value) for name, value in found if name != b"host")]
    server, client = addresses
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "2",
        "method": pseudo[b":method"].decode("latin-1"),
        "scheme": "https",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": found,
        "server": server,
        "client": client,
        "state": state.copy(),
    }


class Stream:
    """A request and its answer."""

    def __init__(self, stream_id: int, connection: Http2Protocol, scope: dict[str, Any]) -> None:
        self.id = stream_id
        self._connection = connection
        self._scope = scope
        self._chunks: list[bytes] = []
        self._unacknowledged = 0
        self._lost = False
        self._handed_over = False
        self._news = asyncio.Event()
        self._window = asyncio.Event()
        self._wants_body = False
        self._wants_window = False
        self._head: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._head_is_sent = False
        self.is_received = False
        """Whether the request is here as a whole."""
        self.is_complete = False
        """Whether the answer is sent as a whole."""

    @property
    def waits_for_client(self) -> bool:
        return self._wants_window or (self._wants_body and not self.is_received)

    # What the connection tells

    def received(self, data: bytes, size: int) -> None:
        """A piece of the body, and what it counts against the windows."""
        self._chunks.append(data)
        self._unacknowledged += size
        self._news.set()

    def ended(self) -> None:
        self.is_received = True
        self._news.set()

    def lost(self) -> None:
        """The client took the request back, or is gone."""
        self._lost = True
        self._news.set()
        self._window.set()

    def window_changed(self) -> None:
        self._window.set()

    def discard(self) -> int:
        """Forget what nobody will take any more; gives what it counts."""
        size, self._unacknowledged = self._unacknowledged, 0
        self._chunks.clear()
        return size

    # What sending asks

    def check_wanted(self) -> None:
        """Raises `ConnectionResetError` if nobody waits for the answer any more."""
        if self._lost:
            raise ConnectionResetError("the client took its request back")

    async def window_opens(self) -> None:
        self._window.clear()
        self._wants_window = True
        try:
            await self._window.wait()
        finally:
            self._wants_window = False

    # The application

    async def run(self, app: Any) -> None:
        try:
            await app(self._scope, self._receive, self._send)
        except ConnectionResetError:
            return
        except Exception:
            log.exception("%s %s failed", self._scope["method"], self._scope["path"])

    async def _receive(self) -> dict[str, Any]:
        while not (self._lost or self._chunks or (self.is_received and not self._handed_over)):
            self._news.clear()
            self._wants_body = not self.is_received
            try:
                await self._news.wait()
            finally:
                self._wants_body = False
        if self._lost:
            return {"type": "http.disconnect"}
        body = b"".join(self._chunks)
        self._connection.acknowledge(self.id, self.discard())
        self._handed_over = self.is_received
        return {"type": "http.request", "body": body, "more_body": not self.is_received}

    async def _send(self, message: dict[str, Any]) -> None:
        self.check_wanted()
        if message["type"] == "http.response.start":
            self._head = (message["status"], list(message.get("headers", ())))
            return
        body, ends = message.get("body", b""), not message.get("more_body", False)
        if self._scope["method"] == "HEAD":
            body = b""
        if not self._head_is_sent:
            self._send_head(ends=ends and not body)
        if body or (ends and not self.is_complete):
            await self._connection.send_body(self, body, ends=ends)
        self.is_complete = ends

    def _send_head(self, *, ends: bool) -> None:
        assert self._head is not None
        status, headers = self._head
        named = [(name.lower(), value) for name, value in headers]
        kept = [header for header in named if header[0] not in _OF_THE_CONNECTION]
        self._connection.send_head(self.id, [(b":status", str(status).encode()), *kept], ends=ends)
        self._head_is_sent, self.is_complete = True, ends
