"""The plan of the code: erasure locators by both ways of adding them up (encoding.md §3.5)."""

from __future__ import annotations

import numpy as np
import pytest

from walrus_sui.redstuff import Params, field, reed_solomon
from walrus_sui.redstuff.reed_solomon import code_for

SHARDS = [4, 7, 13, 39, 130, 333]


def codes(n_shards: int):
    params = Params(n_shards)
    return code_for(params.rows, n_shards), code_for(params.columns, n_shards)


@pytest.mark.parametrize("n_shards", SHARDS)
def test_adding_up_and_transforming_give_the_same(n_shards, monkeypatch):
    random = np.random.default_rng(n_shards)
    for code in codes(n_shards):
        points = code.points()
        for count in (0, 1, code.k, code.n):
            received = points[random.choice(code.n, count, replace=False)]
            monkeypatch.setattr(reed_solomon, "_FEW_LOGARITHMS", 1 << 40)
            added = code.locator_logs(received)
            monkeypatch.setattr(reed_solomon, "_FEW_LOGARITHMS", -1)
            assert np.array_equal(added, code.locator_logs(received))


@pytest.mark.parametrize("n_shards", SHARDS[:3])
def test_they_are_the_products_of_the_differences(n_shards):
    """lam[p] as the product of p ^ e over all erased e other than p, multiplied out."""
    for code in codes(n_shards):
        received = code.points()[: code.k]
        erased = np.flatnonzero(code._erased(received))
        for point, log in enumerate(code.locator_logs(received)):
            product = np.uint16(1)
            for factor in np.uint16(point) ^ erased[erased != point].astype(np.uint16):
                product = field.multiply(product, factor)
            assert field.tables().exp[log] == product
