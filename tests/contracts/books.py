"""What the contracts hold, read from the chain: pools, ring, committees, and every FROST there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from tests.contracts.network import Network
from walrus_localnet.chain.objects import coin_balance
from walrus_sui.bcs import U64, Struct
from walrus_sui.bcs.sui import DatatypeTag, MoveObject, StructTag
from walrus_sui.bcs.sui.framework import coin_struct
from walrus_sui.chain.types import PendingValues, StakingInnerV1, StakingPool, SystemStateInnerV1

FIELD_HEADER = 32 + 8
"""A dynamic field's id and its name, the version."""


class Bond(Struct):
    balance: U64
    pending: PendingValues


class Pool(StakingPool):
    """With what follows the fields of the official layout."""

    stake_balance: U64
    bond: Bond
    lost_stake: U64

    def holds(self) -> int:
        """All WAL in the pool, in FROST."""
        return self.stake_balance + self.rewards_pool + self.commission + self.bond.balance


@dataclass(frozen=True)
class Books:
    """The state after a transaction."""

    network: Network

    @cached_property
    def system(self) -> SystemStateInnerV1:
        return SystemStateInnerV1.from_bytes(self._state(self.network.system))

    @cached_property
    def staking(self) -> StakingInnerV1:
        return StakingInnerV1.from_bytes(self._state(self.network.staking))

    @cached_property
    def pools(self) -> Mapping[bytes, Pool]:
        kind = StructTag(self.network.package, "staking_pool", "StakingPool", ())
        found = (Pool.from_bytes(data) for data in self._all(kind))
        return {pool.object_id: pool for pool in found}

    @property
    def ring(self) -> list[tuple[int, int]]:
        """Bytes in use and payments of every epoch from the current one on."""
        ring = self.system.future_accounting
        turned = ring.ring_buffer[ring.current_index :] + ring.ring_buffer[: ring.current_index]
        assert [entry.epoch for entry in turned] == [self.staking.epoch + i for i in range(ring.length)]
        return [(entry.used_capacity, entry.rewards_to_distribute) for entry in turned]

    def weights(self) -> dict[bytes, int]:
        return {node_id: len(shards) for node_id, shards in self.staking.committee.items()}

    def supply(self) -> int:
        """What the treasury says there is: the `TreasuryCap` ends with the supply."""
        kind = StructTag(self._sui, "coin", "TreasuryCap", (DatatypeTag(self._wal),))
        (cap,) = self._all(kind)
        return int.from_bytes(cap[32:], "little")

    def all_wal(self) -> int:
        """Every coin, pool, bond, commission and future payment, added up."""
        kind = str(coin_struct(DatatypeTag(self._wal)))
        coins = sum(coin_balance(coin) or 0 for coin in self.network.box.ledger.store.of_type(kind))
        return coins + sum(pool.holds() for pool in self.pools.values()) + sum(paid for _, paid in self.ring)

    @property
    def _sui(self) -> bytes:
        return (2).to_bytes(32, "big")

    @property
    def _wal(self) -> StructTag:
        return StructTag(self.network.wal, "wal", "WAL", ())

    def _state(self, shell: bytes) -> bytes:
        (field,) = self.network.box.ledger.store.owned(shell)
        assert isinstance(field.data, MoveObject)
        return field.data.contents[FIELD_HEADER:]

    def _all(self, kind: StructTag) -> list[bytes]:
        found = self.network.box.ledger.store.of_type(str(kind))
        return [item.data.contents for item in found if isinstance(item.data, MoveObject)]
