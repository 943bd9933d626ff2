"""What stake is worth at given rates, by hand."""

from __future__ import annotations

import pytest

from walrus_sui.chain.contracts.stake_values import value_at
from walrus_sui.chain.types import ExchangeRate, FlatRate, VariableRate

FLAT = FlatRate()


@pytest.mark.parametrize(
    ("bought", "sold", "value"),
    [
        (FLAT, FLAT, 1000),
        (FLAT, VariableRate(3, 2), 1500),
        (VariableRate(3, 2), VariableRate(3, 2), 1000),  # 666 shares are worth 999: rounding costs nothing
        (VariableRate(3, 2), VariableRate(2, 1), 1332),
        (VariableRate(2, 1), VariableRate(1, 1), 500),  # slashed
        (FLAT, VariableRate(999, 1000), 999),
        (VariableRate(2**64 - 1, 2**64 - 2), VariableRate(2**64 - 1, 2**64 - 2), 1000),
    ],
)
def test_shares_are_bought_and_sold_rounded_down(bought: ExchangeRate, sold: ExchangeRate, value: int) -> None:
    assert value_at(1000, bought, sold) == value
