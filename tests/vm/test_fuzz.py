"""Damaged modules in numbers: each is refused with one of the machine's errors or harmless, and none takes long.

Real modules (of the framework, the contracts and the samples) are damaged as bytes, in their tables or in their
code; some input was never a module. What the verifier accepts is run by both engines, which must agree.
"""

from __future__ import annotations

import dataclasses
import logging
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scale import cases
from tests.vm.assembler import write_module
from tests.vm.damage import damaged
from tests.vm.judge import Judge
from tests.vm.mutation import EDITS, edited, restructured
from walrus_localnet.vm.bytecode import read_module

pytestmark = pytest.mark.fuzz

INPUTS = cases(50, 12_500)
"""For each of the four kinds of input."""
IS_LONG = cases(0, 1) == 1
whole_numbers = st.integers(0, 2**32)
seeds = st.integers(0, 2**63)
some = settings(
    max_examples=INPUTS,
    derandomize=not IS_LONG,  # a sample is the same every time
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def judge(sandbox_class, random_values):
    made = Judge(sandbox_class(), random_values)
    yield made
    logging.getLogger(__name__).warning("%d modules, %s", len(made.modules), dict(made.said))


def test_real_modules_are_accepted_first(judge):
    assert len(judge.modules) > 30
    for data in judge.modules:
        judge.judge(data, 1)


edits = st.lists(st.tuples(st.sampled_from(EDITS), whole_numbers, st.binary(max_size=12)), min_size=1, max_size=4)


@some
@given(whole_numbers, edits, seeds)
def test_damaged_bytes(judge, which, made, seed):
    judge.judge(edited(judge.modules[which % len(judge.modules)], made), seed)


@some
@given(whole_numbers, seeds)
def test_damaged_tables(judge, which, seed):
    module = read_module(judge.modules[which % len(judge.modules)])
    judge.judge(write_module(restructured(module, random.Random(seed))), seed)


@some
@given(whole_numbers, seeds)
def test_damaged_code(judge, which, seed):
    chance = random.Random(seed)
    module = read_module(judge.modules[which % len(judge.modules)])
    index = chance.choice([index for index, function in enumerate(module.functions) if function.code])
    changed = dataclasses.replace(module.functions[index], code=damaged(module.functions[index].code, chance))
    functions = (*module.functions[:index], changed, *module.functions[index + 1 :])
    judge.judge(write_module(dataclasses.replace(module, functions=functions)), seed, {index})


MAGIC = bytes.fromhex("a11ceb0b")
table = st.tuples(st.integers(0, 0x15), st.binary(max_size=60))


@some
@given(
    st.one_of(st.binary(), st.lists(table, max_size=20)),
    st.sampled_from([b"\x05\0\0\0", b"\x06\0\0\0", b"\x07\0\0\x05"]),
)
def test_what_was_never_a_module(judge, content, version):
    """Random bytes, alone or as the tables of a module."""
    if isinstance(content, bytes):
        judge.judge(content, 0)
        return
    head, offset = bytearray(MAGIC + version + bytes([len(content)])), 0
    for kind, data in content:
        head += bytes([kind, offset & 0x7F | 0x80, offset >> 7, len(data)])
        offset += len(data)
    judge.judge(bytes(head) + b"".join(data for _, data in content) + b"\0", 0)
