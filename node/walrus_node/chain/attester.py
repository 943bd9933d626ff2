"""Telling the chain that the node is ready for an epoch: one `epoch_sync_done` each (protocol.md §3.5)."""

from __future__ import annotations

import asyncio
import logging

from walrus_sui.chain import Contracts, Keypair
from walrus_sui.errors import ChainError

log = logging.getLogger(__name__)

_FIRST_RETRY_SECONDS = 0.5
_LONGEST_RETRY_SECONDS = 60.0


class Attester:
    """Reports the epochs it is given until the chain has them. What the chain already has is not sent again."""

    def __init__(self, contracts: Contracts, keypair: Keypair, cap: bytes) -> None:
        self._contracts = contracts
        self._keypair = keypair
        self._cap = cap
        self._due = asyncio.Event()
        self._epoch = 0

    def report(self, epoch: int) -> None:
        """The node holds all its shards of `epoch`."""
        self._epoch = max(self._epoch, epoch)
        self._due.set()

    async def run(self) -> None:
        """Send what is due, for ever."""
        retry = _FIRST_RETRY_SECONDS
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self._send(self._epoch)
                retry = _FIRST_RETRY_SECONDS
            except ChainError as error:
                log.warning("could not report epoch %d, trying again in %.1f s: %s", self._epoch, retry, error)
                await asyncio.sleep(retry)
                retry = min(2 * retry, _LONGEST_RETRY_SECONDS)
                self._due.set()

    async def _send(self, epoch: int) -> None:
        staking = await self._contracts.staking()
        cap = await self._contracts.storage_node_cap(self._cap)
        if (
            staking.epoch != epoch
            or cap.last_epoch_sync_done >= epoch
            or cap.node_id not in dict(staking.committee)
        ):
            return
        await self._contracts.epoch_sync_done(self._keypair, self._cap, epoch)
        log.info("reported epoch %d to the chain", epoch)
