"""Following checkpoints: in order, without gaps, at once, and through restarts of the full node."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.waiting import SECONDS, in_time
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.testbed.ports import free_ports
from walrus_sui.bcs.sui import format_address
from walrus_sui.chain import Checkpoint, Keypair, SuiClient, TransactionBuilder
from walrus_sui.chain import checkpoints as chain_checkpoints
from walrus_sui.chain.checkpoints import follow_checkpoints
from walrus_sui.chain.transport import Transport
from walrus_sui.errors import ChainRefused

NOBODY = bytes([0xEE]) * 32


async def pay(sui: SuiClient, payer: Keypair) -> int:
    """One transaction; the checkpoint that holds it."""
    tx = TransactionBuilder(gas_budget=10_000_000)
    tx.transfer_objects([tx.split_coins(tx.gas, [1])[0]], NOBODY)
    return (await sui.execute(tx, payer)).checkpoint


def watchers() -> int:
    return sum("_Head.watch" in repr(task.get_coro()) for task in asyncio.all_tasks())


def soon(checkpoints: AsyncGenerator[Checkpoint, None]) -> asyncio.Task[Checkpoint]:
    """The next checkpoint, waited for while other things happen."""

    async def following() -> Checkpoint:
        return await anext(checkpoints)

    return asyncio.create_task(following())


async def take(checkpoints: AsyncIterator[Checkpoint], last: int) -> list[Checkpoint]:
    """Up to and including checkpoint number `last`."""
    found: list[Checkpoint] = []
    async for checkpoint in checkpoints:
        found.append(checkpoint)
        if checkpoint.sequence >= last:
            return found
    raise AssertionError("the iterator ended")


async def test_from_the_first_to_those_to_come(sui: SuiClient, alice: Keypair) -> None:
    before = [await pay(sui, alice) for _ in range(30)]
    async with aclosing(sui.checkpoints(0)) as checkpoints:
        found = await take(checkpoints, before[-1])
        after = await pay(sui, alice)
        found += await take(checkpoints, after)
    assert [checkpoint.sequence for checkpoint in found] == list(range(after + 1))
    assert [item.timestamp_ms for item in found] == sorted(item.timestamp_ms for item in found)
    assert abs(found[-1].timestamp_ms / 1000 - time.time()) < 60


async def test_from_the_middle(sui: SuiClient, alice: Keypair) -> None:
    last = [await pay(sui, alice) for _ in range(5)][-1]
    async with aclosing(sui.checkpoints(last - 1)) as checkpoints:
        assert [item.sequence for item in await take(checkpoints, last)] == [last - 1, last]


async def test_a_follower_is_told_of_checkpoints(
    sui: SuiClient, network: LocalSui, alice: Keypair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would wait for ever for its time to ask."""
    monkeypatch.setattr(chain_checkpoints, "_POLL_SECONDS", 3600.0)
    async with SuiClient(network.url) as other, aclosing(other.checkpoints(0)) as checkpoints:
        await take(checkpoints, await other.latest_checkpoint())
        for _ in range(5):
            following = soon(checkpoints)
            sequence = await pay(sui, alice)
            assert (await in_time(following)).sequence == sequence


class Counting(Transport):
    """Counts how often a checkpoint is asked for."""

    asked = 0

    async def call(self, service: str, method: str, request: Any) -> Any:
        self.asked += method == "get_checkpoint"
        return await super().call(service, method, request)


async def test_who_is_told_does_not_ask(sui: SuiClient, network: LocalSui, alice: Keypair) -> None:
    transport = Counting(network.url)
    transport.open()
    start = await sui.latest_checkpoint() + 1
    async with aclosing(follow_checkpoints(transport, start)) as checkpoints:
        following = soon(checkpoints)
        await pay(sui, alice)
        await following  # it listens now
        before, began, found = transport.asked, time.monotonic(), 0
        for _ in range(20):
            following = soon(checkpoints)
            sequence = await pay(sui, alice)
            found += (await following).sequence == sequence
        assert found == 20
        passed = time.monotonic() - began  # it asks ever more seldom: six times within 3.2 s, then every five
        assert transport.asked - before <= 6 + passed / 3
    await transport.close()


class WithoutSubscriptions(Transport):
    """As towards a full node that does not offer them."""

    async def stream(self, service: str, method: str, request: Any) -> AsyncIterator[Any]:
        raise ChainRefused("no subscriptions here", status="UNIMPLEMENTED")
        yield


async def test_a_full_node_without_subscriptions(sui: SuiClient, network: LocalSui, alice: Keypair) -> None:
    transport = WithoutSubscriptions(network.url)
    transport.open()
    async with aclosing(follow_checkpoints(transport, 0)) as checkpoints:
        await take(checkpoints, await sui.latest_checkpoint())
        following = soon(checkpoints)
        sequence = await pay(sui, alice)
        assert (await following).sequence == sequence
    await transport.close()


@asynccontextmanager
async def full_node(directory: Path, port: int) -> AsyncIterator[str]:
    """A full node in a process of its own, killed in the end; its faucet's URL."""
    arguments = ["--port", str(port), "--faucet-port", "0", "--dir", str(directory), "--json"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "walrus_localnet.chain", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())["faucetUrl"]
    finally:
        process.kill()
        await process.communicate()


async def fund(faucet_url: str, address: bytes) -> None:
    async with httpx.AsyncClient(timeout=SECONDS) as http:
        request = {"FixedAmountRequest": {"recipient": format_address(address)}}
        (await http.post(f"{faucet_url}/v2/gas", json=request)).raise_for_status()


@pytest.mark.e2e
async def test_a_follower_survives_kills_of_the_full_node(tmp_path: Path) -> None:
    (port,), payer = free_ports(1), Keypair.generate()
    async with SuiClient(f"http://127.0.0.1:{port}") as sui, aclosing(sui.checkpoints(0)) as checkpoints:
        following = soon(checkpoints)  # begun before there is a full node
        async with full_node(tmp_path, port) as faucet_url:
            await fund(faucet_url, payer.address)
            first = await following
            found = [first, *await take(checkpoints, await pay(sui, payer))]
            following = soon(checkpoints)
        async with full_node(tmp_path, port):
            last = await pay(sui, payer)
            found.append(await following)
            if found[-1].sequence < last:
                found += await take(checkpoints, last)
    assert [checkpoint.sequence for checkpoint in found] == list(range(last + 1))


@pytest.mark.e2e
async def test_a_transaction_is_sent_again_to_a_full_node_that_comes_back(tmp_path: Path) -> None:
    (port,), payer = free_ports(1), Keypair.generate()
    async with SuiClient(f"http://127.0.0.1:{port}", patience=60) as sui:
        async with full_node(tmp_path, port) as faucet_url:
            await fund(faucet_url, payer.address)
            await pay(sui, payer)
        paying = asyncio.create_task(pay(sui, payer))  # while nobody listens
        async with full_node(tmp_path, port):
            await paying
            assert await sui.balance(NOBODY) == 2


async def test_many_followers_of_one_client(sui: SuiClient, alice: Keypair) -> None:
    async def follow(last: int) -> list[int]:
        async with aclosing(sui.checkpoints(0)) as checkpoints:
            return [item.sequence for item in await take(checkpoints, last)]

    last = await sui.latest_checkpoint() + 3
    following = [asyncio.create_task(follow(last)) for _ in range(5)]
    while await pay(sui, alice) < last:
        pass
    assert await asyncio.gather(*following) == [list(range(last + 1))] * 5


async def test_a_follower_leaves_no_task_behind(sui: SuiClient) -> None:
    async with aclosing(sui.checkpoints(0)) as checkpoints:
        await anext(checkpoints)
        assert watchers() == 1
    assert watchers() == 0
