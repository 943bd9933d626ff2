"""Gas: how much to offer and which coins pay (source: sui_localnet.md §4.7). All amounts are MIST."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from walrus_sui.bcs.sui import GasCostSummary, ObjectRef, format_address
from walrus_sui.errors import InsufficientGas

MAX_BUDGET = 50_000_000_000
MAX_PAYMENT_COINS = 256
_MIN_UNITS = 1_000
_MARGIN_UNITS = 1_000
_TRIAL_BUDGET = 5_000_000_000


@dataclass(frozen=True)
class GasPool:
    """The SUI coins of an account that may pay, largest first, no more than one transaction takes."""

    owner: bytes
    coins: tuple[tuple[ObjectRef, int], ...]

    @classmethod
    def of(cls, owner: bytes, coins: Iterable[tuple[ObjectRef, int]], *, excluded: Collection[bytes]) -> Self:
        """Coins come with their balances; `excluded` are inputs of the transaction: they cannot pay for it too."""
        usable = [(coin, balance) for coin, balance in coins if coin.object_id not in excluded]
        usable.sort(key=lambda entry: entry[1], reverse=True)
        return cls(owner, tuple(usable[:MAX_PAYMENT_COINS]))

    @property
    def total(self) -> int:
        return sum(balance for _, balance in self.coins)

    def everything(self) -> tuple[ObjectRef, ...]:
        return tuple(reference for reference, _ in self.coins)

    def covering(self, budget: int) -> tuple[ObjectRef, ...]:
        """The fewest coins that hold `budget`. Raises `InsufficientGas`."""
        chosen, held = [], 0
        for reference, balance in self.coins:
            if held >= budget:
                break
            chosen.append(reference)
            held += balance
        if held < budget or not chosen:
            raise InsufficientGas(format_address(self.owner), "MIST for gas", held, max(budget, 1))
        return tuple(chosen)


def simulation_budget(pool: GasPool, price: int, *, uses_gas_coin: bool) -> int:
    """What to offer in a simulation: as much as there is, but leave room if the gas coin itself is spent.

    Raises `InsufficientGas` if there is less than the least a transaction costs.
    """
    least = _MIN_UNITS * price
    if pool.total < least:
        raise InsufficientGas(format_address(pool.owner), "MIST for gas", pool.total, least)
    if not uses_gas_coin:
        return min(pool.total, MAX_BUDGET)
    return max(least, min(pool.total // 10, _TRIAL_BUDGET))


def familiar_budget(used: GasCostSummary, price: int) -> int:
    """A budget for a transaction like another that used so much: twice that, and a margin."""
    return min(2 * (used.computation_cost + used.storage_cost) + _MARGIN_UNITS * price, MAX_BUDGET)


def estimated_budget(used: GasCostSummary, price: int) -> int:
    """A budget for the same transaction: what the simulation used and a margin.

    The rebate counts only beyond that, as storage is charged before anything is refunded.
    """
    computation = used.computation_cost + used.computation_cost // 5 + _MARGIN_UNITS * price
    return min(computation + used.storage_cost, MAX_BUDGET)
