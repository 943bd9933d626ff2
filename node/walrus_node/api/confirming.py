"""Giving confirmations, some of them only once the blob's registration has been seen (protocol.md §1.3)."""

from __future__ import annotations

import asyncio

from walrus_node.chain.registrations import Registrations
from walrus_node.holding.custody import Custody
from walrus_node.holding.intake import Intake
from walrus_node.metrics import Metrics
from walrus_node.refusal import Refusal
from walrus_node.workers import Workers
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import Reason


class Confirming:
    """The node's word that it stores its part of a blob."""

    def __init__(
        self,
        custody: Custody,
        intake: Intake,
        registrations: Registrations,
        metrics: Metrics,
        workers: Workers,
        longest_wait: float,
    ) -> None:
        """`longest_wait` is how many seconds a request may wait for a registration."""
        self._custody = custody
        self._intake = intake
        self._registrations = registrations
        self._metrics = metrics
        self._workers = workers
        self.longest_wait = longest_wait

    def at_once(self, blob_id: BlobId, persistence: Permanent | Deletable) -> SignedMessage:
        """The confirmation, if it can be given without waiting; blocks. Raises `Refusal`."""
        if self._intake.has_pending(blob_id):
            self._intake.flush(blob_id)
        signed = self._custody.confirm(blob_id, persistence)
        self._metrics.confirmations.inc()
        return signed

    async def confirm(self, blob_id: BlobId, persistence: Permanent | Deletable, wait: float) -> SignedMessage:
        """The confirmation; if the blob is not registered yet, that may come within `wait` seconds.

        Raises `Refusal`.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + wait
        with self._registrations.watch(blob_id) as registered:
            while True:
                try:
                    return await self._workers.run(self.at_once, blob_id, persistence)
                except Refusal as refusal:
                    if refusal.reason is not Reason.NOT_REGISTERED or registered is None:
                        raise
                    if not await _happens(registered, deadline - clock()):
                        raise


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    """Wait for `event`, which is ready for the next time then; False if `seconds` were over first."""
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
