"""The field against published hashes and against galois, which defines it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import galois
import numpy as np
import pytest

from walrus_sui.redstuff import field
from walrus_sui.redstuff.reed_solomon import Code

TABLES = json.loads((Path(__file__).parent.parent / "vectors" / "gf_tables.json").read_text())


def u16le_sha256(values: field.Labels) -> str:
    return hashlib.sha256(values.astype("<u2").tobytes()).hexdigest()


def test_tables_are_the_published_ones() -> None:
    log, exp = field.tables()
    assert u16le_sha256(log) == TABLES["log_u16le_sha256"]
    assert u16le_sha256(exp) == TABLES["exp_u16le_65536_sha256"]
    assert log[:16].tolist() == TABLES["log_first16"]
    assert exp[:8].tolist() == TABLES["exp_first8"]


@pytest.mark.parametrize(("a", "b", "product"), TABLES["mul"])
def test_products(a: int, b: int, product: int) -> None:
    assert int(field.multiply(a, b)) == product


def test_labels_are_galois_elements_in_the_cantor_basis() -> None:
    irreducible = galois.Poly.Int(field.POLYNOMIAL)
    gf = galois.GF(2, 16, irreducible_poly=irreducible, repr="int", compile="python-calculate")
    labels = np.random.default_rng(1).integers(0, 65536, size=(2, 500))
    labels[0, :3] = (0, 1, 65535)

    def element(values: np.ndarray) -> galois.FieldArray:
        total = np.zeros(values.shape, dtype=np.int64)
        for bit, basis in enumerate(field.CANTOR_BASIS):
            total ^= np.where(values >> bit & 1, basis, 0)
        return gf(total)

    product = field.multiply(labels[0], labels[1])
    assert np.array_equal(element(product), element(labels[0]) * element(labels[1]))
    nonzero = labels[1][labels[1] != 0]
    assert np.array_equal(element(field.inverse(nonzero)), element(nonzero) ** -1)


def test_split_tables_multiply_like_the_field() -> None:
    values = np.arange(65536, dtype=np.uint16)
    for multiplier in (0, 1, 2, 0x1234, 65535):
        low, high = field.product_tables(multiplier)
        assert np.array_equal(low[values & 255] ^ high[values >> 8], field.multiply(multiplier, values))


@pytest.mark.parametrize("expected", TABLES["matrices"], ids=lambda m: f"k{m['k']}-m{m['m']}")
def test_generators_are_the_published_ones(expected: dict[str, object]) -> None:
    code = Code(int(str(expected["k"])), int(str(expected["m"])))
    assert ("high" if code.high else "low") == expected["rate"]
    assert u16le_sha256(code.generator()) == expected["sha256_u16le_row_major"]
    if expected["rows"]:
        assert code.generator().tolist() == expected["rows"]
