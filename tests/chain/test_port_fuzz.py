"""Garbage below gRPC: bytes that are no HTTP, broken HTTP/2, broken gRPC-Web, too much and too slow."""

from __future__ import annotations

import asyncio
import logging
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import h2.config
import h2.connection
import httpx
import pytest
from grpclib.const import Status

from tests.chain.damage import damaged
from tests.chain.raw_rpc import SILENCE, native, raw_channel, read_answer
from tests.chain.rpc_client import call
from tests.scale import cases
from tests.waiting import SECONDS
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.port import PREFACE
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.receive import MAX_REQUEST

OBJECT = "/sui.rpc.v2.LedgerService/GetObject"
EXECUTE = "/sui.rpc.v2.TransactionExecutionService/ExecuteTransaction"
SIMULATE = "/sui.rpc.v2.TransactionExecutionService/SimulateTransaction"
SUBSCRIBE = "/sui.rpc.v2.SubscriptionService/SubscribeCheckpoints"
CLOCK = bytes(rpc.GetObjectRequest(object_id="0x6", read_mask=protobuf.FieldMask(paths=["*"])))


@pytest.fixture
async def network(caplog: pytest.LogCaptureFixture) -> AsyncIterator[LocalSui]:
    """Still there at the end, as it was, and without having stumbled."""
    async with LocalSui.start() as running:
        before = running.ledger.head
        yield running
        assert running.ledger.head == before
        answer = await call(running.url, "LedgerService", "GetServiceInfo", rpc.GetServiceInfoRequest())
        assert answer.chain_id == running.chain_id
    stumbles = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not stumbles, stumbles[0].getMessage()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    try:
        async with asyncio.timeout(SECONDS):
            yield reader, writer
    finally:
        writer.close()


async def say(url: str, data: bytes) -> None:
    """Send raw bytes and hang up when the server does, or once it has had a while to think."""
    async with connected(url) as (reader, writer):
        writer.write(data)
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(SILENCE):
                await reader.read()


def framed(message: bytes, flag: int = 0) -> bytes:
    return struct.pack(">BI", flag, len(message)) + message


def http2_client() -> h2.connection.H2Connection:
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    client.initiate_connection()
    return client


def http2_call(client: h2.connection.H2Connection, path: str, body: bytes, **other: str) -> bytes:
    """All that a client sends for one call over HTTP/2."""
    headers = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "local", "te": "trailers"}
    client.send_headers(1, [*headers.items(), ("content-type", "application/grpc+proto"), *other.items()])
    client.send_data(1, body, end_stream=True)
    data: bytes = client.data_to_send()
    return data


async def status_of(url: str, path: str, body: bytes) -> int:
    """The gRPC status of a call with any body over HTTP/2."""
    client, headers = http2_client(), {}
    async with connected(url) as (reader, writer):
        writer.write(http2_call(client, path, body))
        while "grpc-status" not in headers:
            for event in client.receive_data(await reader.read(1000)):
                headers |= dict(getattr(event, "headers", ()))
    return int(headers["grpc-status"])


async def test_a_whole_call_made_by_hand_is_answered(network: LocalSui) -> None:
    """What is damaged below is a call that works."""
    assert await status_of(network.url, OBJECT, framed(CLOCK)) == Status.OK.value


@pytest.mark.fuzz
async def test_damaged_http2(network: LocalSui) -> None:
    chance = random.Random(1)
    whole = http2_call(http2_client(), OBJECT, framed(CLOCK))
    for _ in range(cases(60, 5_000)):
        rest = damaged(whole[len(PREFACE) :], chance)
        await say(network.url, PREFACE + rest)


@pytest.mark.fuzz
async def test_bytes_that_are_no_http(network: LocalSui) -> None:
    chance = random.Random(2)
    starts = [b"", b"\x00", b"GET ", b"POST / HTTP/1.1\r\n", b"PRI", PREFACE, PREFACE + b"\r\n\r\nSM\r\n\r\n"]
    for _ in range(cases(60, 5_000)):
        await say(network.url, chance.choice(starts) + chance.randbytes(chance.choice([0, 3, 40, 2000])))


@pytest.mark.fuzz
async def test_damaged_web_calls(network: LocalSui) -> None:
    """Over HTTP/1.1 a body that is no frame is refused in a frame."""
    chance = random.Random(3)
    frame = framed(CLOCK)
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        for _ in range(cases(60, 5_000)):
            forms = ["application/grpc-web-text", "application/grpc-web+proto", "text/plain", ""]
            headers = {"content-type": chance.choice(forms)}
            body = damaged(frame, chance)
            answer = await client.post(network.url + OBJECT, content=body, headers=headers)
            text = headers["content-type"].endswith("text")
            status, _ = read_answer(answer.content, text=text)
            assert status in (Status.OK, Status.INVALID_ARGUMENT, Status.NOT_FOUND), (headers, body.hex())
    whole = f"POST {OBJECT} HTTP/1.1\r\nhost: local\r\ncontent-length: {len(frame)}\r\n\r\n".encode() + frame
    for _ in range(cases(30, 2_000)):
        await say(network.url, damaged(whole, chance))


async def test_what_is_too_long_is_refused_before_it_is_read(network: LocalSui) -> None:
    channel = raw_channel(network.url)
    status, _ = await native(channel, EXECUTE, bytes(MAX_REQUEST + 1))
    assert status is Status.RESOURCE_EXHAUSTED
    status, _ = await native(channel, EXECUTE, bytes(MAX_REQUEST))
    assert status is Status.INVALID_ARGUMENT
    channel.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", Status.INVALID_ARGUMENT),
        (b"\x00\x00", Status.INVALID_ARGUMENT),
        (framed(CLOCK)[:-1], Status.INVALID_ARGUMENT),
        (framed(CLOCK, flag=1), Status.UNIMPLEMENTED),
        (framed(b"\xff" * 20), Status.INVALID_ARGUMENT),
        (struct.pack(">BI", 0, 2**32 - 1), Status.RESOURCE_EXHAUSTED),
        (framed(CLOCK), Status.OK),
    ],
    ids=["nothing", "no-header", "cut", "compressed", "no-message", "four-gigabytes", "whole"],
)
async def test_a_body_that_is_no_message_is_named(network: LocalSui, body: bytes, status: Status) -> None:
    assert await status_of(network.url, OBJECT, body) == status.value


async def test_messages_nested_without_end_are_refused_at_once(network: LocalSui) -> None:
    channel = raw_channel(network.url)
    async with asyncio.timeout(SECONDS):
        status, _ = await native(channel, SIMULATE, nested(depth=50_000))
    assert status is Status.INVALID_ARGUMENT
    channel.close()


def nested(depth: int) -> bytes:
    """A literal that is a list of a list of a list."""
    parts, size = [], 0
    for number in [
        *[1, 6] * depth,
        1000,
        1,
        1,
        2,
        1,
    ]:  # list and value; literal, inputs, program, kind, transaction
        key = varint(number << 3 | 2) + varint(size)
        parts.append(key)
        size += len(key)
    return b"".join(reversed(parts))


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


async def test_a_web_reader_who_does_not_read_holds_up_nobody() -> None:
    request = bytes(rpc.SubscribeCheckpointsRequest(read_mask=protobuf.FieldMask(paths=["*"])))
    async with LocalSui.start() as network:
        body = framed(request)
        head = f"POST {SUBSCRIBE} HTTP/1.1\r\nhost: local\r\ncontent-length: {len(body)}\r\n"
        async with connected(network.url) as (reader, writer):
            writer.write(f"{head}content-type: application/grpc-web\r\n\r\n".encode() + body)
            assert b"200 OK" in await reader.readline()
            for _ in range(30):  # together more than what may be under way unread
                network.faucet.fund(bytes(31) + b"\x07")
                answer = await call(network.url, "LedgerService", "GetServiceInfo", rpc.GetServiceInfoRequest())
            assert answer.checkpoint_height == 30


@pytest.mark.fuzz
async def test_damaged_requests_to_the_faucet_and_to_control(network: LocalSui) -> None:
    """Refused, or still a request; what the faucet then sent is taken back."""
    chance = random.Random(4)
    true = {"/v2/gas": b'{"FixedAmountRequest": {"recipient": "0xab"}}', "/control/revert": b'{"checkpoint": 0}'}
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(base_url=network.url, headers=headers, timeout=SECONDS) as client:
        for path in true:
            assert (await client.post(path, content=b"[" * 4000)).status_code == 400
        for _ in range(cases(40, 2_000)):
            path = chance.choice(list(true))
            body = damaged(true[path], chance)
            answer = await client.post(path, content=body)
            assert answer.status_code in (200, 400), (path, body)
            if path == "/v2/gas" and answer.status_code == 200:
                network.ledger.revert(0)
