"""Checkpoints as they become known, to any number of listeners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.records import CheckpointRecord


class CheckpointFeed:
    """What readers may know of the ledger's checkpoints, and when.

    On a real network a checkpoint follows execution by a while; `lag` (seconds) is such a while, so that clients
    which forget to wait are found out. Each listener reads from the store at its own pace: a slow one holds up
    nobody and misses nothing.
    """

    def __init__(self, ledger: Ledger, lag: float = 0.0) -> None:
        self.ledger = ledger
        self.lag = lag
        self.head = ledger.head
        """The latest checkpoint readers may know of."""
        self._moved = asyncio.Event()
        ledger.on_checkpoint.append(self._moved_to)

    def _moved_to(self, head: CheckpointRecord) -> None:
        """Forward after the lag, back at once."""
        if self.lag and not self.knows(head.summary.sequence_number):
            asyncio.get_running_loop().call_later(self.lag, self._show, head)
        else:
            self._show(head)

    def _show(self, checkpoint: CheckpointRecord) -> None:
        if self.ledger.store.checkpoint(checkpoint.summary.sequence_number) != checkpoint:
            return  # the ledger went back meanwhile
        self.head = checkpoint
        self._moved.set()
        self._moved = asyncio.Event()

    def knows(self, sequence: int) -> bool:
        return sequence <= self.head.summary.sequence_number

    async def follow(self) -> AsyncIterator[CheckpointRecord]:
        """Every checkpoint from the latest one on, in order. After a revert their numbers come again."""
        position = self.head.summary.sequence_number
        while True:
            moved, height = self._moved, self.head.summary.sequence_number
            position = min(position, height + 1)
            record = self.ledger.store.checkpoint(position) if self.knows(position) else None
            if record is None:
                await moved.wait()
                continue
            position += 1
            yield record
