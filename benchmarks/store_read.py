"""Storing and reading over a whole network: latency by phase, throughput, with and without dead nodes.

    python -m benchmarks.store_read [--shards 130] [--rounds 5] [--largest MIB]

Thirteen node processes and the chain share this machine with the client, so every figure is one of the whole
network's work on these cores. Sizes 1 KiB, 1 MiB and 64 MiB; fresh random bytes each time, each read compared.
Targets at 130 shards: store 1 KiB in 60 ms and 64 MiB in 0.9 s, read 10 ms and 0.4 s, no slower with f nodes dead.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from sys import stdout

from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan
from walrus_sui.client import WalrusClient
from walrus_sui.client.progress import Phase, Progress
from walrus_sui.config import load_config

SIZES = {"1 KiB": 1 << 10, "1 MiB": 1 << 20, "64 MiB": 64 << 20}
NODES = 13
DEAD = 4


class PhaseClock:
    """A progress listener that knows when each phase was last heard of, in seconds since it was made."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.ended: dict[Phase, float] = {}

    def __call__(self, progress: Progress) -> None:
        if progress.finished:
            self.ended[progress.phase] = time.perf_counter() - self.start

    def durations(self) -> dict[Phase, float]:
        """From the end of the phase before it to its own end, in the order they ended."""
        result, before = {}, 0.0
        for phase, end in sorted(self.ended.items(), key=lambda item: item[1]):
            result[phase], before = end - before, end
        return result


async def measure(client: WalrusClient, label: str, size: int, rounds: int) -> None:
    """Store and read `rounds` fresh blobs and print the minimum and median of each, with the phases' medians."""
    stores, reads, phases = [], [], defaultdict(list)
    for _ in range(rounds):
        data = os.urandom(size)
        clock = PhaseClock()
        stored = await client.store(data, on_progress=clock)
        stores.append(time.perf_counter() - clock.start)
        start = time.perf_counter()
        back = await client.read(stored.blob_id)
        reads.append(time.perf_counter() - start)
        if back != data:
            raise AssertionError(f"blob {stored.blob_id} came back changed")
        for phase, seconds in clock.durations().items():
            phases[phase].append(seconds)
    parts = ", ".join(f"{phase.value} {_ms(statistics.median(times))}" for phase, times in phases.items())
    stdout.write(f"{label:<22} {_row(stores, size)}   {_row(reads, size)}   {parts}\n")
    stdout.flush()


def _row(times: list[float], size: int) -> str:
    best, median = min(times), statistics.median(times)
    return f"{_ms(best):>8} / {_ms(median):>8} ({size / median / 1e6:6.1f} MB/s)"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def run(shards: int, rounds: int, largest: int) -> None:
    with tempfile.TemporaryDirectory(prefix="walrus-bench-") as folder:
        localnet = Localnet(Path(folder) / "network")
        start = time.perf_counter()
        manifest = await localnet.up(Plan(nodes=NODES, shards=shards))
        stdout.write(f"{NODES} nodes, {shards} shards: up in {time.perf_counter() - start:.1f} s\n")
        stdout.write(
            f"{'':<22} {'store: min / median':<35}   {'read: min / median':<35}   phases of a store (medians)\n"
        )
        try:
            async with WalrusClient(load_config(manifest.client_config)) as client:
                await client.store(os.urandom(1000))  # the first one loads what the others find loaded
                for label, size in SIZES.items():
                    if size <= largest:
                        await measure(client, label, size, rounds)
                await localnet.kill_nodes([node.name for node in manifest.nodes[:DEAD]])
                for label, size in SIZES.items():
                    if size <= largest:
                        await measure(client, f"{label}, {DEAD} dead", size, rounds)
        finally:
            await localnet.discard()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    stdout.write(f"peak memory of the client: {peak:.0f} MiB\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, default=130)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=64, help="MiB; leave out larger blobs")
    options = parser.parse_args()
    asyncio.run(run(options.shards, options.rounds, options.largest << 20))


if __name__ == "__main__":
    main()
