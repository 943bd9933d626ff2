"""What the node answers for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Duty:
    """Shards in the current epoch: `shards` of `n_shards`. Empty outside the committee.

    `leaving` are shards it held in the epoch before and gives up: still read from it, no longer written to.
    """

    epoch: int
    n_shards: int
    shards: frozenset[int]
    leaving: frozenset[int] = frozenset()
    readable: frozenset[int] = field(init=False)
    """Shards that others may read from the node."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "readable", self.shards | self.leaving)
