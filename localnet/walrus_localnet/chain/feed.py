"""Checkpoints as they come, to any number of listeners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.records import CheckpointRecord, Commit


class CheckpointFeed:
    """Wakes listeners on every commit. Each reads from the store at its own pace, so a slow one holds up nobody
    and misses nothing."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._moved = asyncio.Event()
        ledger.on_checkpoint.append(self._wake)

    def _wake(self, commit: Commit) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def follow(self) -> AsyncIterator[CheckpointRecord]:
        """Every checkpoint from the latest one on, in order."""
        position = self.ledger.head.summary.sequence_number
        while True:
            moved = self._moved
            record = self.ledger.store.checkpoint(position)
            if record is None:
                await moved.wait()
                continue
            position += 1
            yield record
