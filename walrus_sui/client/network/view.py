"""What a client knows of its network, kept for as long as it is likely to hold.

A committee stands until its epoch is over, so the chain need not be asked for every blob. What is known may still
be wrong: an epoch can begin elsewhere first, clocks differ, a node moves. Whoever fails with it asks for `newer`
and tries once more; nobody is harmed meanwhile, for slivers prove themselves and confirmations name their epoch.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from walrus_sui.chain.types import EpochChangeDone, NextParamsSelected
from walrus_sui.client.network.snapshot import Network

_LONGEST_SECONDS = 60.0
_SHORTEST_SECONDS = 1.0
"""While an epoch change is under way or due, what is known may be out of date any moment."""


class NetworkView:
    """The last reading of a network. `read` reads it from chain; readings that are wanted at once are shared."""

    def __init__(
        self,
        read: Callable[[], Awaitable[Network]],
        *,
        clock: Callable[[], float] = time.monotonic,
        date: Callable[[], float] = time.time,
    ) -> None:
        """`clock` measures how old the reading is, `date` compares with the chain's; both in seconds."""
        self._read = read
        self._clock = clock
        self._date = date
        self._known: Network | None = None
        self._holds_until = 0.0
        self._reading = asyncio.Lock()
        self._finished = 0
        """How many readings there were."""

    async def known(self) -> Network:
        """The last reading if its time is not over, otherwise a new one. Raises as the reading does."""
        if self._known is not None and self._clock() < self._holds_until:
            return self._known
        return await self.newer(self._known)

    async def newer(self, seen: Network | None) -> Network:
        """The last reading if it is of another epoch than `seen`, otherwise one that ends after this call begins.

        It may say the same.
        """
        finished = self._finished
        async with self._reading:
            if self._known is not None and (self._finished > finished or self._is_of_another_epoch(seen)):
                return self._known
            return await self._renew()

    def _is_of_another_epoch(self, seen: Network | None) -> bool:
        known = self._known
        return known is not seen and known is not None and seen is not None and known.epoch != seen.epoch

    async def latest(self) -> Network:
        """A new reading, begun after this call."""
        async with self._reading:
            return await self._renew()

    async def _renew(self) -> Network:
        network = self._known = await self._read()
        self._finished += 1
        self._holds_until = self._clock() + lifetime(network, self._date())
        return network


def lifetime(network: Network, date: float) -> float:
    """For how many seconds from `date` on (seconds since 1970) a reading of `network` may be used."""
    match network.staking.epoch_state:
        case EpochChangeDone(in_place_since) | NextParamsSelected(in_place_since):
            epoch_ends = (in_place_since + network.staking.epoch_duration) / 1000
            return min(max(epoch_ends - date, _SHORTEST_SECONDS), _LONGEST_SECONDS)
        case _:
            return _SHORTEST_SECONDS
