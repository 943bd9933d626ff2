"""Gathered writes: what one turn of the event loop writes leaves as one piece, in order, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from walrus_sui.grpc.writes import ENOUGH, GatheredWrites


class Wire(asyncio.Transport):
    """Keeps what is written to it, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        assert not self.closed
        self.pieces.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        raise AssertionError("not used")

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return "extra" if name == "known" else default


async def a_turn() -> None:
    """Until everything that was due has run."""
    await asyncio.sleep(0)


async def test_one_turn_is_one_piece() -> None:
    wire = Wire()
    gathered = GatheredWrites(wire)
    gathered.write(b"head")
    gathered.writelines([b"er", b" and "])
    gathered.write(memoryview(b"data"))
    assert wire.pieces == []
    await a_turn()
    assert wire.pieces == [b"header and data"]
    gathered.write(b"next")
    await a_turn()
    assert wire.pieces == [b"header and data", b"next"]


async def test_what_is_large_does_not_wait() -> None:
    wire = Wire()
    gathered = GatheredWrites(wire)
    gathered.write(b"small")
    gathered.write(bytes(ENOUGH))
    assert wire.pieces == [b"small" + bytes(ENOUGH)]
    gathered.write(b"more")
    await a_turn()
    assert wire.pieces[1:] == [b"more"]


async def test_closing_loses_nothing() -> None:
    wire = Wire()
    gathered = GatheredWrites(wire)
    gathered.write(b"goodbye")
    gathered.close()
    assert wire.pieces == [b"goodbye"]
    assert gathered.is_closing()
    await a_turn()
    assert wire.pieces == [b"goodbye"]


async def test_aborting_loses_what_waits() -> None:
    wire = Wire()
    gathered = GatheredWrites(wire)
    gathered.write(b"never")
    gathered.abort()
    await a_turn()
    assert (wire.pieces, wire.closed) == ([], True)


async def test_what_waits_when_the_peer_goes_is_dropped() -> None:
    wire = Wire()
    gathered = GatheredWrites(wire)
    gathered.write(b"too late")
    wire.close()
    gathered._flush()  # as the loop does; the wire would not have it
    await a_turn()
    assert wire.pieces == []


async def test_the_rest_is_the_inner_transport() -> None:
    gathered = GatheredWrites(Wire())
    assert gathered.get_extra_info("known") == "extra"
    assert gathered.get_extra_info("unknown", 5) == 5
