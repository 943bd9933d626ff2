"""Native gRPC: the method table as grpclib wants it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from grpclib.const import Cardinality, Handler
from grpclib.server import Stream

from walrus_localnet.chain.rpc.methods import Method
from walrus_localnet.chain.rpc.receive import receive


class NativeServices:
    """The mapping of paths to handlers that a grpclib server asks for."""

    def __init__(self, methods: dict[str, Method]) -> None:
        self._methods = methods

    def __mapping__(self) -> dict[str, Handler]:
        return {path: _handler(method) for path, method in self._methods.items()}


def _handler(method: Method) -> Handler:
    cardinality = Cardinality.UNARY_STREAM if method.streaming else Cardinality.UNARY_UNARY
    return Handler(_serve(method), cardinality, method.request, method.response)


def _serve(method: Method) -> Callable[[Stream[Any, Any]], Awaitable[None]]:
    async def handle(stream: Stream[Any, Any]) -> None:
        request = await receive(stream, method.request)
        async for answer in method.answers(request):
            await stream.send_message(answer)

    return handle
