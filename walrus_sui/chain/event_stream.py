"""Walrus events in the order the chain made them, from a cursor that a reader keeps (contracts.md §1.16)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Self

from walrus_sui.chain.checkpoints import Checkpoint
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.events import WalrusEvent, parse_event


@dataclass(frozen=True, order=True)
class EventCursor:
    """A place between events: the first `index` events of `checkpoint` lie before it, and all earlier ones."""

    checkpoint: int
    index: int = 0

    @classmethod
    async def latest(cls, sui: SuiClient) -> Self:
        """The end of the chain as it is now."""
        return cls(await sui.latest_checkpoint() + 1)


@dataclass(frozen=True)
class PlacedEvent:
    """A Walrus event and where it lies. Reading on from `next` repeats nothing and leaves nothing out."""

    event: WalrusEvent
    transaction_digest: bytes
    event_seq: int
    timestamp_ms: int
    next: EventCursor


async def follow_events(
    sui: SuiClient, walrus_package_id: bytes, start: EventCursor
) -> AsyncGenerator[PlacedEvent, None]:
    """The events of the contracts from `start` on, without end; waits as `SuiClient.checkpoints` does.

    `walrus_package_id` is the first version of the contracts. Raises `ObjectNotFound` if the full node no longer
    keeps the checkpoint at `start`, `ContractMismatch` for an event of another shape.
    """
    async with aclosing(sui.checkpoints(start.checkpoint)) as checkpoints:
        async for checkpoint in checkpoints:
            skip = start.index if checkpoint.sequence == start.checkpoint else 0
            for placed in _walrus_events(checkpoint, walrus_package_id, skip):
                yield placed


def _walrus_events(checkpoint: Checkpoint, walrus_package_id: bytes, skip: int) -> list[PlacedEvent]:
    found = []
    for index, item in enumerate(checkpoint.events):
        event = parse_event(item.event, walrus_package_id) if index >= skip else None
        if event is not None:
            after = EventCursor(checkpoint.sequence, index + 1)
            found.append(
                PlacedEvent(event, item.transaction_digest, item.event_seq, checkpoint.timestamp_ms, after)
            )
    return found
