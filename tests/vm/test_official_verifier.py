"""The official verifier accepts and refuses what ours does.

The official machine (PyPI `sui-sandbox`) verifies a module before it runs any function of it, so calling one that
is harmless tells whether the module passed.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections import Counter

import pytest

from walrus_localnet.vm import BOOL, U64, Reference, Vector, VmError
from walrus_localnet.vm.bytecode import Op, read_module
from walrus_sui.bcs.sui import format_address

ACCEPTED = "accepted"
HARMLESS = {
    "values": ("point", [bytes(8), bytes(8)]),
    "control": ("at_least_ten", [(10).to_bytes(8, "little")]),
    "arithmetic": ("add_u8", [b"\x01", b"\x02"]),
    "objects": ("empty", []),
}
"""A function of each sample module, and arguments it succeeds with."""


class Judges:
    """Both verifiers."""

    def __init__(self, published, sandbox) -> None:
        self.published = published
        self.sandbox = sandbox

    def ours(self, name, data):
        whole = self.published.packages.package(self.published.samples)
        try:
            self.published.machine.verify(dataclasses.replace(whole, modules={name: data}))
        except VmError as error:
            return error.message
        return ACCEPTED

    def theirs(self, name, data):
        function, arguments = HARMLESS[name]
        package = format_address(self.published.samples)
        answer = self.sandbox.call_view_function(
            package, name, function, pure_inputs=arguments, package_bytecodes={package: [data]}, fetch_deps=False
        )
        if answer["success"]:
            return ACCEPTED
        # the outermost status only says that verification failed; a module that does not read has none
        statuses = re.findall(r"major_status: (\w+)", answer["error"])
        return statuses[-1] if statuses else "UNREADABLE"

    def agree(self, name, data):
        """What both say. Fails when one accepts and the other does not."""
        ours, theirs = self.ours(name, data), self.theirs(name, data)
        assert (ours == ACCEPTED) == (theirs == ACCEPTED), (ours, theirs)
        return theirs


@pytest.fixture(scope="module")
def judges(published):
    reason = "the official VM as a Python package is not installed"
    return Judges(published, pytest.importorskip("sui_sandbox", reason=reason))


def test_the_samples_pass(judges, published):
    for name in HARMLESS:
        data = published.packages.package(published.samples).modules[name]
        assert judges.agree(name, data) == ACCEPTED


def test_damaged_code(judges, published, assembler, damage):
    chance, said = random.Random(31), Counter()
    for number in range(100):
        trial = damage.Trial(published, assembler, damage.MODULES[number % len(damage.MODULES)], chance)
        if trial.function != HARMLESS[trial.name][0]:
            said[judges.agree(trial.name, trial.data)] += 1
    assert said[ACCEPTED] > 6
    assert len(said) > 6


def test_borrowing_code(judges, published, assembler, borrowing):
    module = read_module(published.packages.package(published.samples).modules["values"])
    chance, said = random.Random(8), Counter()
    for _ in range(100):
        said[judges.agree("values", borrowing.Borrowing(assembler.Assembler(module), chance).write())] += 1
    assert said[ACCEPTED] > 10
    assert sum("BORROW" in status for status in said) > 4


TABLES = (
    *("identifiers", "addresses", "constants", "signatures", "module_handles", "datatype_handles"),
    *("function_handles", "field_handles", "variant_handles", "function_instances", "struct_instances"),
    *("field_instances", "enum_instances"),
)


@pytest.mark.parametrize("table", TABLES)
def test_row_that_stands_twice(judges, published, assembler, table):
    for name in HARMLESS:
        module = read_module(published.packages.package(published.samples).modules[name])
        if rows := getattr(module, table):
            doubled = dataclasses.replace(module, **{table: (*rows, rows[-1])})
            assert judges.agree(name, assembler.write_module(doubled)) == "DUPLICATE_ELEMENT"
            return
    pytest.fail(f"no sample has {table}")


MUTABLE, IMMUTABLE = Reference(U64, True), Reference(U64, False)
TWICE = [(Op.MOVE_LOC, 0), (Op.MOVE_LOC, 1), Op.EQ, Op.POP, Op.RET]


@pytest.mark.parametrize(
    ("instructions", "shape", "verdict"),
    [
        (
            [Op.LD_TRUE, (Op.BR_TRUE, 3), Op.NOP, Op.NOP, Op.LD_TRUE, (Op.BR_TRUE, 2), Op.RET],
            {},
            "INVALID_LOOP_SPLIT",
        ),
        ([(Op.LD_U64, 1)] * 1024 + [Op.POP] * 1024 + [Op.RET], {}, ACCEPTED),
        ([(Op.LD_U64, 1)] * 1025 + [Op.POP] * 1025 + [Op.RET], {}, "VALUE_STACK_OVERFLOW"),
        ([Op.RET, Op.LD_TRUE, (Op.LD_U64, 1), Op.ADD, Op.POP, Op.RET], {}, "INTEGER_OP_TYPE_MISMATCH_ERROR"),
        ([(Op.LD_U64, 1), (Op.BRANCH, 2), Op.POP, Op.RET], {}, "POSITIVE_STACK_SIZE_AT_BLOCK_END"),
        ([(Op.BRANCH, 0)], {}, ACCEPTED),
        ([Op.RET, Op.NOP], {}, "INVALID_FALL_THROUGH"),
        (TWICE, {"parameters": [MUTABLE, MUTABLE]}, ACCEPTED),
        (TWICE, {"parameters": [MUTABLE, IMMUTABLE]}, "EQUALITY_OP_TYPE_MISMATCH_ERROR"),
        ([(Op.MOVE_LOC, 0), Op.READ_REF, Op.POP, Op.RET], {"parameters": [MUTABLE]}, ACCEPTED),
        ([Op.RET], {"locals_": [MUTABLE]}, ACCEPTED),
        ([(Op.MUT_BORROW_LOC, 0)] * 2 + [Op.POP] * 2 + [Op.RET], {"parameters": [Vector(BOOL)]}, ACCEPTED),
    ],
)
def test_single_cases(judges, published, assembler, instructions, shape, verdict):
    asm = assembler.Assembler(read_module(published.packages.package(published.samples).modules["control"]))
    assert judges.agree("control", asm.function(assembler.code_of(*instructions), **shape)) == verdict
