"""What reads have learned of storage nodes, so that the next read need not learn it again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable

from walrus_sui.client.network.nodes import CommitteeNode

_AVOIDED_SECONDS = 30.0


class Standing:
    """One node, known by its address whatever the committee."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._avoided_until = 0.0
        self.gives_bundles = True

    @property
    def avoided(self) -> bool:
        """Whether it was dead, slow or lying a short while ago."""
        return self._clock() < self._avoided_until

    def avoid(self) -> None:
        """Ask it after all others for a while."""
        self._avoided_until = self._clock() + _AVOIDED_SECONDS

    def trust(self) -> None:
        """It has answered as it should."""
        self._avoided_until = 0.0


class Standings:
    """All nodes that were met. Any may be asked at any time: this says only who comes first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Standing] = {}

    def of(self, node: CommitteeNode) -> Standing:
        found = self._known.get(node.name)
        if found is None:
            found = self._known[node.name] = Standing(self._clock)
        return found

    def in_order(self, nodes: Iterable[CommitteeNode]) -> list[CommitteeNode]:
        """In any order, so that all get their share of the work, but those to be avoided last."""
        drawn = list(nodes)
        random.shuffle(drawn)
        return sorted(drawn, key=lambda node: self.of(node).avoided)
