"""Prices, gas and what to say when there is not enough, by hand arithmetic (contracts.md §2.4, §2.7)."""

from __future__ import annotations

import pytest

from walrus_sui.bcs import sui
from walrus_sui.chain import Prices
from walrus_sui.chain.contracts.pricing import units
from walrus_sui.chain.gas import GasPool, estimated_budget, familiar_budget, simulation_budget
from walrus_sui.errors import InsufficientGas

MIB = 1 << 20
OWNER = bytes([1]) * 32


def coin(number: int, balance: int) -> tuple[sui.ObjectRef, int]:
    return sui.ObjectRef(bytes(31) + bytes([number]), 1, bytes(32)), balance


def ids(references: tuple[sui.ObjectRef, ...]) -> list[int]:
    return [reference.object_id[31] for reference in references]


@pytest.mark.parametrize(("size", "count"), [(0, 0), (1, 1), (MIB, 1), (MIB + 1, 2), (66_034_000, 63)])
def test_units_are_started_mebibytes(size: int, count: int) -> None:
    assert units(size) == count


def test_costs() -> None:
    prices = Prices(storage=10_000, write=20_000)
    # 66,034,000 encoded bytes are 63 units: 63 x 10,000 x 5 epochs, and 63 x 20,000 once
    assert prices.storage_cost(66_034_000, 5) == 3_150_000
    assert prices.write_cost(66_034_000) == 1_260_000


def test_the_fewest_coins_pay_the_largest_first() -> None:
    pool = GasPool.of(OWNER, [coin(1, 5), coin(2, 50), coin(3, 20)], excluded=())
    assert ids(pool.everything()) == [2, 3, 1]
    assert ids(pool.covering(50)) == [2]
    assert ids(pool.covering(51)) == [2, 3]


def test_a_coin_that_is_an_input_cannot_pay() -> None:
    pool = GasPool.of(OWNER, [coin(1, 5), coin(2, 50)], excluded=(coin(2, 50)[0].object_id,))
    assert (pool.total, ids(pool.everything())) == (5, [1])


def test_too_little_gas_says_who_has_what() -> None:
    pool = GasPool.of(OWNER, [coin(1, 5), coin(2, 50)], excluded=())
    with pytest.raises(InsufficientGas) as caught:
        pool.covering(56)
    error = caught.value
    assert (error.owner, error.has, error.needs) == ("0x" + "01" * 32, 55, 56)
    assert error.hint is not None
    assert error.owner in error.hint


def test_a_wallet_without_coins() -> None:
    with pytest.raises(InsufficientGas):
        simulation_budget(GasPool.of(OWNER, [], excluded=()), 1000, uses_gas_coin=False)
    with pytest.raises(InsufficientGas):
        GasPool.of(OWNER, [], excluded=()).covering(0)


def test_a_simulation_offers_what_there_is_but_leaves_the_gas_coin_something_to_spend() -> None:
    pool = GasPool.of(OWNER, [coin(1, 10_000_000_000)], excluded=())
    assert simulation_budget(pool, 1000, uses_gas_coin=False) == 10_000_000_000
    assert simulation_budget(pool, 1000, uses_gas_coin=True) == 1_000_000_000
    rich = GasPool.of(OWNER, [coin(1, 10**12)], excluded=())
    assert simulation_budget(rich, 1000, uses_gas_coin=False) == 50_000_000_000


def test_the_budget_covers_storage_before_it_is_refunded() -> None:
    used = sui.GasCostSummary(2_000_000, 7_600_000, 7_000_000, 70_000)
    # computation, a fifth and a thousand units of it more, and all the storage
    assert estimated_budget(used, 1000) == 2_000_000 + 400_000 + 1_000_000 + 7_600_000


def test_a_familiar_transaction_may_cost_twice_what_the_last_one_did() -> None:
    used = sui.GasCostSummary(2_000_000, 7_600_000, 7_000_000, 70_000)
    # twice computation and storage, and a thousand units
    assert familiar_budget(used, 1000) == 4_000_000 + 15_200_000 + 1_000_000
    assert familiar_budget(sui.GasCostSummary(40 * 10**9, 0, 0, 0), 1000) == 50 * 10**9
