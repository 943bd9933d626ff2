"""The transport's one table of foreign errors, and what of pysui it relies on."""

from __future__ import annotations

import asyncio
import importlib.metadata
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Server, Stream

from tests.waiting import SECONDS
from walrus_sui.chain import SuiClient
from walrus_sui.chain.transport import Transport
from walrus_sui.errors import ChainError, ChainRefused, ChainUnreachable, ObjectNotFound

PATH = "/sui.rpc.v2.LedgerService/GetServiceInfo"


class FullNode:
    """Answers one method by what it is told to do."""

    def __init__(self, answer: Callable[[Stream[Any, Any]], Any]) -> None:
        self.answer = answer
        self.calls = 0

    def __mapping__(self) -> dict[str, Handler]:
        from pysui.sui.sui_grpc.suimsgs.sui.rpc import v2

        async def handle(stream: Stream[Any, Any]) -> None:
            self.calls += 1
            await stream.recv_message()
            await self.answer(stream)

        kinds = (v2.GetServiceInfoRequest, v2.GetServiceInfoResponse)
        return {PATH: Handler(handle, Cardinality.UNARY_UNARY, *kinds)}


@asynccontextmanager
async def served(node: FullNode) -> AsyncIterator[str]:
    server = Server([node])
    listener = socket.create_server(("127.0.0.1", 0))
    await server.start(sock=listener)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


def refusing(status: Status, times: int = 1000) -> FullNode:
    async def answer(stream: Stream[Any, Any]) -> None:
        from pysui.sui.sui_grpc.suimsgs.sui.rpc import v2

        if node.calls <= times:
            raise GRPCError(status, "because")
        await stream.send_message(v2.GetServiceInfoResponse(chain_id="here"))

    node = FullNode(answer)
    return node


@pytest.mark.parametrize(
    ("status", "kind", "repeated"),
    [
        (Status.NOT_FOUND, ObjectNotFound, False),
        (Status.INVALID_ARGUMENT, ChainRefused, False),
        (Status.INTERNAL, ChainRefused, False),
        (Status.UNIMPLEMENTED, ChainRefused, False),
        (Status.UNAVAILABLE, ChainUnreachable, True),
        (Status.RESOURCE_EXHAUSTED, ChainUnreachable, True),
        (Status.DEADLINE_EXCEEDED, ChainUnreachable, True),
    ],
)
async def test_each_status_has_its_error(status: Status, kind: type[ChainError], repeated: bool) -> None:
    node = refusing(status)
    async with served(node) as url, SuiClient(url, patience=0 if repeated else SECONDS) as sui:
        with pytest.raises(kind, match="because") as caught:
            await sui.chain_id()
    assert type(caught.value) is kind
    assert node.calls == 1
    if isinstance(caught.value, ChainRefused):
        assert caught.value.status == status.name


@pytest.mark.parametrize("status", [Status.UNAVAILABLE, Status.RESOURCE_EXHAUSTED, Status.DEADLINE_EXCEEDED])
async def test_a_busy_full_node_is_asked_again(status: Status) -> None:
    node = refusing(status, times=2)
    async with served(node) as url, SuiClient(url, patience=SECONDS) as sui:
        assert await sui.chain_id() == "here"
    assert node.calls == 3


async def test_a_full_node_that_never_answers() -> None:
    async def answer(stream: Stream[Any, Any]) -> None:
        await stream.recv_message()
        await stopped.wait()

    stopped = asyncio.Event()
    async with served(FullNode(answer)) as url, SuiClient(url, timeout=0.05, patience=0) as sui:
        with pytest.raises(ChainUnreachable):
            await sui.chain_id()
        stopped.set()


async def test_something_else_listens_there() -> None:
    async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(http, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, SuiClient(f"http://127.0.0.1:{port}", patience=0) as sui:
        with pytest.raises(ChainUnreachable):
            await sui.chain_id()


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("http://127.0.0.1:9000", "127.0.0.1", 9000, False),
        ("http://localhost", "localhost", 80, False),
        ("http://[::1]:9000/", "::1", 9000, False),
        ("https://fullnode.testnet.sui.io", "fullnode.testnet.sui.io", 443, True),
        ("https://fullnode.testnet.sui.io:1443", "fullnode.testnet.sui.io", 1443, True),
    ],
)
async def test_plaintext_only_where_the_url_says_so(url: str, host: str, port: int, tls: bool) -> None:
    transport = Transport(url)
    transport.open()
    channel = transport._channel
    assert (channel._host, channel._port, channel._ssl is not None) == (host, port, tls)
    await transport.close()


def test_pysui_is_the_version_whose_front_page_is_passed_over() -> None:
    assert importlib.metadata.version("pysui") == "1.5.1"
