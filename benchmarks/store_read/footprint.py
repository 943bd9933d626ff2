"""What a client takes beside time on the network: memory at its peak, and the processor until it begins."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.store_read.ours import Net
from benchmarks.store_read.report import Report
from walrus_sui.client import WalrusClient
from walrus_sui.config import load_config

WALRUS = [sys.executable, "-c", "from walrus_cli.main import main; main()"]
STARTS = 3


async def measure(net: Net, size: int, report: Report) -> None:
    """Peaks of storing and reading one blob of `size` bytes, each in a process of its own, and start times."""
    async with WalrusClient(load_config(net.config)) as client:
        large = (await client.store(os.urandom(size))).blob_id
        small = (await client.store(os.urandom(1000))).blob_id
    for operation in ("store", "read", "read_into"):
        command = [sys.executable, "-m", "benchmarks.store_read.footprint", str(net.config), operation]
        done = await asyncio.to_thread(
            subprocess.run, [*command, str(large), str(small), str(size)], capture_output=True, check=True
        )
        base, peak = json.loads(done.stdout)
        report.say(
            f"  memory of {operation:<10} {size >> 20} MiB: {peak:.0f} MiB at the peak, {base:.0f} before: "
            f"{(peak - base) * (1 << 20) / size:.2f} times the blob"
        )
    for name, arguments in (("walrus --help", ["--help"]), ("walrus read of 1 kB", ["read", "--", str(small)])):
        wall, cpu = await asyncio.to_thread(_start, arguments, net.config)
        report.say(f"  {name:<20} {wall * 1e3:6.0f} ms, {cpu * 1e3:.0f} ms of CPU from start to end")


def _start(arguments: list[str], config: Path) -> tuple[float, float]:
    """The least wall and CPU seconds of a few runs."""
    walls, cpus = [], []
    for _ in range(STARTS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [*WALRUS, *arguments], capture_output=True, check=True, env=os.environ | {"WALRUS_CONFIG": str(config)}
        )
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(cpus)


async def _child(config: Path, operation: str, large: str, small: str, size: int) -> tuple[float, float]:
    """MiB at the peak after a small operation, which loads what any needs, and after the large one."""
    async with WalrusClient(load_config(config)) as client:
        await client.read(small)
        match operation:
            case "store":
                await client.store(os.urandom(1000))
                base = _peak()
                await client.store(os.urandom(size))
            case "read":
                base = _peak()
                await client.read(large)
            case _:
                base = _peak()
                await client.read_into(large, config.parent / "benchmark-copy")
    return base, _peak()


def _peak() -> float:
    """Of this process alone: getrusage would give that of its parent if that was higher."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    config, operation, large, small, size = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(_child(Path(config), operation, large, small, int(size)))))
