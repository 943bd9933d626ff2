"""Our own network: thirteen nodes, a chain and one open client."""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.store_read.processes import Processes
from benchmarks.store_read.report import Report
from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan
from walrus_sui.client import WalrusClient
from walrus_sui.client.network.transport import NodeTransport
from walrus_sui.client.progress import Phase, Progress
from walrus_sui.config import load_config

SIZES = {"1 KiB": 1 << 10, "1 MiB": 1 << 20, "64 MiB": 64 << 20}
WEIGHTS = {"1 KiB": 2.0, "1 MiB": 1.0, "64 MiB": 0.6}
"""How many rounds of each size, as a share of those asked for."""
NODES = 13
DEAD = 4
NAME = "walrus-sui"


@dataclass(frozen=True)
class Net:
    """A network that is up, and where its clients find it."""

    localnet: Localnet
    config: Path

    async def kill(self, count: int) -> None:
        names = [node.name for node in self.localnet.manifest().nodes[:count]]
        await self.localnet.kill_nodes(names)


@asynccontextmanager
async def network(folder: Path, shards: int, report: Report) -> AsyncIterator[Net]:
    localnet = Localnet(folder)
    start = time.perf_counter()
    manifest = await localnet.up(Plan(nodes=NODES, shards=shards))
    report.say(f"{NODES} nodes, {shards} shards: up in {time.perf_counter() - start:.1f} s; minimum / median")
    try:
        yield Net(localnet, manifest.client_config)
    finally:
        await localnet.discard()


async def measure(
    net: Net, sizes: Mapping[str, int], rounds: Mapping[str, float], report: Report, *, dead: int = 0
) -> None:
    """Store and read fresh blobs of every size with one open client."""
    async with WalrusClient(load_config(net.config)) as client:
        for _ in range(2):  # the first ones load what the others find loaded
            await client.read((await client.store(os.urandom(1000))).blob_id)
        processes = Processes.of(net.localnet.manifest())
        for label, size in sizes.items():
            stores, reads = _Runs(processes), _Runs(processes)
            await _measure(client, size, int(rounds[label]), stores, reads)
            for operation, runs in (("store", stores), ("read", reads)):
                report.times(NAME, (operation, label, dead), size, runs.seconds, runs.summary())


async def _measure(client: WalrusClient, size: int, rounds: int, stores: _Runs, reads: _Runs) -> None:
    for _ in range(rounds):
        data = os.urandom(size)
        with stores.run() as clock:
            stored = await client.store(data, on_progress=clock)
        with reads.run() as clock:
            back = await client.read(stored.blob_id, on_progress=clock)
        if back != data:
            raise AssertionError(f"blob {stored.blob_id} came back changed")


class _Runs:
    """Several runs of one operation: how long each took, whose processor time, in which phases and with how many
    requests to nodes."""

    def __init__(self, processes: Processes) -> None:
        self.seconds: list[float] = []
        self._processes = processes
        self._cpu: list[tuple[float, ...]] = []
        self._requests: list[int] = []
        self._phases: dict[Phase, list[float]] = defaultdict(list)

    @contextmanager
    def run(self) -> Iterator[PhaseClock]:
        with _counted() as requests:
            before = self._cpu_seconds()
            clock = PhaseClock()
            yield clock
            self.seconds.append(time.perf_counter() - clock.start)
        self._cpu.append(tuple(now - then for now, then in zip(self._cpu_seconds(), before, strict=True)))
        self._requests.append(len(requests))
        for phase, seconds in clock.durations().items():
            self._phases[phase].append(seconds)

    def _cpu_seconds(self) -> tuple[float, ...]:
        """Of client, chain and nodes."""
        return time.process_time(), *self._processes.cpu_seconds()

    def summary(self) -> str:
        client, chain, nodes = (_ms(list(times)) for times in zip(*self._cpu, strict=True))
        phases = ", ".join(f"{phase.value} {_ms(times)}" for phase, times in self._phases.items())
        cpu = f"{client} ms of CPU here, {chain} of the chain, {nodes} of the nodes"
        return f"{statistics.median(self._requests):.0f} requests, {cpu}; {phases}"


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


@contextmanager
def _counted() -> Iterator[list[httpx.URL]]:
    """The requests to storage nodes that are made meanwhile."""
    send, seen = NodeTransport.handle_async_request, []

    async def counting(self: NodeTransport, request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return await send(self, request)

    NodeTransport.handle_async_request = counting  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        NodeTransport.handle_async_request = send  # type: ignore[method-assign]


def _ms(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:.1f}"
