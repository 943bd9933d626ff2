"""Checkpoints in order, with the events of their transactions (source: sui_localnet.md §4.8).

A subscription tells of new checkpoints; what it did not deliver is read by number, so nothing is lost between two
subscriptions, and a full node without subscriptions is followed by asking it at intervals.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from walrus_sui.bcs.sui import Event, parse_digest
from walrus_sui.chain.answers import events_of
from walrus_sui.chain.transport import Transport
from walrus_sui.errors import ChainError, ChainUnreachable, ObjectNotFound

log = logging.getLogger(__name__)

_MASK = ("sequence_number", "summary.timestamp", "transactions.digest", "transactions.events.bcs")
_AHEAD = 16
"""How many checkpoints are asked for at once when catching up."""
_LAG = 100
"""How far one full node may be behind another."""
_POLL_SECONDS = 0.05
_IDLE_SECONDS = 5.0
_RECONNECT_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class ChainEvent:
    """One Move event and where it was emitted: the transaction's digest and the event's index in it."""

    transaction_digest: bytes
    event_seq: int
    event: Event


@dataclass(frozen=True)
class Checkpoint:
    sequence: int
    timestamp_ms: int
    events: tuple[ChainEvent, ...]


async def read_checkpoint(transport: Transport, sequence: int | None) -> Checkpoint:
    """Checkpoint number `sequence`, or the latest. Raises `ObjectNotFound` if it is not there (yet)."""
    request = transport.messages.GetCheckpointRequest(sequence_number=sequence, read_mask=transport.mask(_MASK))
    return _parse((await transport.call("LEDGER", "get_checkpoint", request)).checkpoint)


def _parse(message: Any) -> Checkpoint:
    events = tuple(
        ChainEvent(parse_digest(transaction.digest), index, event)
        for transaction in message.transactions
        for index, event in enumerate(events_of(transaction))
    )
    timestamp = message.summary.timestamp.timestamp() if message.summary is not None else 0.0
    return Checkpoint(int(message.sequence_number), round(timestamp * 1000), events)


async def follow_checkpoints(transport: Transport, start: int) -> AsyncGenerator[Checkpoint, None]:
    """Every checkpoint from `start` on, in order, without gaps, without end."""
    head = _Head(transport)
    watcher = asyncio.create_task(head.watch())
    try:
        position = start
        while True:
            await head.reach(position)
            for checkpoint in await head.read_from(position):
                yield checkpoint
                position = checkpoint.sequence + 1
    finally:
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher


class _Head:
    """How far the chain is, kept up to date by a subscription and, where that fails, by asking."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._moved = asyncio.Event()
        self._subscribed = False
        self._patience = 0.0
        """Seconds to wait to be told of a checkpoint before asking."""
        self._latest = -1
        self._delivered: dict[int, Checkpoint] = {}

    async def read_from(self, first: int) -> list[Checkpoint]:
        """Checkpoints from `first` on, as many as are there and could be read: none if the connection is lost."""
        found: list[Checkpoint] = []
        while (delivered := self._delivered.pop(first + len(found), None)) is not None:
            found.append(delivered)
        if found:
            return found
        last = min(self._latest, first + _AHEAD - 1)
        reads = (self._read(sequence) for sequence in range(first, last + 1))
        for outcome in await asyncio.gather(*reads, return_exceptions=True):
            if isinstance(outcome, ChainUnreachable):
                self._latest, self._patience = -1, 0.0  # so that `reach` waits until there is an answer again
                break
            if isinstance(outcome, ObjectNotFound) and first + len(found) > self._latest - _LAG:
                await asyncio.sleep(_POLL_SECONDS)  # behind one address there may be several full nodes
                break
            if isinstance(outcome, BaseException):
                raise outcome
            found.append(outcome)
        return found

    async def _read(self, sequence: int) -> Checkpoint:
        try:
            return await read_checkpoint(self._transport, sequence)
        except ObjectNotFound as error:
            raise ObjectNotFound(
                f"expected checkpoint {sequence}, got none: the full node no longer keeps it",
                hint="use a full node that keeps older checkpoints, or start later",
            ) from error

    async def reach(self, sequence: int) -> None:
        """Wait until checkpoint `sequence` exists."""
        while self._latest < sequence:
            if await self._told():
                continue
            known = self._latest
            self._advance(await self._ask())
            if known < self._latest < sequence - 1:
                log.warning("waiting for checkpoint %d of a chain that ends at %d", sequence, self._latest)

    async def _told(self) -> bool:
        """Whether the subscription told of a checkpoint, or ended; False when it is time to ask."""
        if not self._patience:
            self._patience = _POLL_SECONDS
            return False
        self._moved.clear()
        with contextlib.suppress(TimeoutError):
            # not wait_for: before Python 3.12 it loses a cancellation that comes together with the event
            async with asyncio.timeout(self._patience):
                return await self._moved.wait()
        if self._subscribed:
            self._patience = min(2 * self._patience, _IDLE_SECONDS)
        return False

    async def _ask(self) -> int:
        """The latest checkpoint; asked for until there is an answer."""
        failures = 0
        while True:
            try:
                return (await read_checkpoint(self._transport, None)).sequence
            except ChainUnreachable as error:
                log.log(logging.DEBUG if failures else logging.WARNING, "waiting for the chain: %s", error)
            await asyncio.sleep(_pause(failures))
            failures += 1

    async def watch(self) -> None:
        """Subscribe, and again whenever the subscription ends."""
        failures = 0
        while True:
            # what happens before the subscription begins does not show in it, so ask soon, then ever more seldom
            self._subscribed, self._patience = True, _POLL_SECONDS
            try:
                async for checkpoint in self._subscription():
                    failures = 0
                    self._keep(checkpoint)
                    self._advance(checkpoint.sequence)
            except ChainError as error:
                log.debug("subscription to checkpoints ended: %s", error)
            self._subscribed, self._patience = False, 0.0
            self._moved.set()
            await asyncio.sleep(_pause(failures))
            failures += 1

    async def _subscription(self) -> AsyncIterator[Checkpoint]:
        request = self._transport.messages.SubscribeCheckpointsRequest(read_mask=self._transport.mask(_MASK))
        async for answer in self._transport.stream("SUBSCRIPTION", "subscribe_checkpoints", request):
            if answer.checkpoint is not None:
                yield _parse(answer.checkpoint)

    def _keep(self, checkpoint: Checkpoint) -> None:
        """Keep a few that were delivered; a reader that falls behind asks for them by number."""
        if len(self._delivered) >= _AHEAD:
            del self._delivered[min(self._delivered)]
        self._delivered[checkpoint.sequence] = checkpoint

    def _advance(self, sequence: int) -> None:
        if sequence > self._latest:
            self._latest = sequence
            self._moved.set()


def _pause(failures: int) -> float:
    """Seconds before the next attempt after so many have failed."""
    return _RECONNECT_SECONDS[min(failures, len(_RECONNECT_SECONDS) - 1)]
