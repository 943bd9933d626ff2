"""Waking those who wait for a blob's registration: uploads that came early, confirmations asked for early."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator

from walrus_node.holding.intake import Intake
from walrus_node.workers import Workers
from walrus_sui.redstuff import BlobId

MAX_WAITERS = 1000
"""Requests that may wait at once; beyond that they are answered without waiting."""


class Registrations:
    """Registrations as they happen."""

    def __init__(self, intake: Intake, workers: Workers) -> None:
        self._intake = intake
        self._workers = workers
        self._events: dict[BlobId, asyncio.Event] = {}
        self._waiters: Counter[BlobId] = Counter()

    async def announce(self, blob_id: BlobId) -> None:
        """An object of the blob was registered."""
        if self._intake.has_pending(blob_id):
            await self._workers.run(self._intake.flush, blob_id)
        if blob_id in self._events:
            self._events[blob_id].set()

    @contextlib.contextmanager
    def watch(self, blob_id: BlobId) -> Iterator[asyncio.Event | None]:
        """An event that is set at every registration of the blob; None if too many wait already."""
        if self._waiters.total() >= MAX_WAITERS:
            yield None
            return
        self._waiters[blob_id] += 1
        try:
            yield self._events.setdefault(blob_id, asyncio.Event())
        finally:
            self._waiters[blob_id] -= 1
            if not self._waiters[blob_id]:
                del self._waiters[blob_id], self._events[blob_id]
