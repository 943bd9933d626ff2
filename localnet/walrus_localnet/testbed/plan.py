"""What kind of network to bring up."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.testbed.errors import LocalnetError

MIN_NODES = 4
MAX_NODES = 100


@dataclass(frozen=True, slots=True)
class SuiNetwork:
    """A Sui network that runs already: its full node and its faucet."""

    rpc_url: str
    faucet_url: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Storage nodes, shards over all of them, and the length of an epoch in milliseconds.

    Nodes are one process each, or all in one with `in_process`; the contracts go to `sui`, or to a chain of the
    network's own. With `tls` nodes speak HTTPS, each under the key that the chain knows it by.
    """

    nodes: int = 13
    shards: int = 130
    epoch_duration: int = 3_600_000
    in_process: bool = False
    sui: SuiNetwork | None = None
    tls: bool = False

    def check(self) -> None:
        """Raises `LocalnetError` for a plan no network can follow."""
        if not MIN_NODES <= self.nodes <= MAX_NODES:
            raise LocalnetError(f"expected {MIN_NODES} to {MAX_NODES} nodes, got {self.nodes}")
        if not self.nodes <= self.shards <= 1000:
            raise LocalnetError(f"expected {self.nodes} (one a node) to 1000 shards, got {self.shards}")
        if self.epoch_duration < 1000:
            raise LocalnetError(f"expected epochs of at least one second, got {self.epoch_duration} ms")

    @property
    def node_names(self) -> tuple[str, ...]:
        return tuple(f"node-{index}" for index in range(self.nodes))
