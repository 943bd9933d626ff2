"""The embedded Sui network: how soon it is ready, how many transactions a second, what a snapshot costs.

    python -m benchmarks.chain

Targets: ready within 1.5 s; 500 transactions a second in process, 100 through one pysui client (built, simulated,
signed, executed) and through our own; taking a snapshot back under 5 ms with 10,000 objects in the ledger. Where
client and network are processes of their own, the CPU time of both is told too: it says more than the clock on a
machine that does other things.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sys import stdout
from typing import Any

import httpx

from tests.chain.sandbox import CLOCK, Playground, Program, Sandbox, publish
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import format_address
from walrus_sui.chain import Keypair, SuiClient, TransactionBuilder

NOBODY = bytes([0xAB]) * 32
OBJECTS = 10_000
TRANSACTIONS = 500
CLIENT_TRANSACTIONS = 100
FOLLOWERS = 13
READS = 300


def ready_seconds() -> float:
    """From starting the process to its saying that it answers."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        with network():
            times.append(time.perf_counter() - start)
    return min(times)


def calls_per_second(directory: Path | None) -> float:
    """Shared counter calls with an event each: built, signed, executed, committed, in this process."""
    box = Sandbox.open(directory)
    play = publish(box)
    start = time.perf_counter()
    for _ in range(TRANSACTIONS):
        box.clock.advance(1)
        box.succeed(_count(box, play))
    rate = TRANSACTIONS / (time.perf_counter() - start)
    box.close()
    return rate


def _count(box: Sandbox, play: Playground) -> Program:
    program = Program()
    counter = program.shared(box.object(play.counter))
    program.call(play.package, "toys::count", counter, program.shared(box.object(CLOCK), mutable=False))
    return program


def snapshot_milliseconds() -> tuple[float, float]:
    """What a snapshot costs that a test wraps itself in: with nothing done inside, and with one transaction."""
    box = Sandbox.open()
    play = publish(box)
    for _ in range(OBJECTS // 250):
        program = Program()
        program.send(box.bob.address, *program.split(sui.GasCoin(), *[1] * 250))
        box.succeed(program)
    empty = min(_timed_snapshot(box, None) for _ in range(20))
    used = min(_timed_snapshot(box, _count(box, play)) for _ in range(20))
    box.close()
    return empty * 1000, used * 1000


def _timed_snapshot(box: Sandbox, program: Program | None) -> float:
    start = time.perf_counter()
    with box.snapshot():
        begun = time.perf_counter() - start
        if program is not None:
            box.succeed(program)
        start = time.perf_counter()
    return begun + time.perf_counter() - start


@contextmanager
def network() -> Iterator[dict[str, str]]:
    """A network in a process of its own; where it answers, and the number of its process."""
    command = [sys.executable, "-m", "walrus_localnet.chain", "--port", "0", "--faucet-port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield {**json.loads(process.stdout.readline()), "process": str(process.pid)}
        finally:
            process.terminate()


@dataclass(frozen=True)
class Cost:
    """What one call took: seconds on the clock, of the client's CPU and of the network's."""

    clock: float
    client: float
    network: float

    def __str__(self) -> str:
        return f"{self.client * 1000:.1f} + {self.network * 1000:.1f} ms"


async def cost(process: int, times: int, call: Callable[[], Awaitable[object]]) -> Cost:
    """The mean of `times` calls, one after the other; `process` is the network's."""
    network_before, client_before, before = cpu_seconds(process), time.process_time(), time.perf_counter()
    for _ in range(times):
        await call()
    clock, client = time.perf_counter() - before, time.process_time() - client_before
    return Cost(clock / times, client / times, (cpu_seconds(process) - network_before) / times)


def cpu_seconds(process: int) -> float:
    """User and system time of another process (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def pysui_transaction_cost(process: int, url: str, faucet: str) -> Cost:
    """Split and transfer by one unmodified pysui client over loopback, one after the other."""
    import pysui.sui.sui_common.sui_commands as commands

    with tempfile.TemporaryDirectory() as folder:
        client, address = pysui_client(url, Path(folder))
        await fund(faucet, address)

        async def pay() -> None:
            transaction = await client.transaction()
            coin = await transaction.split_coin(coin=transaction.gas, amounts=[1])
            await transaction.transfer_objects(transfers=[coin], recipient="0x" + "ab" * 32)
            built = await transaction.build_and_sign()
            sent = await client.execute(command=commands.ExecuteTransaction(**built))
            if not sent.is_ok():
                raise RuntimeError(sent.result_string)

        async with client:
            return await cost(process, CLIENT_TRANSACTIONS, pay)


async def own_costs(process: int, url: str, faucet: str) -> list[Cost]:
    """By our own client: a transaction that is tried out first, a routine one, and reading an object."""
    keypair = Keypair.generate()
    await fund(faucet, format_address(keypair.address))
    async with SuiClient(url) as client:
        coin = (await client.coins(keypair.address))[0].object_id

        async def pay(*, routine: bool) -> None:
            tx = TransactionBuilder(routine=routine)
            tx.transfer_objects(list(tx.split_coins(tx.object(coin), [1])), NOBODY)
            await client.execute(tx, keypair)

        await pay(routine=True)  # the first one loads what the others find loaded
        return [
            await cost(process, CLIENT_TRANSACTIONS, lambda: pay(routine=False)),
            await cost(process, CLIENT_TRANSACTIONS, lambda: pay(routine=True)),
            await cost(process, READS, lambda: client.get_object(coin)),
        ]


async def follower_costs(process: int, url: str, faucet: str) -> tuple[float, float]:
    """CPU seconds a checkpoint costs each of `FOLLOWERS`, and what each of them costs the network.

    Both are what is more when they follow than when nobody does. Another process makes the transactions.
    """
    spent = []
    for count in (0, FOLLOWERS):
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(SuiClient(url)) for _ in range(max(count, 1))]
            start = await clients[0].latest_checkpoint() + 1
            last = start + CLIENT_TRANSACTIONS
            followers = [asyncio.create_task(_follow(client, start, last)) for client in clients[:count]]
            for client in clients:
                await client.chain_id()
            before = time.process_time(), cpu_seconds(process)
            await asyncio.to_thread(subprocess.run, [sys.executable, "-c", PAY, url, faucet], check=True)
            await asyncio.gather(*followers)
            spent.append((time.process_time() - before[0], cpu_seconds(process) - before[1]))
    (alone, network_alone), (followed, network_followed) = spent
    times = CLIENT_TRANSACTIONS * FOLLOWERS
    return (followed - alone) / times, (network_followed - network_alone) / times


async def _follow(client: SuiClient, start: int, last: int) -> None:
    async with aclosing(client.checkpoints(start)) as checkpoints:
        async for checkpoint in checkpoints:
            if checkpoint.sequence >= last:
                return


PAY = """
import asyncio, sys
from benchmarks.chain import own_payments
asyncio.run(own_payments(*sys.argv[1:]))
"""


async def own_payments(url: str, faucet: str) -> None:
    """As many transactions as the followers wait for, the one of the faucet among them."""
    keypair = Keypair.generate()
    await fund(faucet, format_address(keypair.address))
    async with SuiClient(url) as client:
        for _ in range(CLIENT_TRANSACTIONS):
            tx = TransactionBuilder(gas_budget=10_000_000)
            tx.transfer_objects(list(tx.split_coins(tx.gas, [1])), NOBODY)
            await client.execute(tx, keypair)


async def fund(faucet: str, address: str) -> None:
    async with httpx.AsyncClient() as http:
        body = {"FixedAmountRequest": {"recipient": address}}
        (await http.post(f"{faucet}/v2/gas", json=body)).raise_for_status()


def pysui_client(url: str, folder: Path) -> tuple[Any, str]:
    """A client without TLS, and its address."""
    from grpclib.client import Channel
    from pysui import GroupProtocol, NetworkType, PysuiConfiguration, client_factory

    groups = [{"name": "unused", "make_active": True}]
    config = PysuiConfiguration.initialize_config(in_folder=folder, init_groups=groups)
    profile = {"url": url, "network_type": NetworkType.LOCAL, "make_active": True}
    (address,) = config.new_group(
        group_name="local",
        profile_block=[{"profile_name": "local", **profile}],
        key_block=[{"key_string": base64.b64encode(bytes(33)).decode(), "alias": "key"}],
        active_address_index=0,
        group_protocol=GroupProtocol.GRPC,
        make_group_active=True,
        persist=False,
    )
    client = client_factory(config)
    tls = client._channel
    client._channel = Channel(host=tls._host, port=tls._port, ssl=None)
    tls.close()
    return client, address


async def measure_clients() -> list[tuple[str, str, str]]:
    with network() as ready:
        process, url, faucet = int(ready["process"]), ready["url"], ready["faucetUrl"]
        pysui = await pysui_transaction_cost(process, url, faucet)
        tried, routine, read = await own_costs(process, url, faucet)
        following, telling = await follower_costs(process, url, faucet)
    rows = [
        ("transactions of one pysui client", pysui, ">= 100 /s"),
        ("transactions of our client", tried, ">= 100 /s"),
        ("the same, as a routine", routine, ">= 100 /s"),
        ("objects read by our client", read, ">= 500 /s"),
    ]
    return [
        *(
            (name, f"{1 / one.clock:.0f} /s", f"{target:<12} CPU of client + network {one}")
            for name, one, target in rows
        ),
        ("CPU of a follower a checkpoint", f"{following * 1000:.2f} ms", "< 0.5 ms"),
        ("CPU of the network for it", f"{telling * 1000:.2f} ms", "< 0.5 ms"),
    ]


def main() -> None:
    rows = [("ready", f"{ready_seconds():.2f} s", "< 1.5 s")]
    rows.append(("calls in process, in memory", f"{calls_per_second(None):.0f} /s", ">= 500 /s"))
    with tempfile.TemporaryDirectory() as folder:
        rows.append(("calls in process, on disk", f"{calls_per_second(Path(folder)):.0f} /s", ">= 500 /s"))
    rows += asyncio.run(measure_clients())
    empty, used = snapshot_milliseconds()
    rows.append((f"snapshot with {OBJECTS:,} objects", f"{empty:.2f} ms", "< 5 ms"))
    rows.append(("the same, with a transaction to undo", f"{used:.2f} ms", "< 5 ms"))
    for name, value, target in rows:
        stdout.write(f"{name:<40}{value:>12}   target {target}\n")


if __name__ == "__main__":
    main()
