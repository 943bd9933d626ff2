"""One write to the socket for what is written in one go.

grpclib writes headers, data and trailers each for themselves. A system call costs more than all that goes before
it, so what one turn of the event loop writes is kept until its end and leaves as one piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from grpclib.client import Channel
from grpclib.protocol import H2Protocol

ENOUGH = 1 << 16
"""Bytes beyond which waiting for more gains nothing."""


class GatheredWrites(asyncio.Transport):
    """A transport that passes everything on to another, writes gathered."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting = bytearray()

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting += data
        if len(self._waiting) >= ENOUGH:
            self._flush()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        self.write(b"".join(list_of_data))

    def _flush(self) -> None:
        if self._waiting:
            data, self._waiting = self._waiting, bytearray()
            if not self._transport.is_closing():  # the peer may have gone since: some transports raise then
                self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._waiting.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)


class GatheringProtocol(H2Protocol):
    """grpclib's connection, with its writes gathered."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # not asserted: event loops other than asyncio's have transports of classes of their own
        super().connection_made(GatheredWrites(cast(asyncio.Transport, transport)))


class GatheringChannel(Channel):
    """grpclib's channel over such a connection (grpclib 0.4: the factory is not public)."""

    def _protocol_factory(self) -> H2Protocol:
        known = super()._protocol_factory()
        return GatheringProtocol(known.handler, known.config, known.h2_config)
