"""What the node's own account has left: without SUI it can report no epoch, and drops out of the committee."""

from __future__ import annotations

import asyncio
import logging

from walrus_node.metrics import Metrics
from walrus_sui.chain import SuiClient
from walrus_sui.errors import ChainError

log = logging.getLogger(__name__)

CHECK_SECONDS = 600.0
LOW_MIST = 1_000_000_000


class Balance:
    """Shows the account's SUI among the metrics, and warns when it runs low."""

    def __init__(self, sui: SuiClient, address: bytes, metrics: Metrics) -> None:
        self._sui = sui
        self._address = address
        self._metrics = metrics

    async def run(self) -> None:
        """Look now and then, for ever."""
        while True:
            try:
                await self.check()
            except ChainError as error:
                log.debug("could not read the account's balance: %s", error)
            await asyncio.sleep(CHECK_SECONDS)

    async def check(self) -> None:
        """Raises `ChainError` if the chain does not tell."""
        mist = await self._sui.balance(self._address)
        self._metrics.sui_balance.set(mist)
        if mist < LOW_MIST:
            log.warning("account 0x%s has %d MIST left: send it SUI", self._address.hex(), mist)
