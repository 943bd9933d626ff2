"""Requests from the wire: whatever a client sends becomes a message, or one clear refusal (source: sui_localnet.md
§2).

A frame is one flag byte (1: compressed), a length of 4 bytes, the message. grpclib would read one of any length
and call everything it cannot read an unknown error, so it is done here.
"""

from __future__ import annotations

import struct
from typing import Any

from grpclib.const import Status
from grpclib.exceptions import GRPCError
from grpclib.server import Stream

from walrus_localnet.chain.rpc.shape import check_shape
from walrus_sui.grpc.reading import decode

MAX_REQUEST = 4 * 1024 * 1024
"""Bytes of a request; gRPC's usual limit."""
_HEADER = struct.Struct(">BI")


async def receive(stream: Stream[Any, Any], kind: type[Any]) -> Any:
    """The one message of a native call (grpclib 0.4: the stream below is not public). Raises `GRPCError`."""
    header = await _read(stream, _HEADER.size)
    flag, length = _HEADER.unpack(header)
    if flag:
        raise GRPCError(Status.UNIMPLEMENTED, "expected a message that is not compressed, got a compressed one")
    check_length(length)
    return parse_request(kind, await _read(stream, length))


async def _read(stream: Stream[Any, Any], size: int) -> bytes:
    try:
        data: bytes = await stream._stream.recv_data(size)
    except AssertionError:  # how grpclib says that the client ended in the middle
        data = b""
    if len(data) != size:
        raise GRPCError(Status.INVALID_ARGUMENT, f"expected one message, got an end before {size} more bytes")
    return data


def check_length(length: int) -> None:
    """Raises `GRPCError` for more than `MAX_REQUEST` bytes."""
    if length > MAX_REQUEST:
        raise GRPCError(
            Status.RESOURCE_EXHAUSTED, f"expected a request of at most {MAX_REQUEST} bytes, got {length}"
        )


def parse_request(kind: type[Any], data: bytes) -> Any:
    """A message of a class. Raises `GRPCError` for bytes that are none."""
    try:
        check_shape(kind, data)
        return decode(kind, data)
    except Exception as error:  # the message classes raise whatever they stumble over
        name = kind.__name__
        raise GRPCError(Status.INVALID_ARGUMENT, f"expected a {name}, got bytes that are none: {error}") from error
