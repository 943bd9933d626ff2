"""A limit on what all request bodies under way take together: anyone may open connections and send."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from walrus_node.refusal import Refusal
from walrus_sui.storage import Reason

MAX_BODIES = 512 << 20
"""Bytes of all bodies together. The largest single one, a sliver of 1,000 shards, has 44 MB."""


class BodyBudget:
    """ASGI middleware that counts bodies as they come, and refuses those for which there is no room."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODIES) -> None:
        self._app = app
        self._limit = limit
        self._used = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held = 0

        async def counted() -> Message:
            nonlocal held
            message = await receive()
            size = len(message.get("body", b""))
            if self._used + size > self._limit:
                raise Refusal(Reason.UNAVAILABLE, "the node has too many uploads under way; try again later")
            held += size
            self._used += size
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._used -= held
