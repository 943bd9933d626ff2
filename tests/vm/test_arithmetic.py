"""Integers of every width against Python's own."""

from __future__ import annotations

import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_localnet.vm import ExecutionError, PrimitiveError

WIDTHS = (8, 16, 32, 64, 128, 256)
CHECKED = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": lambda a, b: a // b if b else None,
    "mod": lambda a, b: a % b if b else None,
    "or": operator.or_,
    "and": operator.and_,
    "xor": operator.xor,
}


def integers(bits):
    edges = [0, 1, 2, 2 ** (bits - 1) - 1, 2 ** (bits - 1), 2**bits - 2, 2**bits - 1, 2 ** (bits // 2)]
    return st.one_of(st.sampled_from(edges), st.integers(0, 2**bits - 1))


@pytest.mark.parametrize("bits", WIDTHS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_operations(shared_sandbox, bits, data):
    name = data.draw(st.sampled_from(sorted(CHECKED)))
    a, b = data.draw(integers(bits)), data.draw(integers(bits))
    expected = CHECKED[name](a, b)
    if expected is None or not 0 <= expected < 2**bits:
        with pytest.raises(PrimitiveError):
            shared_sandbox.call(f"arithmetic::{name}_u{bits}", a, b)
    else:
        assert shared_sandbox.call(f"arithmetic::{name}_u{bits}", a, b) == [expected]


@pytest.mark.parametrize("bits", WIDTHS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_shifts(shared_sandbox, bits, data):
    value, by = data.draw(integers(bits)), data.draw(st.integers(0, 255))
    if by >= bits:
        for name in ("shl", "shr"):
            with pytest.raises(PrimitiveError):
                shared_sandbox.call(f"arithmetic::{name}_u{bits}", value, by)
    else:
        assert shared_sandbox.call(f"arithmetic::shl_u{bits}", value, by) == [(value << by) % 2**bits]
        assert shared_sandbox.call(f"arithmetic::shr_u{bits}", value, by) == [value >> by]


@pytest.mark.parametrize("bits", WIDTHS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_comparisons(shared_sandbox, bits, data):
    a, b = data.draw(integers(bits)), data.draw(integers(bits))
    expected = [a < b, a > b, a <= b, a >= b, a == b, a != b]
    assert shared_sandbox.call(f"arithmetic::compare_u{bits}", a, b) == [expected]


@pytest.mark.parametrize("bits", WIDTHS[:-1])
def test_casts_keep_what_fits_and_refuse_the_rest(shared_sandbox, bits):
    largest = 2**bits - 1
    assert shared_sandbox.call(f"arithmetic::cast_u{bits}", largest) == [largest]
    for too_large in (largest + 1, 2**256 - 1):
        with pytest.raises(PrimitiveError):
            shared_sandbox.call(f"arithmetic::cast_u{bits}", too_large)


def test_cast_to_the_widest(shared_sandbox):
    assert shared_sandbox.call("arithmetic::cast_u256", 255) == [255]


@pytest.mark.parametrize("a", [False, True])
@pytest.mark.parametrize("b", [False, True])
def test_logic(shared_sandbox, a, b):
    assert shared_sandbox.call("arithmetic::logic", a, b) == [[a and b, a or b, not a]]


def test_a_failure_names_its_instruction(shared_sandbox):
    with pytest.raises(ExecutionError) as caught:
        shared_sandbox.call("arithmetic::add_u8", 200, 100)
    location = caught.value.location
    assert location is not None
    assert (location.package, location.original_id) == (shared_sandbox.samples, shared_sandbox.samples)
    assert (location.module, location.function_name) == ("arithmetic", "add_u8")
    # MoveLoc a, MoveLoc b, Add
    assert (location.function, location.instruction) == (0, 2)
    assert "overflow" in str(caught.value)
