"""Which shards the node answers for, as the chain says (protocol.md §2.6, contracts.md §3.8)."""

from __future__ import annotations

import asyncio
import logging

from walrus_node.custody import Duty
from walrus_sui.chain.contracts import Contracts
from walrus_sui.errors import ChainUnreachable

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2


class Membership:
    """The node's duty in the current epoch, read from chain at start and at every epoch change."""

    def __init__(self, contracts: Contracts, node_id: bytes) -> None:
        self._contracts = contracts
        self.node_id = node_id
        self._duty = Duty(epoch=0, n_shards=0, shards=frozenset())

    def duty(self) -> Duty:
        return self._duty

    async def refresh(self) -> None:
        """Read the current committee from chain."""
        staking = await self._contracts.staking()
        shards = frozenset(dict(staking.committee).get(self.node_id, ()))
        self._duty = Duty(staking.epoch, staking.n_shards, shards)
        log.info("epoch %d: this node owns %d of %d shards", staking.epoch, len(shards), staking.n_shards)

    async def reach(self, epoch: int) -> None:
        """Wait until the chain shows `epoch` or a later one: its state may lag behind its checkpoints."""
        while self._duty.epoch < epoch:
            try:
                await self.refresh()
            except ChainUnreachable as error:
                log.warning("waiting for the chain: %s", error)
            if self._duty.epoch < epoch:
                await asyncio.sleep(_POLL_SECONDS)
