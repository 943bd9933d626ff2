"""Real connections with gathered writes: plaintext and TLS, answers of any size, streams, many calls at once."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from grpclib.const import Cardinality, Handler
from grpclib.server import Server, Stream

from walrus_node.http.tls import self_signed
from walrus_sui.grpc.protocol import sui_messages, well_known_messages
from walrus_sui.grpc.writes import GatheringChannel

HOST = "127.0.0.1"
MIB = 1 << 20


class FullNode:
    """Answers with as much as it is asked for by name, and tells as many checkpoints as the mask has paths."""

    def __mapping__(self) -> dict[str, Handler]:
        v2 = sui_messages()

        async def get_package(stream: Stream[Any, Any]) -> None:
            request = await stream.recv_message()
            module = v2.Module(contents=bytes(int(request.package_id)))
            await stream.send_message(v2.GetPackageResponse(package=v2.Package(modules=[module])))

        async def subscribe(stream: Stream[Any, Any]) -> None:
            request = await stream.recv_message()
            for number, _ in enumerate(request.read_mask.paths):
                await stream.send_message(v2.SubscribeCheckpointsResponse(cursor=number))

        unary, many = Cardinality.UNARY_UNARY, Cardinality.UNARY_STREAM
        get = Handler(get_package, unary, v2.GetPackageRequest, v2.GetPackageResponse)
        told = Handler(subscribe, many, v2.SubscribeCheckpointsRequest, v2.SubscribeCheckpointsResponse)
        return {
            "/sui.rpc.v2.MovePackageService/GetPackage": get,
            "/sui.rpc.v2.SubscriptionService/SubscribeCheckpoints": told,
        }


def tls_contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server and a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = folder / "certificate.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate.write_bytes(pem + self_signed(key, HOST))
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=certificate)
    server.load_cert_chain(certificate)
    for context in (server, client):
        context.set_alpn_protocols(["h2"])
    return server, client


@asynccontextmanager
async def connected(tls: tuple[ssl.SSLContext, ssl.SSLContext] | None) -> AsyncIterator[GatheringChannel]:
    server = Server([FullNode()])
    ours, theirs = tls or (None, None)
    await server.start(HOST, 0, ssl=ours)
    assert server._server is not None
    channel = GatheringChannel(HOST, server._server.sockets[0].getsockname()[1], ssl=theirs)
    try:
        yield channel
    finally:
        channel.close()
        server.close()
        await server.wait_closed()


@pytest.fixture(params=["plaintext", "tls"])
async def channel(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[GatheringChannel]:
    async with connected(tls_contexts(tmp_path) if request.param == "tls" else None) as opened:
        yield opened


async def package(channel: GatheringChannel, size: int) -> int:
    v2 = sui_messages()
    answer = await v2.MovePackageServiceStub(channel).get_package(v2.GetPackageRequest(package_id=str(size)))
    return len(answer.package.modules[0].contents)


@pytest.mark.parametrize("size", [1, 1 << 16, 5 * MIB])
async def test_answers_of_any_size(channel: GatheringChannel, size: int) -> None:
    assert await package(channel, size) == size


async def test_many_calls_at_once(channel: GatheringChannel) -> None:
    sizes = [1, 100_000, 3, 70_000, 5] * 8
    assert await asyncio.gather(*(package(channel, size) for size in sizes)) == sizes


async def test_streams(channel: GatheringChannel) -> None:
    v2 = sui_messages()
    request = v2.SubscribeCheckpointsRequest(read_mask=well_known_messages().FieldMask(paths=["x"] * 50))
    answers = v2.SubscriptionServiceStub(channel).subscribe_checkpoints(request)
    assert [answer.cursor async for answer in answers] == list(range(50))
