"""Instructions, and orders of them, that the compiler never writes but the format allows."""

from __future__ import annotations

import dataclasses

import pytest

from walrus_localnet.vm import BOOL, U64, Machine, Meter, PrimitiveError, Reference, Vector
from walrus_localnet.vm.bytecode import Op, read_module


class Runner:
    """Adds one function to the sample module `values`, verifies and runs it."""

    def __init__(self, published, assembler, engine):
        self.published = published
        self.engine = engine
        self.code = assembler.code_of
        self.whole = published.packages.package(published.samples)
        self.asm = assembler.Assembler(read_module(self.whole.modules["values"]))

    def package(self, storage_id):
        """Every other package is as published."""
        return (
            self.changed if storage_id == self.published.samples else self.published.packages.package(storage_id)
        )

    def run(self, instructions, arguments=(), **shape):
        data = self.asm.function(self.code(*instructions), **shape)
        self.changed = dataclasses.replace(self.whole, modules={**self.whole.modules, "values": data})
        self.published.machine.verify(self.changed)
        machine = Machine(self, self.engine)
        return machine.call(
            self.published.samples, "values", "added", (), list(arguments), self.published.world, Meter(1000)
        )


@pytest.fixture
def runner(published, assembler, engine):
    return Runner(published, assembler, engine)


@pytest.mark.parametrize(
    ("op", "results"), [(Op.OR, [False, True, True, True]), (Op.AND, [False, False, False, True])]
)
def test_logic_without_branches(runner, op, results):
    code = []
    for a in (False, True):
        for b in (False, True):
            code += [Op.LD_TRUE if a else Op.LD_FALSE, Op.LD_TRUE if b else Op.LD_FALSE, op]
    assert runner.run([*code, Op.NOP, Op.RET], returns=[BOOL] * 4) == results


@pytest.mark.parametrize(("op", "result"), [(Op.EQ, False), (Op.NEQ, True)])
def test_references_to_primitives_are_compared_by_value(runner, op, result):
    refs = [([1, 2], 0), ([1, 2], 1)]
    parameters = [Reference(U64, False)] * 2
    code = [(Op.MOVE_LOC, 0), (Op.MOVE_LOC, 1), op, Op.RET]
    assert runner.run(code, refs, parameters=parameters, returns=[BOOL]) == [result]


def test_a_vector_comes_apart(runner):
    element = runner.asm.signature(U64)
    shape = {"parameters": [Vector(U64)], "returns": [U64, U64]}
    code = [(Op.MOVE_LOC, 0), (Op.VEC_UNPACK, element, 2), Op.RET]
    assert runner.run(code, [[5, 6]], **shape) == [5, 6]
    for wrong in ([5], [5, 6, 7]):
        runner.asm.module = read_module(runner.whole.modules["values"])
        with pytest.raises(PrimitiveError, match="2 elements"):
            runner.run(code, [wrong], **shape)


def test_another_variant_does_not_come_apart(runner):
    shape = runner.asm.token("Shape")
    names = [runner.asm.module.datatype_name(row) for row in runner.asm.module.enums]
    circle = [(row.enum, row.tag) for row in runner.asm.module.variant_handles].index((names.index("Shape"), 1))
    code = [(Op.MOVE_LOC, 0), (Op.UNPACK_VARIANT, circle), Op.POP, Op.POP, Op.RET]
    assert runner.run(code, [[1, [1, 2], 3]], parameters=[shape]) == []
    runner.asm.module = read_module(runner.whole.modules["values"])
    with pytest.raises(PrimitiveError, match="expected variant 1"):
        runner.run(code, [[0]], parameters=[shape])
    runner.asm.module = read_module(runner.whole.modules["values"])
    code = [(Op.MOVE_LOC, 0), (Op.UNPACK_VARIANT_IMM_REF, circle), Op.POP, Op.POP, Op.RET]
    with pytest.raises(PrimitiveError, match="expected variant 1"):
        runner.run(code, [[0]], parameters=[Reference(shape, False)])


def test_a_reference_on_the_stack_outlives_its_local(runner):
    """`r.x` is on the stack when the local `r` gets another reference."""
    x = runner.asm.field("Point", 0)
    point = Reference(runner.asm.token("Point"), True)
    code = [(Op.LD_U64, 9), (Op.MOVE_LOC, 0), (Op.MUT_BORROW_FIELD, x), (Op.MOVE_LOC, 1), (Op.ST_LOC, 0)]
    first, second = [1, 2], [3, 4]
    runner.run([*code, Op.WRITE_REF, Op.RET], [first, second], parameters=[point, point])
    assert (first, second) == ([9, 2], [3, 4])


def test_an_element_on_the_stack_outlives_its_index(runner):
    """`&v[i]` is on the stack when the local `i` changes."""
    element = runner.asm.signature(U64)
    code = [(Op.MOVE_LOC, 0), (Op.COPY_LOC, 1), (Op.VEC_IMM_BORROW, element), (Op.LD_U64, 0), (Op.ST_LOC, 1)]
    shape = {"parameters": [Reference(Vector(U64), False), U64], "returns": [U64]}
    assert runner.run([*code, Op.READ_REF, Op.RET], [[5, 6, 7], 2], **shape) == [7]


def test_a_value_read_before_a_write_stays(runner):
    """What was read through a reference is on the stack while the target changes."""
    code = [(Op.COPY_LOC, 0), Op.READ_REF, (Op.LD_U64, 1), (Op.MOVE_LOC, 0), Op.WRITE_REF, Op.RET]
    cell = [41]
    assert runner.run(code, [(cell, 0)], parameters=[Reference(U64, True)], returns=[U64]) == [41]
    assert cell == [1]


def test_a_length_taken_before_a_push_stays(runner):
    element = runner.asm.signature(U64)
    code = [(Op.COPY_LOC, 0), Op.FREEZE_REF, (Op.VEC_LEN, element), (Op.MOVE_LOC, 0), (Op.LD_U64, 5)]
    vector = [1, 2]
    shape = {"parameters": [Reference(Vector(U64), True)], "returns": [U64]}
    assert runner.run([*code, (Op.VEC_PUSH_BACK, element), Op.RET], [vector], **shape) == [2]
    assert vector == [1, 2, 5]


def test_the_first_block_may_be_a_loop(runner):
    code = [
        (Op.MOVE_LOC, 0), (Op.LD_U64, 1), Op.SUB, (Op.ST_LOC, 0), (Op.COPY_LOC, 0), (Op.LD_U64, 0), Op.GT,
        (Op.BR_TRUE, 0), (Op.MOVE_LOC, 0), Op.RET,
    ]  # fmt: skip
    assert runner.run(code, [5], parameters=[U64], returns=[U64]) == [0]
