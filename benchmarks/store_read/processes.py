"""Processor time of the network's processes, which share this machine with the client (Linux)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from walrus_localnet.testbed.manifest import Manifest


@dataclass(frozen=True)
class Processes:
    """Those of a network that were up when this was made."""

    chain: tuple[int, ...]
    nodes: tuple[int, ...]

    @classmethod
    def of(cls, manifest: Manifest) -> Processes:
        chain = () if manifest.chain is None else (manifest.chain.pid,)
        nodes = (node.process.pid for node in manifest.nodes if node.process is not None and node.alive)
        return cls(chain, tuple(nodes))

    def cpu_seconds(self) -> tuple[float, float]:
        """What the chain and what all nodes have taken so far."""
        return _cpu_seconds(self.chain), _cpu_seconds(self.nodes)


def _cpu_seconds(processes: Iterable[int]) -> float:
    """Of all threads, to the nanosecond: `stat` counts in hundredths of a second."""
    times = (
        int(thread.read_text().split()[0])
        for process in processes
        for thread in Path(f"/proc/{process}/task").glob("*/schedstat")
    )
    return sum(times) / 1e9
