"""What stake is worth: shares bought at one epoch's rate and sold at another's (contracts.md §3.3, §3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from walrus_sui import bcs
from walrus_sui.bcs.sui import U32Tag
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.types import ExchangeRate, StakedWal, StakingPool, VariableRate, Withdrawing
from walrus_sui.errors import ContractMismatch, ObjectNotFound


class StakeValueReads(ContractReads):
    async def stake_values(self, stakes: Sequence[StakedWal]) -> tuple[int, ...]:
        """FROST that each would bring at the rate of the latest epoch, or of the one it was asked back for.

        What does not count yet is worth what was staked.
        """
        pools = {pool.object_id: pool for pool in await self.pools({stake.node_id for stake in stakes})}
        rates = _Rates(self)
        return tuple([await rates.value(stake, pools[stake.node_id]) for stake in stakes])


class _Rates:
    """The exchange rates of pools, each read once."""

    def __init__(self, contracts: ContractReads) -> None:
        self._contracts = contracts
        self._known: dict[tuple[bytes, int], ExchangeRate | None] = {}

    async def value(self, stake: StakedWal, pool: StakingPool) -> int:
        if stake.activation_epoch > pool.latest_epoch:
            return stake.principal
        last = pool.latest_epoch
        if isinstance(stake.state, Withdrawing):
            last = min(last, stake.state.withdraw_epoch)
        bought = await self._first(pool, range(stake.activation_epoch, pool.latest_epoch + 1))
        sold = await self._first(pool, range(last, pool.activation_epoch - 1, -1))
        return value_at(stake.principal, bought, sold)

    async def _first(self, pool: StakingPool, epochs: Iterable[int]) -> ExchangeRate:
        """The rate of the first of `epochs` that has one: a pool outside the committee has none."""
        for epoch in epochs:
            if (rate := await self._rate(pool, epoch)) is not None:
                return rate
        raise ContractMismatch(f"expected an exchange rate of node 0x{pool.object_id.hex()}, got none")

    async def _rate(self, pool: StakingPool, epoch: int) -> ExchangeRate | None:
        table = pool.exchange_rates.table_id
        if (table, epoch) not in self._known:
            self._known[table, epoch] = await self._read(table, epoch)
        return self._known[table, epoch]

    async def _read(self, table: bytes, epoch: int) -> ExchangeRate | None:
        key = bcs.encode(bcs.U32, epoch)
        try:
            field = await self._contracts.sui.get_dynamic_field(
                table, U32Tag(), key, name_layout=bcs.U32, value_layout=ExchangeRate
            )
        except ObjectNotFound:
            return None
        rate: ExchangeRate = field.value
        return rate


def value_at(principal: int, bought: ExchangeRate, sold: ExchangeRate) -> int:
    """FROST for what `principal` FROST bought; never less than that, unless the pool was slashed in between."""
    bought_wal, bought_shares = _amounts(bought)
    sold_wal, sold_shares = _amounts(sold)
    value = principal * bought_shares // bought_wal * sold_wal // sold_shares
    lost = sold_wal * bought_shares < bought_wal * sold_shares
    return value if lost else max(value, principal)


def _amounts(rate: ExchangeRate) -> tuple[int, int]:
    return (rate.wal_amount, rate.share_amount) if isinstance(rate, VariableRate) else (1, 1)
