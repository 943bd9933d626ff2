"""Bodies of HTTP requests, up to a limit."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

BAD_REQUEST = 400


async def read_body(request: Request, limit: int) -> bytes | None:
    """None for one of more than `limit` bytes. Raises starlette's `ClientDisconnect` if it ends in the middle."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


async def nobody_left(_: Request, __: Exception) -> Response:
    """What to do about a `ClientDisconnect`: nobody hears the answer, and it is no fault of the server's."""
    return Response(status_code=BAD_REQUEST)
