"""Turning the epochs: the calls that anyone may make once their time has come (protocol.md §3.2, contracts.md
§3.9).

Every node attempts them, each after a random delay of its own; whoever comes first has done it for all, and the
others see the event and let it be. The first epoch is begun by whoever sets the network up.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from walrus_sui.chain import Contracts, Keypair
from walrus_sui.chain.types import EpochChangeDone, NextParamsSelected, StakingInnerV1
from walrus_sui.errors import ChainError, MoveAborted

log = logging.getLogger(__name__)

_LONGEST_JITTER_SECONDS = 180.0
_JITTER_SHARE = 20
"""The delay is at most this part of an epoch."""
_LONGEST_RETRY_SECONDS = 300.0


class Turn(Enum):
    """What moves an epoch on."""

    END_VOTING = "end the voting"
    BEGIN_EPOCH = "begin the next epoch"


@dataclass(frozen=True, slots=True)
class Due:
    """A call and when the contract will accept it, in milliseconds since 1970."""

    turn: Turn
    timestamp_ms: int


def next_due(staking: StakingInnerV1) -> Due | None:
    """What has to be called next; None while nodes still take over shards, and before the first epoch."""
    if staking.epoch == 0:
        return None
    match staking.epoch_state:
        case EpochChangeDone(timestamp_ms):
            return Due(Turn.END_VOTING, timestamp_ms + staking.epoch_duration // 2)
        case NextParamsSelected(timestamp_ms):
            return Due(Turn.BEGIN_EPOCH, timestamp_ms + staking.epoch_duration)
    return None


class EpochDriver:
    """Makes the calls from the node's own account."""

    def __init__(self, contracts: Contracts, keypair: Keypair) -> None:
        self._contracts = contracts
        self._calls: dict[Turn, Callable[[Keypair], Awaitable[object]]] = {
            Turn.END_VOTING: contracts.voting_end,
            Turn.BEGIN_EPOCH: contracts.initiate_epoch_change,
        }
        self._keypair = keypair
        self._moved = asyncio.Event()

    def wake(self) -> None:
        """The epoch moved on: look again what is due."""
        self._moved.set()

    async def run(self) -> None:
        """Make the calls when they are due, for ever."""
        failures = 0
        while True:
            self._moved.clear()
            try:
                failures = 0 if await self._step() else failures + 1
            except ChainError as error:
                log.info("could not turn the epoch: %s", error)
                failures += 1
            if failures:
                await self._wait(min(2.0**failures, _LONGEST_RETRY_SECONDS))

    async def _step(self) -> bool:
        """Wait for the next call and make it. Whether there is nothing to repeat."""
        staking = await self._contracts.staking()
        due = next_due(staking)
        if due is None:
            await self._moved.wait()
            return True
        if await self._wait(_seconds_until(due, staking.epoch_duration)):
            return True
        try:
            await self._calls[due.turn](self._keypair)
        except MoveAborted as error:
            log.info("another node was faster, or it is too early to %s: %s", due.turn.value, error)
            return False
        log.info("epoch %d: called to %s", staking.epoch, due.turn.value)
        return True

    async def _wait(self, seconds: float) -> bool:
        """Whether the epoch moved on before the time was over."""
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return False
        return True


def _seconds_until(due: Due, epoch_duration_ms: int) -> float:
    longest = min(epoch_duration_ms / 1000 / _JITTER_SHARE, _LONGEST_JITTER_SECONDS)
    return max(due.timestamp_ms / 1000 - time.time(), 0.0) + random.uniform(0.0, longest)
