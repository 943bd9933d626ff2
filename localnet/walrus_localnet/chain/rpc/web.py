"""gRPC-Web over HTTP/1.1, as browsers and the TypeScript SDK speak it (source: sui_localnet.md §2).

A body is one flag byte (0 data, 0x80 trailer), a length of 4 bytes, the message; in the `-text` form all of it in
base64. The status travels in a trailer frame at the end, also of a call that failed.
"""

from __future__ import annotations

import base64
import binascii
import logging
import struct
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

from grpclib.const import Status
from grpclib.exceptions import GRPCError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from walrus_localnet.chain.bodies import read_body
from walrus_localnet.chain.rpc.methods import Method
from walrus_localnet.chain.rpc.receive import MAX_REQUEST, parse_request
from walrus_localnet.chain.rpc.wire import encode

log = logging.getLogger(__name__)

TEXT = "application/grpc-web-text"
BINARY = "application/grpc-web"
_DATA, _TRAILER = 0, 0x80
CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "*",
    "access-control-expose-headers": "*",
}


class GrpcWeb:
    """The endpoint of all methods."""

    def __init__(self, methods: dict[str, Method]) -> None:
        self._methods = methods

    async def answer(self, request: Request) -> Response:
        """One call; always HTTP 200, the status of the call is in the last frame."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        text = request.headers.get("content-type", "").startswith(TEXT)
        pack: Callable[[bytes], bytes] = base64.b64encode if text else bytes
        body = await read_body(request, MAX_REQUEST)  # before the answer starts: both come over the same channel
        frames = (pack(frame) async for frame in self._frames(request.url.path, body, text=text))
        media_type = f"{TEXT if text else BINARY}+proto"
        return StreamingResponse(frames, headers=CORS, media_type=media_type)

    async def _frames(self, path: str, body: bytes | None, *, text: bool) -> AsyncIterator[bytes]:
        try:
            message = parse_request(self._methods[path].request, read_frame(body, text=text))
            async for answer in self._methods[path].answers(message):
                yield _frame(_DATA, encode(answer))
            yield _trailer(Status.OK, None)
        except GRPCError as error:
            yield _trailer(error.status, error.message)
        except Exception:
            log.exception("%s failed", path)
            yield _trailer(Status.INTERNAL, "internal error")


def read_frame(body: bytes | None, *, text: bool) -> bytes:
    """The one message of a request. Raises `GRPCError`."""
    if body is None:
        raise GRPCError(Status.RESOURCE_EXHAUSTED, f"expected a request of at most {MAX_REQUEST} bytes, got more")
    try:
        raw = base64.b64decode(body, validate=True) if text else body
        flag, length = struct.unpack_from(">BI", raw)
    except (binascii.Error, struct.error) as error:
        raise GRPCError(Status.INVALID_ARGUMENT, f"expected one frame with a message, got: {error}") from error
    if flag != _DATA or length != len(raw) - 5:
        raise GRPCError(
            Status.INVALID_ARGUMENT,
            f"expected one data frame of {len(raw) - 5} bytes, got flag {flag}, {length} bytes",
        )
    return raw[5:]


def _frame(flag: int, data: bytes) -> bytes:
    return struct.pack(">BI", flag, len(data)) + data


def _trailer(status: Status, message: str | None) -> bytes:
    text = f"grpc-status:{status.value}\r\n"
    if message:
        text += f"grpc-message:{quote(message)}\r\n"
    return _frame(_TRAILER, text.encode())
