"""The embedded Sui network: how soon it is ready, how many transactions a second, what a snapshot costs.

    python -m benchmarks.chain

Targets: ready within 1.5 s; 500 transactions a second in process, 100 through one pysui client (built, simulated,
signed, executed); taking a snapshot back under 5 ms with 10,000 objects in the ledger.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sys import stdout
from typing import Any

import httpx

from tests.chain.sandbox import CLOCK, Playground, Program, Sandbox, publish
from walrus_sui.bcs import sui

OBJECTS = 10_000
TRANSACTIONS = 500
CLIENT_TRANSACTIONS = 100


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
    """A network in a process of its own; where it answers."""
    command = [sys.executable, "-m", "walrus_localnet.chain", "--port", "0", "--faucet-port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


async def client_transactions_per_second(url: str, faucet: str) -> float:
    """Split and transfer by one unmodified pysui client over loopback, one after the other."""
    import pysui.sui.sui_common.sui_commands as commands

    with tempfile.TemporaryDirectory() as folder:
        client, address = pysui_client(url, Path(folder))
        body = {"FixedAmountRequest": {"recipient": address}}
        async with httpx.AsyncClient() as http:
            (await http.post(f"{faucet}/v2/gas", json=body)).raise_for_status()
        async with client:
            start = time.perf_counter()
            for _ in range(CLIENT_TRANSACTIONS):
                transaction = await client.transaction()
                coin = await transaction.split_coin(coin=transaction.gas, amounts=[1])
                await transaction.transfer_objects(transfers=[coin], recipient="0x" + "ab" * 32)
                built = await transaction.build_and_sign()
                sent = await client.execute(command=commands.ExecuteTransaction(**built))
                if not sent.is_ok():
                    raise RuntimeError(sent.result_string)
            return CLIENT_TRANSACTIONS / (time.perf_counter() - start)


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


async def measure_client() -> float:
    with network() as ready:
        return await client_transactions_per_second(ready["url"], ready["faucetUrl"])


def main() -> None:
    rows = [("ready", f"{ready_seconds():.2f} s", "< 1.5 s")]
    rows.append(("calls in process, in memory", f"{calls_per_second(None):.0f} /s", ">= 500 /s"))
    with tempfile.TemporaryDirectory() as folder:
        rows.append(("calls in process, on disk", f"{calls_per_second(Path(folder)):.0f} /s", ">= 500 /s"))
    rows.append(
        (
            "transactions of one pysui client",
            f"{asyncio.run(measure_client()):.0f} /s",
            ">= 100 /s",
        )
    )
    empty, used = snapshot_milliseconds()
    rows.append((f"snapshot with {OBJECTS:,} objects", f"{empty:.2f} ms", "< 5 ms"))
    rows.append(("the same, with a transaction to undo", f"{used:.2f} ms", "< 5 ms"))
    for name, value, target in rows:
        stdout.write(f"{name:<40}{value:>12}   target {target}\n")


if __name__ == "__main__":
    main()
