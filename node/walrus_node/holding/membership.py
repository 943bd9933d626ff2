"""Which shards the node answers for, and who holds the others, as the chain says (protocol.md §2.6, §4.2)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import httpx

from walrus_node.holding.duty import Duty
from walrus_sui.chain import Contracts
from walrus_sui.chain.types import StakingInnerV1
from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.network.snapshot import read_network
from walrus_sui.errors import ChainError, NetworkNotReady
from walrus_sui.storage import Committee

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2


class Membership:
    """The node's duty and its fellow nodes in the current epoch, read from chain at start and at every epoch
    change."""

    def __init__(
        self, contracts: Contracts, node_id: bytes, http: httpx.AsyncClient, scheme: str, limits: Limits
    ) -> None:
        """Other nodes are reached through `http` under `scheme`, within `limits`."""
        self._contracts = contracts
        self._http = http
        self._scheme = scheme
        self._limits = limits
        self._duty = Duty(epoch=0, n_shards=0, shards=frozenset())
        self.node_id = node_id
        self.committees: tuple[CommitteeNodes, ...] = ()
        """Whom to ask for slivers, in this order: while shards move, those who held them before come first."""

    def duty(self) -> Duty:
        return self._duty

    def committee(self) -> Committee | None:
        """The members of this epoch; None before the first."""
        return self.committees[-1].committee if self.committees else None

    @property
    def current(self) -> CommitteeNodes:
        """The committee of this epoch. There is none before the first."""
        return self.committees[-1]

    async def refresh(self) -> None:
        """Read the current committee from chain."""
        try:
            network = await read_network(self._contracts)
        except NetworkNotReady:
            self._take_up(await self._contracts.staking())
            return
        self.committees = tuple(
            CommitteeNodes(committee, self._http, self._scheme, self._limits)
            for committee in network.read_committees
        )
        self._take_up(network.staking)

    async def reach(self, epoch: int) -> None:
        """Wait until the chain shows `epoch` or a later one: its state may lag behind its checkpoints."""
        while self._duty.epoch < epoch:
            try:
                await self.refresh()
            except ChainError as error:
                log.warning("waiting for the chain: %s", error)
            if self._duty.epoch < epoch:
                await asyncio.sleep(_POLL_SECONDS)

    def _take_up(self, staking: StakingInnerV1) -> None:
        shards = self._shards(staking.committee)
        leaving = self._shards(staking.previous_committee) - shards
        self._duty = Duty(staking.epoch, staking.n_shards, shards, leaving)
        log.info(
            "epoch %d: this node owns %d of %d shards and gives up %d",
            staking.epoch,
            len(shards),
            staking.n_shards,
            len(leaving),
        )

    def _shards(self, assignment: Mapping[bytes, tuple[int, ...]]) -> frozenset[int]:
        return frozenset(assignment.get(self.node_id, ()))
