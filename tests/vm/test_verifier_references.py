"""The borrow checker on code no compiler makes: what would leave a reference dangling is refused."""

from __future__ import annotations

import pytest

from walrus_localnet.vm import (
    BOOL,
    U64,
    Reference,
    Vector,
    VerificationError,
)
from walrus_localnet.vm.bytecode import Op

MUT_U64, U64_REF, VEC = Reference(U64, True), Reference(U64, False), Vector(U64)


@pytest.mark.parametrize(
    ("instructions", "shape", "message"),
    [
        # a reference to a local outlives it
        ([(Op.IMM_BORROW_LOC, 0), Op.RET], {"parameters": [U64], "returns": [U64_REF]}, "ends with the function"),
        # the local moves, changes or is copied under a reference
        ([(Op.IMM_BORROW_LOC, 0), (Op.MOVE_LOC, 0), Op.POP, Op.POP, Op.RET], {"parameters": [U64]}, "a move of"),
        (
            [(Op.IMM_BORROW_LOC, 0), (Op.LD_U64, 1), (Op.ST_LOC, 0), Op.POP, Op.RET],
            {"parameters": [U64]},
            "an overwriting",
        ),
        ([(Op.MUT_BORROW_LOC, 0), (Op.COPY_LOC, 0), Op.POP, Op.POP, Op.RET], {"parameters": [U64]}, "a copy of"),
        (
            [(Op.MUT_BORROW_LOC, 0), (Op.IMM_BORROW_LOC, 0), Op.POP, Op.POP, Op.RET],
            {"parameters": [U64]},
            "a borrow of",
        ),
        # two mutable references: the older may be written while the newer rests, not the other way
        (
            [(Op.MUT_BORROW_LOC, 0), (Op.LD_U64, 1), (Op.MUT_BORROW_LOC, 0), Op.WRITE_REF, Op.POP, Op.RET],
            {"parameters": [U64]},
            "a write to",
        ),
        # a write through a reference whose copy lives
        (
            [(Op.COPY_LOC, 0), (Op.LD_U64, 1), (Op.MOVE_LOC, 0), Op.WRITE_REF, Op.POP, Op.RET],
            {"parameters": [MUT_U64]},
            "a write to",
        ),
        (
            [(Op.COPY_LOC, 0), (Op.MOVE_LOC, 0), Op.READ_REF, Op.POP, Op.POP, Op.RET],
            {"parameters": [MUT_U64]},
            "a read of",
        ),
        (
            [(Op.COPY_LOC, 0), (Op.MOVE_LOC, 0), Op.FREEZE_REF, Op.POP, Op.POP, Op.RET],
            {"parameters": [MUT_U64]},
            "a freeze of",
        ),
        (
            [(Op.COPY_LOC, 0), (Op.MOVE_LOC, 0), Op.EQ, Op.RET],
            {"parameters": [MUT_U64], "returns": [BOOL]},
            "a comparison of",
        ),
        # the same mutable reference twice among the results
        (
            [(Op.COPY_LOC, 0), (Op.MOVE_LOC, 0), Op.RET],
            {"parameters": [MUT_U64], "returns": [MUT_U64] * 2},
            "a return of",
        ),
    ],
)
def test_references(values, instructions, shape, message):
    with pytest.raises(VerificationError, match=message):
        values.verify_code(*instructions, **shape)


def test_elements_keep_their_vector_still(values):
    element = values.asm.signature(U64)
    borrow = [(Op.COPY_LOC, 0), (Op.LD_U64, 0), (Op.VEC_MUT_BORROW, element)]
    parameters = [Reference(VEC, True)]
    values.verify_code(
        *borrow,
        Op.POP,
        (Op.MOVE_LOC, 0),
        (Op.VEC_POP_BACK, element),
        Op.POP,
        Op.RET,
        parameters=parameters,
        name="a",
    )
    with pytest.raises(VerificationError, match="a change of"):
        values.verify_code(
            *borrow, (Op.MOVE_LOC, 0), (Op.VEC_POP_BACK, element), Op.POP, Op.POP, Op.RET, parameters=parameters
        )


def test_elements_may_not_be_borrowed_twice_to_write(values):
    element = values.asm.signature(U64)
    borrow = [(Op.COPY_LOC, 0), (Op.LD_U64, 0), (Op.VEC_MUT_BORROW, element)]
    with pytest.raises(VerificationError, match="a borrow of"):
        values.verify_code(*borrow, *borrow, Op.POP, Op.POP, Op.RET, parameters=[Reference(VEC, True)])


def test_fields_are_borrowed_apart(values):
    asm = values.asm
    x, y = asm.field("Point", 0), asm.field("Point", 1)
    point = Reference(asm.token("Point"), True)
    both = [(Op.COPY_LOC, 0), (Op.MUT_BORROW_FIELD, x), (Op.MOVE_LOC, 0), (Op.MUT_BORROW_FIELD, y)]
    write = [(Op.LD_U64, 1), (Op.MOVE_LOC, 1), Op.WRITE_REF, (Op.LD_U64, 1), (Op.MOVE_LOC, 2), Op.WRITE_REF]
    keep = [(Op.ST_LOC, 2), (Op.ST_LOC, 1)]
    locals_ = [MUT_U64, MUT_U64]
    values.verify_code(*both, *keep, *write, Op.RET, parameters=[point], locals_=locals_, name="apart")
    same = [(Op.COPY_LOC, 0), (Op.MUT_BORROW_FIELD, x), (Op.MOVE_LOC, 0), (Op.MUT_BORROW_FIELD, x)]
    reverse = [(Op.LD_U64, 1), (Op.MOVE_LOC, 2), Op.WRITE_REF, (Op.LD_U64, 1), (Op.MOVE_LOC, 1), Op.WRITE_REF]
    with pytest.raises(VerificationError, match="a write to"):
        values.verify_code(*same, *keep, *reverse, Op.RET, parameters=[point], locals_=locals_, name="same")


def test_a_call_does_not_take_one_mutable_reference_twice(values):
    asm = values.asm
    asm.function(values.code(Op.RET), parameters=[MUT_U64, MUT_U64], name="two")
    with pytest.raises(VerificationError, match="a call with"):
        values.verify_code(
            (Op.COPY_LOC, 0), (Op.MOVE_LOC, 0), (Op.CALL, asm.called("two")), Op.RET, parameters=[MUT_U64]
        )


def test_a_result_of_a_call_borrows_from_its_arguments(values):
    asm = values.asm
    asm.function(values.code((Op.MOVE_LOC, 0), Op.RET), parameters=[MUT_U64], returns=[MUT_U64], name="same")
    with pytest.raises(VerificationError, match="a move of"):
        values.verify_code(
            (Op.MUT_BORROW_LOC, 0), (Op.CALL, asm.called("same")), (Op.MOVE_LOC, 0), Op.POP, Op.POP, Op.RET,
            parameters=[U64],
        )  # fmt: skip


def test_a_loop_may_not_hoard_a_reference(values):
    # local 1 borrows local 0 in one round and local 0 is overwritten in the next
    with pytest.raises(VerificationError, match="an overwriting"):
        values.verify_code(
            (Op.LD_U64, 1), (Op.ST_LOC, 2), (Op.IMM_BORROW_LOC, 2), (Op.ST_LOC, 1),
            (Op.LD_U64, 5), (Op.ST_LOC, 0), (Op.IMM_BORROW_LOC, 0), (Op.ST_LOC, 1), Op.LD_TRUE, (Op.BR_TRUE, 4),
            (Op.MOVE_LOC, 1), Op.POP, Op.RET, locals_=[U64, U64_REF, U64],
        )  # fmt: skip
