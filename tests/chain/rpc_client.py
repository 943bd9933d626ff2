"""Calls over native gRPC with nothing in between."""

from __future__ import annotations

from typing import Any

from grpclib.client import Channel
from grpclib.const import Cardinality, Status
from grpclib.exceptions import GRPCError

from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.methods import STREAMS


async def call(url: str, service: str, method: str, request: Any, answers: int = 1) -> Any:
    """The answer to a call; of a stream a list of all answers, or of the first `answers` for one without end."""
    host, port = url.removeprefix("http://").split(":")
    channel = Channel(host, int(port))
    cardinality = Cardinality.UNARY_STREAM if method in STREAMS else Cardinality.UNARY_UNARY
    types = type(request), getattr(rpc, f"{method}Response")
    try:
        async with channel.request(f"/sui.rpc.v2.{service}/{method}", cardinality, *types) as stream:
            await stream.send_message(request, end=True)
            if not method.startswith("Subscribe"):
                return [item async for item in stream] if method in STREAMS else await stream.recv_message()
            found = [await stream.recv_message() for _ in range(answers)]
            await stream.cancel()
            return found
    finally:
        channel.close()


async def refusal(url: str, service: str, method: str, request: Any) -> Status | None:
    """The status a call is refused with, None if it is answered."""
    try:
        await call(url, service, method, request, answers=0)
    except GRPCError as error:
        return error.status
    return None
