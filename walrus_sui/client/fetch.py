"""Getting enough good slivers of one axis from nodes some of which are dead, slow or lying (protocol.md §4.2).

Only as many slivers are asked for as decoding needs. Each one that fails is replaced by another; when no news
comes for a while, spares are asked for beside the slow ones. A sliver counts once it matches the blob's metadata.
"""

from __future__ import annotations

import asyncio
from collections import deque

from walrus_sui.client.limits import Limits
from walrus_sui.client.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import cancel
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.errors import NodeMisbehaved, NodeUnreachable, WalrusError
from walrus_sui.redstuff import Axis, BlobId, BlobMetadataWithId, Params, SliverData, sliver_index, verify_sliver

Candidate = tuple[CommitteeNode, int]


class SliverFetch:
    """One try at collecting slivers of `axis`. `failures` tells afterwards what did not work, by node."""

    def __init__(
        self,
        nodes: CommitteeNodes,
        metadata: BlobMetadataWithId,
        axis: Axis,
        *,
        limits: Limits,
        on_progress: ProgressListener,
    ) -> None:
        self._metadata = metadata
        self._n_shards = nodes.n_shards
        self._axis = axis
        self._limits = limits
        self._on_progress = on_progress
        params = Params(nodes.n_shards)
        self.needed = params.rows if axis is Axis.PRIMARY else params.columns
        self.slivers: list[SliverData] = []
        self.failures: dict[str, str] = {}
        self._unreachable: set[str] = set()
        self._candidates = deque(_in_order(nodes, metadata.blob_id, axis))
        self._tasks: dict[asyncio.Task[SliverData], CommitteeNode] = {}

    async def run(self) -> bool:
        """Collect until `needed` slivers are here (True) or nobody is left to ask (False)."""
        try:
            self._ask_within_limits()
            while self._tasks and self._missing():
                done, _ = await asyncio.wait(
                    self._tasks, timeout=self._limits.patience, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    self._note(self._tasks.pop(task), task)
                if done:
                    self._ask_within_limits()
                else:
                    self._ask(self._missing())  # beside those that hang, whatever the limit: they bring nothing
        finally:
            await cancel(self._tasks)
        return not self._missing()

    def _missing(self) -> int:
        return max(0, self.needed - len(self.slivers))  # spares may have come beside the slow ones

    def _ask_within_limits(self) -> None:
        under_way = len(self._tasks)
        self._ask(min(self._missing(), self._limits.requests_in_flight) - under_way)

    def _ask(self, count: int) -> None:
        """Send up to `count` more requests to nodes that are not known to be dead."""
        while count > 0 and self._candidates:
            node, pair = self._candidates.popleft()
            if node.name not in self._unreachable:
                self._tasks[asyncio.create_task(self._sliver(node, pair))] = node
                count -= 1

    async def _sliver(self, node: CommitteeNode, pair: int) -> SliverData:
        async with node.slots:
            sliver = await node.client.sliver(self._metadata.blob_id, pair, self._axis)
        expected = sliver_index(self._axis, pair, self._n_shards)
        if sliver.index != expected:
            raise NodeMisbehaved(node.name, f"expected {self._axis.value} sliver {expected}, got {sliver.index}")
        await asyncio.to_thread(verify_sliver, sliver, self._axis, self._metadata.metadata)
        return sliver

    def _note(self, node: CommitteeNode, task: asyncio.Task[SliverData]) -> None:
        try:
            sliver = task.result()
        except WalrusError as error:
            self.failures.setdefault(node.name, reason(error))
            if isinstance(error, NodeUnreachable):
                self._unreachable.add(node.name)
            return
        self.slivers.append(sliver)
        self._on_progress(Progress(Phase.SLIVERS, len(self.slivers), self.needed))


def _in_order(nodes: CommitteeNodes, blob_id: BlobId, axis: Axis) -> list[Candidate]:
    """Every pair with its holder. Systematic slivers first: of them alone, decoding is mere copying."""
    pairs = ((node, pair) for node in nodes for pair in node.member.pairs(blob_id, nodes.n_shards))
    return sorted(pairs, key=lambda candidate: sliver_index(axis, candidate[1], nodes.n_shards))
