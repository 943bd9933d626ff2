"""HTTP/2 for uvicorn: what official clients insist on over TLS (protocol.md §1.1; RFC 9113).

One connection carries many requests, each a stream. What a client may keep here is bounded by windows: bytes are
acknowledged, and so replaced by others, only once the application has taken them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr

from walrus_node.http import guard
from walrus_node.http.http2_stream import Stream, scope_of

log = logging.getLogger(__name__)

MAX_STREAMS = 256
"""Requests of one connection at a time."""
AT_WORK = 32
"""Of these, how many are worked on at a time: an answer stays in memory until the client takes it."""
STREAM_WINDOW = 1 << 20
CONNECTION_WINDOW = 16 << 20
"""Bytes a client may send before the application takes them: of one request, and of all of a connection's."""
MAX_FRAME_BYTES = 16_384
_PREAMBLE_BYTES = 24
_FRAME_HEADER_BYTES = 9
_FIRST_WINDOW = 65_535
_GOODBYE_SECONDS = 1.0
"""How long a client may take to close its side too."""
_MOST_TAKEN_BACK = 1000
"""Requests that a client may take back between two looks at its connection."""
_SETTINGS = {
    h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: MAX_STREAMS,
    h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
    h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: guard.MAX_HEAD_BYTES,
    h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL: 0,
}


class FrameLengths:
    """Watches for frames that are longer than the node takes: h2 keeps all of one before it refuses it."""

    def __init__(self) -> None:
        self._skip = _PREAMBLE_BYTES
        self._header = b""

    def check(self, data: bytes) -> None:
        """`data` follows what was seen before. Raises `ProtocolError` if a frame that is longer begins in it."""
        at = 0
        while at < len(data):
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                continue
            piece = data[at : at + _FRAME_HEADER_BYTES - len(self._header)]
            self._header += piece
            at += len(piece)
            if len(self._header) == _FRAME_HEADER_BYTES:
                self._skip, self._header = int.from_bytes(self._header[:3], "big"), b""
                if self._skip > MAX_FRAME_BYTES:
                    raise h2.exceptions.FrameTooLargeError(f"expected {MAX_FRAME_BYTES} bytes, got {self._skip}")


class Http2Protocol(asyncio.Protocol):
    """One connection. uvicorn makes it, knows it by `server_state.connections` and ends it by `shutdown`."""

    def __init__(self, config: Config, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        self._app = config.loaded_app
        self._keep_alive = config.timeout_keep_alive
        self._connections: set[Any] = server_state.connections
        self._tasks: set[asyncio.Task[None]] = server_state.tasks
        self._state = app_state
        self._loop = asyncio.get_running_loop()
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None))
        self._h2.local_settings = h2.settings.Settings(client=False, initial_values=_SETTINGS)
        self._lengths = FrameLengths()
        self._streams: dict[int, Stream] = {}
        self._transport: asyncio.Transport | None = None
        self._addresses: tuple[Any, Any] = (None, None)
        self._at_work = asyncio.Semaphore(AT_WORK)
        self._writable = asyncio.Event()
        self._writable.set()
        self._closing = False
        self._moved = 0
        """Bytes received and sent since the last look."""
        self._was_waiting = False
        self._were_taken_back = 0
        self._timer: asyncio.TimerHandle | None = None

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is none by descent
        self._connections.add(self)
        if not guard.has_room(self._connections, len(self._connections), self):
            log.warning("closed a new connection: %d are open", len(self._connections) - 1)
            transport.abort()
            return
        self._addresses = (get_local_addr(transport), get_remote_addr(transport))
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(CONNECTION_WINDOW - _FIRST_WINDOW)
        self._flush()
        self._timer = self._loop.call_later(guard.STALL_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._writable.set()
        for stream in self._streams.values():
            stream.lost()

    def data_received(self, data: bytes) -> None:
        self._moved += len(data)
        try:
            self._lengths.check(data)
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            log.debug("closed a connection that broke HTTP/2: %s", error)
            self._flush()
            self._close()
            return
        for event in events:
            handler = _HANDLERS.get(type(event))
            if handler is not None:
                handler(self, event)
        self._flush()

    def pause_writing(self) -> None:
        self._writable.clear()
        self._socket.pause_reading()  # whoever does not take answers gets no further questions in either

    def resume_writing(self) -> None:
        self._writable.set()
        self._socket.resume_reading()

    # What makes room for others

    @property
    def is_idle(self) -> bool:
        return not self._streams

    def abort(self) -> None:
        self._socket.abort()

    # What uvicorn calls

    def shutdown(self) -> None:
        """Take no more requests, and close once those under way are answered."""
        self._closing = True
        self._close_if_done()

    # What streams call

    def acknowledge(self, stream_id: int, size: int) -> None:
        """The application took so much of a body: the client may send as much again."""
        if size and not self._socket.is_closing():
            self._h2.acknowledge_received_data(size, stream_id)
            self._flush()

    def send_head(self, stream_id: int, headers: list[tuple[bytes, bytes]], *, ends: bool) -> None:
        self._h2.send_headers(stream_id, headers, end_stream=ends)
        self._flush()

    async def send_body(self, stream: Stream, body: bytes, *, ends: bool) -> None:
        """Send as the client's windows allow. Raises `ConnectionResetError` once it wants no more."""
        rest = memoryview(body)
        while rest:
            await self._writable.wait()
            stream.check_wanted()
            room = min(self._h2.local_flow_control_window(stream.id), self._h2.max_outbound_frame_size, len(rest))
            if room <= 0:
                await stream.window_opens()
                continue
            self._h2.send_data(stream.id, bytes(rest[:room]))
            self._moved += room
            self._flush()
            rest = rest[room:]
        if ends:
            stream.check_wanted()
            self._h2.end_stream(stream.id)
            self._flush()

    # Events

    def _begin(self, event: Any) -> None:
        if self._closing or len(self._streams) >= 2 * MAX_STREAMS:
            # requests that were taken back still work on for a moment: whoever makes thousands of them waits
            self._h2.reset_stream(event.stream_id, h2.errors.ErrorCodes.REFUSED_STREAM)
            return
        scope = scope_of(event.headers, self._addresses, self._state)
        if scope is None:
            self._h2.reset_stream(event.stream_id, h2.errors.ErrorCodes.PROTOCOL_ERROR)
            return
        stream = self._streams[event.stream_id] = Stream(event.stream_id, self, scope)
        task = self._loop.create_task(self._work(stream))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(stream, done))

    async def _work(self, stream: Stream) -> None:
        async with self._at_work:
            await stream.run(self._app)

    def _end(self, stream: Stream, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._streams.pop(stream.id, None)
        if self._socket.is_closing():
            return
        if not stream.is_complete:
            self._reset(stream.id, h2.errors.ErrorCodes.INTERNAL_ERROR)
        elif not stream.is_received:
            self._reset(stream.id, h2.errors.ErrorCodes.NO_ERROR)
        self._h2.acknowledge_received_data(stream.discard(), stream.id)
        self._flush()
        self._close_if_done()

    def _reset(self, stream_id: int, code: h2.errors.ErrorCodes) -> None:
        try:
            self._h2.reset_stream(stream_id, code)
        except h2.exceptions.ProtocolError:
            return  # the client did so before

    def _data(self, event: Any) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is None:
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        else:
            stream.received(event.data, event.flow_controlled_length)

    def _ended(self, event: Any) -> None:
        if stream := self._streams.get(event.stream_id):
            stream.ended()

    def _taken_back(self, event: Any) -> None:
        self._were_taken_back += 1
        if self._were_taken_back > _MOST_TAKEN_BACK:
            log.debug("closed a connection from %s that takes back what it asks", self._addresses[1])
            self._socket.abort()
        if stream := self._streams.get(event.stream_id):
            stream.lost()

    def _window(self, event: Any) -> None:
        for stream in self._streams.values():
            stream.window_changed()

    def _leave(self, event: Any) -> None:
        self._close()  # nothing can be sent to a client that has said goodbye

    # The connection

    @property
    def _socket(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if data and not self._socket.is_closing():
            self._socket.write(data)

    def _close_if_done(self) -> None:
        if self._closing and not self._streams and not self._socket.is_closing():
            self._h2.close_connection()
            self._flush()
            self._close()

    def _close(self) -> None:
        if self._socket.is_closing():
            return
        self._socket.close()
        self._loop.call_later(_GOODBYE_SECONDS, self._socket.abort)

    def _look(self) -> None:
        """Close the connection if it is idle for long, or if nothing moved that should have."""
        waiting = not self._writable.is_set() or any(stream.waits_for_client for stream in self._streams.values())
        if waiting and self._was_waiting and self._moved < guard.LEAST_BYTES:
            log.debug("closed a connection from %s that stalled", self._addresses[1])
            self._socket.abort()
            return
        if not self._streams and not self._moved:
            self.shutdown()
            return
        self._was_waiting, self._moved, self._were_taken_back = waiting, 0, 0
        pause = guard.STALL_SECONDS if self._streams else max(guard.STALL_SECONDS, self._keep_alive)
        self._timer = self._loop.call_later(pause, self._look)


_HANDLERS: dict[type, Callable[[Http2Protocol, Any], None]] = {
    h2.events.RequestReceived: Http2Protocol._begin,
    h2.events.DataReceived: Http2Protocol._data,
    h2.events.StreamEnded: Http2Protocol._ended,
    h2.events.StreamReset: Http2Protocol._taken_back,
    h2.events.WindowUpdated: Http2Protocol._window,
    h2.events.RemoteSettingsChanged: Http2Protocol._window,
    h2.events.ConnectionTerminated: Http2Protocol._leave,
}
