"""Following checkpoints: in order, without gaps, at once, and through restarts of the full node."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from walrus_localnet.chain.local import LocalSui
from walrus_sui.chain import Checkpoint, Keypair, SuiClient, TransactionBuilder
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


async def test_a_follower_learns_of_a_checkpoint_at_once(
    sui: SuiClient, network: LocalSui, alice: Keypair
) -> None:
    delays = []
    async with SuiClient(network.url) as other, aclosing(other.checkpoints(0)) as checkpoints:
        await take(checkpoints, await other.latest_checkpoint())
        for _ in range(5):
            following = soon(checkpoints)
            sequence = await pay(sui, alice)
            finished = time.monotonic()
            assert (await following).sequence == sequence
            delays.append(time.monotonic() - finished)
    assert sorted(delays)[2] < 0.1


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


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


async def test_a_follower_survives_restarts_of_the_full_node(tmp_path: Path) -> None:
    port, payer = free_port(), Keypair.generate()
    async with SuiClient(f"http://127.0.0.1:{port}") as sui, aclosing(sui.checkpoints(0)) as checkpoints:
        following = soon(checkpoints)  # begun before there is a full node
        async with LocalSui.start(tmp_path, port=port) as network:
            network.faucet.fund(payer.address)
            found = [await following, *await take(checkpoints, await pay(sui, payer))]
            following = soon(checkpoints)
            await asyncio.sleep(0)
        async with LocalSui.start(tmp_path, port=port):
            last = await pay(sui, payer)
            found += [await following]
            if found[-1].sequence < last:
                found += await take(checkpoints, last)
    assert [checkpoint.sequence for checkpoint in found] == list(range(last + 1))


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
