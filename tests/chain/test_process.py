"""The network as a process: it says when it is ready, stops when told, keeps its state, and survives garbage."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.const import Cardinality, Status

from tests.chain.process import network
from tests.chain.rpc_client import call, refusal
from tests.waiting import SECONDS, in_time
from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.methods import METHODS

RECIPIENT = "0x" + "cd" * 32


async def balance(url: str) -> int:
    answer = await call(url, "StateService", "GetBalance", rpc.GetBalanceRequest(owner=RECIPIENT))
    return int(answer.balance.balance)


async def ask_faucet(url: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        return await client.post(f"{url}/v2/gas", json={"FixedAmountRequest": {"recipient": RECIPIENT}})


@pytest.fixture
async def network_url() -> AsyncIterator[str]:
    async with LocalSui.start() as running:
        yield running.url


@pytest.mark.e2e
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_stops_cleanly_and_goes_on_later(tmp_path: Path, number: signal.Signals) -> None:
    async with network("--dir", str(tmp_path)) as (process, ready):
        answer = await ask_faucet(ready["faucetUrl"])
        assert answer.json()["status"] == "Success"
        assert len(answer.json()["coins_sent"]) == 5
        process.send_signal(number)
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")
    async with network("--dir", str(tmp_path)) as (_, again):
        assert again["chainId"] == ready["chainId"]
        assert await balance(again["url"]) == 1000 * 10**9


@pytest.mark.e2e
async def test_a_port_that_is_taken_is_named() -> None:
    async with network() as (_, ready):
        port = ready["url"].rsplit(":", 1)[1]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "walrus_localnet.chain", "--port", port, "--faucet-port", "0", stderr=PIPE
        )
        _, errors = await process.communicate()
        assert process.returncode == 1
        assert b"cannot listen" in errors


@pytest.mark.parametrize("garbage", [b"", b"\xff" * 50, bytes(500)])
async def test_garbage_gets_an_error_and_the_server_lives(garbage: bytes) -> None:
    bad = rpc.Transaction(bcs=rpc.Bcs(value=garbage))
    requests: list[tuple[str, Any]] = [
        ("ExecuteTransaction", rpc.ExecuteTransactionRequest()),
        (
            "ExecuteTransaction",
            rpc.ExecuteTransactionRequest(
                transaction=bad, signatures=[rpc.UserSignature(bcs=rpc.Bcs(value=garbage))]
            ),
        ),
        ("SimulateTransaction", rpc.SimulateTransactionRequest(transaction=bad)),
    ]
    async with LocalSui.start() as running:
        for method, request in requests:
            status = await refusal(running.url, "TransactionExecutionService", method, request)
            assert status is Status.INVALID_ARGUMENT
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            for body in (garbage or b"[]", b"[" * 10_000):
                answer = await client.post(f"{running.faucet_url}/v2/gas", content=body)
                assert answer.status_code == 400
        host, port = running.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(garbage + b"GET / HTTP/1.1\r\n\r\n")
        await reader.read()
        writer.close()
        assert await balance(running.url) == 0


@pytest.mark.parametrize("path", ["/v2/gas", "/control/snapshot", "/sui.rpc.v2.LedgerService/GetObject"])
async def test_who_leaves_in_the_middle_of_a_request_is_no_fault(
    network_url: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = network_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    writer.write(head.encode() + b"{")
    writer.write_eof()
    await reader.read()  # to the end of the connection
    writer.close()
    assert await balance(network_url) == 0
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_what_is_too_large_is_refused(network_url: str) -> None:
    bad = rpc.Transaction(bcs=rpc.Bcs(value=bytes(3_000_000)))
    for method, request in (
        ("ExecuteTransaction", rpc.ExecuteTransactionRequest(transaction=bad)),
        ("SimulateTransaction", rpc.SimulateTransactionRequest(transaction=bad)),
    ):
        status = await refusal(network_url, "TransactionExecutionService", method, request)
        assert status is Status.INVALID_ARGUMENT
    many = rpc.BatchGetObjectsRequest(requests=[rpc.GetObjectRequest(object_id="0x6")] * 1001)
    assert await refusal(network_url, "LedgerService", "BatchGetObjects", many) is Status.INVALID_ARGUMENT
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        path = "/sui.rpc.v2.LedgerService/GetObject"
        answer = await client.post(f"{network_url}{path}", content=bytes(5_000_000))
        assert b"grpc-status:8" in answer.content
        for body in (b"", b"\x00", b"\x00\x00\x00\x00\x09abc", b"\x01\x00\x00\x00\x00"):
            answer = await client.post(f"{network_url}{path}", content=body)
            assert b"grpc-status:3" in answer.content


async def test_an_idle_connection_outlives_the_patience_of_clients(
    network_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, port = network_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    loop = asyncio.get_running_loop()
    now = loop.time
    for later in (0, 60):
        monkeypatch.setattr(loop, "time", lambda later=later: now() + later)  # timers until then run now
        await asyncio.sleep(0.01)
        writer.write(b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await in_time(reader.readuntil(b"\r\n\r\n"))).startswith(b"HTTP/1.1 404")
        await in_time(reader.readuntil(b"Not Found"))
    writer.close()


async def test_a_reader_who_does_not_read_holds_up_nobody(network_url: str) -> None:
    host, port = network_url.removeprefix("http://").split(":")
    narrow = Configuration(http2_connection_window_size=65535, http2_stream_window_size=65535)
    channel = Channel(host, int(port), config=narrow)
    path = "/sui.rpc.v2.SubscriptionService/SubscribeCheckpoints"
    types = (rpc.SubscribeCheckpointsRequest, rpc.SubscribeCheckpointsResponse)
    async with channel.request(path, Cardinality.UNARY_STREAM, *types) as stream:
        everything = protobuf.FieldMask(paths=["*"])
        await stream.send_message(rpc.SubscribeCheckpointsRequest(read_mask=everything), end=True)
        assert await stream.recv_message() is not None
        for _ in range(20):  # together more than what may be under way unread
            answer = await ask_faucet(network_url)
            assert answer.json()["status"] == "Success"
        cursors = [(await stream.recv_message()).cursor for _ in range(20)]  # type: ignore[union-attr]
        assert cursors == list(range(1, 21))
        await stream.cancel()
    channel.close()


async def test_every_method_answers() -> None:
    """All of them are offered, and take an empty request for what it is."""
    allowed = {None, Status.INVALID_ARGUMENT, Status.NOT_FOUND}
    async with LocalSui.start() as running:
        for service, methods in METHODS.items():
            for method in methods.split():
                request = getattr(rpc, f"{method}Request")()
                assert await refusal(running.url, service, method, request) in allowed, method


async def test_it_stops_while_someone_listens() -> None:
    async with LocalSui.start() as running:
        host, port = running.url.removeprefix("http://").split(":")
        channel = Channel(host, int(port))
        path = "/sui.rpc.v2.SubscriptionService/SubscribeCheckpoints"
        types = (rpc.SubscribeCheckpointsRequest, rpc.SubscribeCheckpointsResponse)
        stream = await channel.request(path, Cardinality.UNARY_STREAM, *types).__aenter__()
        await stream.send_message(rpc.SubscribeCheckpointsRequest(), end=True)
        first = await stream.recv_message()
        assert first is not None
        assert first.cursor == 0
    channel.close()


@pytest.mark.parametrize("port", [-1, 65536])
async def test_numbers_that_no_port_has(port: int) -> None:
    with pytest.raises(LocalChainError, match=f"expected a port of 0 to 65535, got {port}"):
        async with LocalSui.start(port=port):
            pass


async def test_it_listens_on_ipv6_addresses() -> None:
    if not socket.has_ipv6:
        pytest.skip("there is no IPv6 here")
    async with LocalSui.start(host="::1") as running:
        assert running.url.startswith("http://[::1]:")
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            assert (await client.get(running.url)).status_code == 200


async def test_an_epoch_of_no_length_is_refused():
    with pytest.raises(LocalChainError, match="expected epochs longer than 0 s, got 0"):
        async with LocalSui.start(epoch=0):
            pass
