"""Every engine against the closed form of the code and against the Rust codec that Walrus uses."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import reed_solomon_leopard
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui.redstuff import field
from walrus_sui.redstuff.kernels.portable import PortableEngine, from_elements, to_elements
from walrus_sui.redstuff.merkle import MerkleTree
from walrus_sui.redstuff.reed_solomon import Code, code_for

# above 512 bytes and no multiple of 64 among them: segments and tails are where a kernel goes wrong
SYMBOL_SIZES = [2, 4, 30, 62, 64, 66, 126, 128, 190, 510, 514, 578, 1022, 1090, 2050]
CODES = [(3, 1), (2, 2), (5, 2), (3, 4), (7, 3), (4, 6), (9, 4), (5, 8), (21, 10), (11, 20), (67, 33), (34, 66)]

ENGINES = [PortableEngine()]


@pytest.fixture(params=ENGINES, ids=lambda engine: type(engine).__name__)
def engine(request: pytest.FixtureRequest) -> PortableEngine:
    return request.param


def symbols(count: int, group: int, size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(count, group, size), dtype=np.uint8)


def by_closed_form(code: Code, source: np.ndarray) -> np.ndarray:
    elements = to_elements(source)
    parity = np.zeros((code.m, elements.shape[1]), dtype=np.uint16)
    for j, column in enumerate(code.generator().T):
        parity ^= field.multiply(column[:, None], elements[j][None, :])
    out = np.empty((code.m, *source.shape[1:]), dtype=np.uint8)
    from_elements(parity, out)
    return out


@pytest.mark.parametrize("size", SYMBOL_SIZES)
@pytest.mark.parametrize(("k", "m"), [(3, 1), (4, 6), (7, 3), (34, 66)])
def test_extend_is_the_closed_form(engine: PortableEngine, k: int, m: int, size: int) -> None:
    source = symbols(k, 3, size)
    extended = engine.extend(code_for(k, k + m), source)
    assert np.array_equal(extended[:k], source)
    assert np.array_equal(extended[k:], by_closed_form(code_for(k, k + m), source))


@pytest.mark.parametrize(("k", "m"), [*CODES, (667, 333), (334, 666)])
def test_extend_is_what_the_rust_codec_makes(engine: PortableEngine, k: int, m: int) -> None:
    source = symbols(k, 1, 66)
    parity = engine.extend(code_for(k, k + m), source)[k:, 0]
    expected = reed_solomon_leopard.encode([row[0].tobytes() for row in source], m)
    assert [row.tobytes() for row in parity] == list(expected)


@pytest.mark.parametrize(("k", "m"), CODES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_k_symbols_recover_the_originals(k: int, m: int, data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(SYMBOL_SIZES))
    code = code_for(k, k + m)
    source = symbols(k, 2, size, seed=data.draw(st.integers(0, 2**32)))
    order = data.draw(st.permutations(range(k + m)))[:k]
    for engine in ENGINES:
        extended = engine.extend(code, source)
        assert np.array_equal(engine.recover(code, list(order), extended[list(order)]), source)


@pytest.mark.parametrize("size", [*SYMBOL_SIZES, 127, 129, 255, 257])
def test_leaf_hashes(engine: PortableEngine, size: int) -> None:
    some = symbols(5, 3, size)
    hashes = engine.leaf_hashes(some)
    expected = [hashlib.blake2b(b"\0" + s.tobytes(), digest_size=32).digest() for s in some.reshape(-1, size)]
    assert [bytes(h) for h in hashes.reshape(-1, 32)] == expected


@pytest.mark.parametrize("leaves", [1, 2, 3, 4, 5, 7, 8, 9, 13, 31, 100, 1000])
def test_roots_of_many_trees(engine: PortableEngine, leaves: int) -> None:
    hashes = symbols(3, leaves, 32)
    roots = engine.merkle_roots(hashes)
    assert [bytes(root) for root in roots] == [MerkleTree(bytes(h) for h in tree).root for tree in hashes]
