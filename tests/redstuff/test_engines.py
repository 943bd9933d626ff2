"""Every engine against the closed form of the code, the Rust codec that Walrus uses, hashlib, and each other."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import reed_solomon_leopard
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui.redstuff import field, kernels
from walrus_sui.redstuff.kernels import Engine, native
from walrus_sui.redstuff.kernels.portable import PortableEngine, from_elements, to_elements
from walrus_sui.redstuff.merkle import MerkleTree
from walrus_sui.redstuff.reed_solomon import Code, code_for

# above 512 bytes and no multiple of 64 among them: segments and tails are where a kernel goes wrong
SYMBOL_SIZES = [2, 4, 30, 62, 64, 66, 126, 128, 190, 510, 514, 578, 1022, 1090, 2050, 4098]
CODES = [(3, 1), (2, 2), (5, 2), (3, 4), (7, 3), (4, 6), (9, 4), (5, 8), (21, 10), (11, 20), (67, 33), (34, 66)]

ENGINES: list[Engine] = [PortableEngine(), *map(native.NativeEngine, native.machines())]


@pytest.fixture(params=ENGINES, ids=lambda engine: f"{type(engine).__name__}-{ENGINES.index(engine)}")
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


def symbols(count: int, group: int, size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(count, group, size), dtype=np.uint8)


def extended(engine: Engine, code: Code, source: np.ndarray) -> np.ndarray:
    work = engine.buffer(code.n, *source.shape[1:])
    work[: code.k] = source
    engine.extend(code, work)
    return work


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
def test_extend_is_the_closed_form(engine: Engine, k: int, m: int, size: int) -> None:
    source = symbols(k, 8, size)
    work = extended(engine, code_for(k, k + m), source)
    assert np.array_equal(work[:k], source)
    assert np.array_equal(work[k:], by_closed_form(code_for(k, k + m), source))


@pytest.mark.parametrize(("k", "m"), [*CODES, (667, 333), (334, 666), (1367, 683), (684, 1366)])
def test_extend_is_what_the_rust_codec_makes(engine: Engine, k: int, m: int) -> None:
    source = symbols(k, 1, 66)
    parity = extended(engine, code_for(k, k + m), source)[k:, 0]
    expected = reed_solomon_leopard.encode([row[0].tobytes() for row in source], m)
    assert [row.tobytes() for row in parity] == list(expected)


@pytest.mark.parametrize(("k", "m"), CODES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_k_symbols_recover_the_originals(k: int, m: int, data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(SYMBOL_SIZES))
    group = data.draw(st.sampled_from([1, 2, 8, 9]))
    code = code_for(k, k + m)
    source = symbols(k, group, size, seed=data.draw(st.integers(0, 2**32)))
    order = data.draw(st.permutations(range(k + m)))[:k]
    whole = extended(PortableEngine(), code, source)
    for engine in ENGINES:
        assert np.array_equal(engine.recover(code, order, [whole[i] for i in order]), source), engine


@pytest.mark.parametrize("size", [2, 300])
@pytest.mark.parametrize(("k", "m"), [(667, 333), (334, 666)])
def test_recovery_among_a_thousand(engine: Engine, k: int, m: int, size: int) -> None:
    code = code_for(k, k + m)
    source = symbols(k, 70, size)
    whole = extended(PortableEngine(), code, source)
    order = np.random.default_rng(3).permutation(k + m)[:k].tolist()
    assert np.array_equal(engine.recover(code, order, [whole[i] for i in order]), source)


@pytest.mark.parametrize("size", [*SYMBOL_SIZES, 127, 129, 255, 257])
def test_leaf_hashes(engine: Engine, size: int) -> None:
    line = engine.buffer(21, 1, size)
    line[:] = symbols(21, 1, size)
    expected = [hashlib.blake2b(b"\0" + s.tobytes(), digest_size=32).digest() for s in line[:, 0]]
    assert [bytes(h) for h in engine.leaf_hashes(line)] == expected


@pytest.mark.parametrize("n", [4, 5, 7, 8, 9, 13, 31, 100, 1000])
def test_roots_of_lines(engine: Engine, n: int) -> None:
    for group in (1, 8):
        work = engine.buffer(n, group, 6)
        work[:] = symbols(n, group, 6)
        roots = engine.line_roots(work)
        expected = [MerkleTree.over(work[:, lane].tobytes()[i : i + 6] for i in range(0, 6 * n, 6)).root
                    for lane in range(group)]  # fmt: skip
        assert [bytes(root) for root in roots] == expected


@pytest.mark.parametrize("n", [4, 5, 6, 7, 8, 9, 10, 13, 16, 17, 31, 100])
@pytest.mark.parametrize("size", [2, 514])
def test_roots_both_ways_from_blocks_of_columns(engine: Engine, n: int, size: int) -> None:
    matrix = symbols(n, n, size)
    nodes, column_roots = [], []
    for start in range(0, n, 8):
        block = matrix[:, start : start + 8]
        work = engine.buffer(n, 8, size)
        work[:] = 0xEE
        work[:, : block.shape[1]] = block
        roots, part = engine.hash_block(work, block.shape[1])
        column_roots += [bytes(root) for root in roots[: block.shape[1]]]
        nodes.append(part)
    row_roots = [bytes(root) for root in engine.join(np.concatenate(nodes, axis=1))]
    assert row_roots == [MerkleTree.over(symbol.tobytes() for symbol in row).root for row in matrix]
    assert column_roots == [MerkleTree.over(symbol.tobytes() for symbol in matrix[:, j]).root for j in range(n)]


def test_an_engine_that_miscalculates_is_not_used() -> None:
    class Wrong(PortableEngine):
        def extend(self, code: Code, work: np.ndarray) -> None:
            super().extend(code, work)
            work[-1, -1, -1] ^= 1

    assert not kernels.agrees(Wrong())
    assert all(kernels.agrees(engine) for engine in ENGINES)


def test_the_last_symbols_of_a_long_line_are_hashed_within_the_buffer(engine: Engine) -> None:
    """Vectors are full also where a line ends: there must be memory behind it."""
    for n in (9, 129, 130, 135):
        line = engine.buffer(n, 1, 65534)
        line[:] = np.arange(n, dtype=np.uint8)[:, None, None]
        root = MerkleTree.over(bytes([i]) * 65534 for i in range(n)).root
        assert bytes(engine.line_roots(line)[0]) == root
