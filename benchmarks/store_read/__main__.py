"""Storing and reading over a whole network: latency by phase, throughput, requests, memory and start times.

    python -m benchmarks.store_read [--shards 130] [--rounds 5] [--largest MIB] [--peer tahoe]

Thirteen node processes and the chain share this machine with the client, so every figure is one of the whole
network's work on these cores: run it on a quiet machine. Fresh random bytes each time, every read compared. With
`--peer`, Tahoe-LAFS does the same on a grid of thirteen nodes in the same run, 5 of 13 shares needed; it is
installed from PyPI into an environment of its own, which is kept.
Targets at 130 shards: store 1 KiB in 60 ms and 64 MiB in 0.9 s, read 10 ms and 0.4 s, no slower with f nodes dead.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks.store_read import footprint, ours, tahoe
from benchmarks.store_read.report import Report


async def run(options: argparse.Namespace) -> None:
    sizes = {label: size for label, size in ours.SIZES.items() if size <= options.largest << 20}
    rounds = {label: max(3, options.rounds * weight) for label, weight in ours.WEIGHTS.items()}
    for shards in options.shards:
        report = Report()
        with tempfile.TemporaryDirectory(prefix="walrus-bench-") as folder:
            async with ours.network(Path(folder) / "network", shards, report) as net:
                await ours.measure(net, sizes, rounds, report)
                await footprint.measure(net, max(sizes.values()), report)
                await net.kill(ours.DEAD)
                await ours.measure(net, sizes, rounds, report, dead=ours.DEAD)
        for peer in options.peer:
            with tempfile.TemporaryDirectory(prefix="tahoe-bench-") as folder:
                await asyncio.to_thread(tahoe.measure, Path(folder), peer, sizes, rounds, report)
        report.ratios()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, action="append", help="may be given again (default: 130)")
    parser.add_argument("--rounds", type=int, default=5, help="of 1 MiB; twice as many of 1 KiB")
    parser.add_argument("--largest", type=int, default=64, help="MiB; leave out larger blobs")
    parser.add_argument("--peer", choices=tahoe.TRANSPORTS, action="append", default=[], help="compare with these")
    options = parser.parse_args()
    options.shards = options.shards or [130]
    asyncio.run(run(options))


if __name__ == "__main__":
    main()
