"""The one port: who is handed a connection, whatever event loop it came from."""

from __future__ import annotations

import asyncio

import pytest

from walrus_localnet.chain.port import PREFACE, Sniffer
from walrus_sui.grpc.writes import GatheredWrites, GatheringProtocol


class Foreign:
    """A transport like uvloop's, which is of no class of asyncio's."""

    def __init__(self) -> None:
        self.protocol: asyncio.BaseProtocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol


class Heard(asyncio.Protocol):
    def __init__(self) -> None:
        self.data = b""
        self.transport: object = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data


@pytest.mark.parametrize(
    ("pieces", "http2"),
    [
        ([PREFACE + b"\r\n\r\nSM\r\n\r\n"], True),
        ([PREFACE[:1], PREFACE[1:5], PREFACE[5:]], True),
        ([b"P", b"OST / HTTP/1.1\r\n"], False),
        ([b"\x16\x03\x01\x02\x00\x01"], False),
    ],
    ids=["at once", "in pieces", "HTTP/1.1", "TLS"],
)
async def test_the_first_bytes_tell(pieces: list[bytes], http2: bool) -> None:
    two, one, transport = Heard(), Heard(), Foreign()
    sniffer = Sniffer(lambda: two, lambda: one)
    sniffer.connection_made(transport)  # type: ignore[arg-type]
    for piece in pieces:
        (transport.protocol or sniffer).data_received(piece)  # type: ignore[union-attr]
    chosen, other = (two, one) if http2 else (one, two)
    assert (chosen.data, other.data) == (b"".join(pieces), b"")
    assert (chosen.transport, other.transport) == (transport, None)


async def test_writes_are_gathered_for_any_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    monkeypatch.setattr("walrus_sui.grpc.writes.H2Protocol.connection_made", lambda _, made: given.append(made))
    GatheringProtocol.connection_made(object.__new__(GatheringProtocol), Foreign())  # type: ignore[arg-type]
    assert isinstance(given[0], GatheredWrites)
