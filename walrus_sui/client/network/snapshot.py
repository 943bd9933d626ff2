"""One reading of a Walrus network from its chain: epoch, prices, and who stores what."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from walrus_sui.chain import Contracts, Prices
from walrus_sui.chain.types import (
    EpochChangeDone,
    EpochChangeSync,
    NextParamsSelected,
    StakingInnerV1,
    StakingPool,
    SystemStateInnerV1,
)
from walrus_sui.crypto.curve import compress_g1
from walrus_sui.errors import ContractMismatch, NetworkNotReady
from walrus_sui.redstuff import Params
from walrus_sui.storage import Committee, Member

_READS = 5
"""System and Staking are two objects: between reading one and the other an epoch may begin."""


@dataclass(frozen=True)
class Network:
    """State of the contracts and the committees that follow from it.

    `committee` accepts writes. `previous` still serves what was certified before, while an epoch change is under
    way; otherwise it is `None`.
    """

    system: SystemStateInnerV1
    staking: StakingInnerV1
    committee: Committee
    previous: Committee | None

    @property
    def epoch(self) -> int:
        return self.staking.epoch

    @property
    def n_shards(self) -> int:
        return self.staking.n_shards

    @property
    def max_epochs_ahead(self) -> int:
        """For how many epochs, the current one included, storage can be bought."""
        return self.system.future_accounting.length

    @property
    def params(self) -> Params:
        return Params(self.n_shards)

    @property
    def terms(self) -> tuple[int, Prices]:
        """What a registration depends on: the epoch and the prices in it."""
        return self.epoch, Prices.of(self.system)

    def start_of(self, epoch: int) -> datetime.datetime | None:
        """About when `epoch` begins, if all goes as planned; unknown while an epoch change is under way."""
        match self.staking.epoch_state:
            case EpochChangeDone(milliseconds) | NextParamsSelected(milliseconds):
                later = (epoch - self.epoch) * self.staking.epoch_duration
                return _date(milliseconds + later)
        return None

    @property
    def read_committees(self) -> tuple[Committee, ...]:
        """Who to ask for a blob, in this order (protocol.md §4.2)."""
        return (self.committee,) if self.previous is None else (self.previous, self.committee)


def _date(milliseconds: int) -> datetime.datetime | None:
    """Milliseconds since 1970 as a date; none for what is beyond all calendars."""
    try:
        return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    except (OverflowError, ValueError, OSError):
        return None


async def read_network(contracts: Contracts) -> Network:
    """Raises `NetworkNotReady` before the first epoch, `ContractMismatch` if the two objects never agree."""
    for _ in range(_READS):
        system, staking = await asyncio.gather(contracts.system(), contracts.staking())
        if system.committee.epoch == staking.epoch:
            return await _with_committees(contracts, system, staking)
    raise ContractMismatch(
        f"expected System and Staking to be in one epoch, got {system.committee.epoch} and {staking.epoch}"
    )


async def _with_committees(contracts: Contracts, system: SystemStateInnerV1, staking: StakingInnerV1) -> Network:
    if not staking.committee:
        raise NetworkNotReady(
            f"expected a network with a committee, but this one is in epoch {staking.epoch} and has none yet",
            hint="wait for its first epoch",
        )
    changing = isinstance(staking.epoch_state, EpochChangeSync) and bool(staking.previous_committee)
    wanted = set(staking.committee) | (set(staking.previous_committee) if changing else set())
    pools = {pool.object_id: pool for pool in await contracts.pools(sorted(wanted))}
    keys = {member.node_id: compress_g1(member.public_key) for member in system.committee.members}
    current = _committee(staking.epoch, staking.n_shards, staking.committee, pools, keys)
    previous = None
    if changing:
        previous = _committee(staking.epoch - 1, staking.n_shards, staking.previous_committee, pools, {})
    return Network(system, staking, current, previous)


def _committee(
    epoch: int,
    n_shards: int,
    assignment: Mapping[bytes, tuple[int, ...]],
    pools: Mapping[bytes, StakingPool],
    keys: Mapping[bytes, bytes],
) -> Committee:
    members = tuple(
        Member(
            node_id,
            pools[node_id].node_info.network_address,
            keys.get(node_id) or pools[node_id].node_info.compressed_public_key,
            shards,
            pools[node_id].node_info.network_public_key,
        )
        for node_id, shards in assignment.items()
    )
    return Committee(epoch, n_shards, members)
