"""Which node to ask for which slivers of a blob.

Small slivers cost requests, so they come from as few nodes as hold enough. Large ones cost bytes and decoding:
systematic slivers are taken from all nodes first, of which the blob is put together by copying.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes
from walrus_sui.client.reading.standing import Standings
from walrus_sui.redstuff import Axis, BlobId, Params, sliver_index
from walrus_sui.storage.bundle import MAX_BUNDLE_BYTES, MAX_BUNDLE_SLIVERS

_LEAST_IN_FLIGHT = 32 << 20
_FEW_BYTES = 1 << 20
"""Up to this much, decoding takes less than asking more nodes does."""


class Plan:
    """The sliver pairs that nodes have not been asked for yet, systematic ones first."""

    def __init__(self, nodes: CommitteeNodes, blob_id: BlobId, axis: Axis, standings: Standings) -> None:
        params = Params(nodes.n_shards)
        self._needed = params.rows if axis is Axis.PRIMARY else params.columns
        self._axis = axis
        self._n_shards = nodes.n_shards
        self._standings = standings
        pairs = {
            node: sorted(node.member.pairs(blob_id, nodes.n_shards), key=self._sliver)
            for node in standings.in_order(nodes)
        }
        # first those who hold most of the blob itself: what comes of that need not be decoded
        self._open = dict(sorted(pairs.items(), key=lambda item: self._rank(*item)))

    def next(
        self, count: int, sliver_size: int | None, busy: Container[CommitteeNode]
    ) -> tuple[CommitteeNode, tuple[int, ...]] | None:
        """A node that is not `busy`, and at most `count` pairs to ask it for; None if there are no more.

        `sliver_size` is in bytes, None before it is known.
        """
        count = min(count, MAX_BUNDLE_SLIVERS)
        if sliver_size is None or self.small(sliver_size):
            return self._take(count, self._n_shards, busy)
        count = min(count, max(1, MAX_BUNDLE_BYTES // sliver_size))
        return self._take(count, self._needed, busy) or self._take(count, self._n_shards, busy)

    def small(self, sliver_size: int | None) -> bool:
        """Whether requests cost more than what they bring."""
        return sliver_size is None or sliver_size * self._needed <= _FEW_BYTES

    def at_once(self, sliver_size: int | None, limits: Limits) -> int:
        """How many requests may be under way: large answers take no more memory together than half the blob."""
        if sliver_size is None or self.small(sliver_size):
            return limits.requests_in_flight
        most = min(limits.bytes_in_flight, max(_LEAST_IN_FLIGHT, sliver_size * self._needed // 2))
        return max(1, min(limits.requests_in_flight, most // max(sliver_size, MAX_BUNDLE_BYTES)))

    def give_back(self, node: CommitteeNode, pairs: Iterable[int]) -> None:
        """Pairs that were asked for and may be asked for again."""
        self._open[node] = sorted({*self._open[node], *pairs}, key=self._sliver)

    def forget(self, node: CommitteeNode) -> None:
        """Ask this node for nothing more."""
        self._open[node] = []

    def _take(
        self, count: int, below: int, busy: Container[CommitteeNode]
    ) -> tuple[CommitteeNode, tuple[int, ...]] | None:
        """Slivers with an index `below`; those of nodes to be avoided only where any index will do."""
        for node, pairs in self._open.items():
            if node in busy or (below < self._n_shards and self._standings.of(node).avoided):
                continue
            taken = tuple(pair for pair in pairs[:count] if self._sliver(pair) < below)
            if taken:
                self._open[node] = pairs[len(taken) :]
                return node, taken
        return None

    def _rank(self, node: CommitteeNode, pairs: list[int]) -> tuple[bool, int]:
        systematic = sum(self._sliver(pair) < self._needed for pair in pairs)
        return self._standings.of(node).avoided, -systematic

    def _sliver(self, pair: int) -> int:
        return sliver_index(self._axis, pair, self._n_shards)
