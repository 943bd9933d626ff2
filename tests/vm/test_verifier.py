"""Code no compiler makes: what would go wrong if it ran is refused, and named."""

from __future__ import annotations

import pytest

from walrus_localnet.vm import (
    BOOL,
    U8,
    U64,
    MalformedModule,
    Package,
    Reference,
    TypeParameter,
    Vector,
    VerificationError,
)
from walrus_localnet.vm.bytecode import Op, read_module
from walrus_localnet.vm.bytecode.module import JumpTable


def test_the_assembler_writes_what_it_read(published, assembler):
    package = published.packages
    for number in (1, 2):
        for data in package.package(number.to_bytes(32, "big")).modules.values():
            assert assembler.write_module(read_module(data)) == data


def test_good_code_passes(values):
    values.verify_code((Op.LD_U64, 1), Op.RET, returns=[U64])


# operands ----------------------------------------------------------------------------------------------------
POINT_TO_X = (Op.IMM_BORROW_FIELD, 0)


@pytest.mark.parametrize(
    ("instructions", "shape", "message"),
    [
        ([Op.ADD, Op.RET], {}, "stack is empty"),
        ([Op.POP, Op.RET], {}, "stack is empty"),
        ([(Op.LD_U64, 1), Op.RET], {}, "exactly the return values"),
        ([Op.RET], {"returns": [U64]}, "exactly the return values"),
        ([(Op.LD_U8, 1), Op.RET], {"returns": [U64]}, "exactly the return values"),
        ([(Op.LD_U8, 1), (Op.LD_U64, 1), Op.ADD, Op.RET], {"returns": [U64]}, "expected u64"),
        ([Op.LD_TRUE, Op.LD_TRUE, Op.ADD, Op.RET], {"returns": [BOOL]}, "an integer"),
        ([(Op.LD_U64, 1), (Op.LD_U64, 1), Op.SHL, Op.RET], {"returns": [U64]}, "expected u8"),
        ([(Op.LD_U64, 1), Op.NOT, Op.RET], {"returns": [BOOL]}, "expected bool"),
        ([(Op.LD_U64, 1), (Op.BR_TRUE, 2), Op.RET], {}, "expected bool"),
        ([(Op.LD_U8, 1), Op.ABORT], {}, "expected u64"),
        ([(Op.LD_U64, 1), Op.READ_REF, Op.RET], {"returns": [U64]}, "a reference"),
        ([Op.LD_TRUE, (Op.CAST_U8, 0), Op.RET], {"returns": [U8]}, "an integer"),
        ([(Op.LD_U64, 1), (Op.ST_LOC, 0), Op.RET], {"locals_": [U8]}, "expected u8"),
        ([(Op.MOVE_LOC, 0), Op.FREEZE_REF, Op.POP, Op.RET], {"parameters": [Reference(U64, False)]}, "mutable"),
        (
            [(Op.LD_U64, 1), (Op.MOVE_LOC, 0), Op.WRITE_REF, Op.RET],
            {"parameters": [Reference(U64, False)]},
            "mutable reference",
        ),
        (
            [(Op.IMM_BORROW_LOC, 0), Op.POP, Op.RET],
            {"parameters": [Reference(U64, False)]},
            "reference to a reference",
        ),
        # a stack that is not empty where blocks begin and end
        ([Op.LD_TRUE, (Op.BR_TRUE, 3), (Op.LD_U64, 1), Op.RET], {}, "stay on the stack"),
        ([(Op.LD_U64, 1), (Op.BRANCH, 0)], {}, "stay on the stack"),
        ([(Op.LD_U64, 1), (Op.LD_U64, 1), Op.ABORT], {}, "stay on the stack"),
        # not even in code that no path leads to
        ([Op.RET, Op.POP, Op.RET], {}, "stack is empty"),
        # abilities
        ([(Op.MOVE_LOC, 0), Op.POP, Op.RET], {"parameters": [TypeParameter(0)], "type_parameters": [0]}, "DROP"),
        (
            [(Op.COPY_LOC, 0), (Op.MOVE_LOC, 0), Op.RET],
            {"parameters": [TypeParameter(0)], "returns": [TypeParameter(0)] * 2, "type_parameters": [2]},
            "COPY",
        ),
        (
            [(Op.MOVE_LOC, 0), Op.READ_REF, Op.RET],
            {
                "parameters": [Reference(TypeParameter(0), False)],
                "returns": [TypeParameter(0)],
                "type_parameters": [0],
            },
            "COPY",
        ),
        (
            [(Op.MOVE_LOC, 1), (Op.MOVE_LOC, 0), Op.WRITE_REF, Op.RET],
            {"parameters": [Reference(TypeParameter(0), True), TypeParameter(0)], "type_parameters": [0]},
            "DROP",
        ),
        (
            [(Op.MOVE_LOC, 0), (Op.MOVE_LOC, 1), Op.EQ, Op.RET],
            {"parameters": [TypeParameter(0)] * 2, "returns": [BOOL], "type_parameters": [0]},
            "DROP",
        ),
    ],
)
def test_operands(values, instructions, shape, message):
    instructions = [i[0] if isinstance(i, tuple) and i[0].name.startswith("CAST") else i for i in instructions]
    with pytest.raises(VerificationError, match=message):
        values.verify_code(*instructions, **shape)


def test_vector_instructions_need_their_element_type(values):
    bytes_signature = values.asm.signature(U8)
    with pytest.raises(VerificationError, match="reference to"):
        values.verify_code(
            (Op.MOVE_LOC, 0),
            (Op.VEC_LEN, bytes_signature),
            Op.RET,
            parameters=[Reference(Vector(U64), False)],
            returns=[U64],
        )
    with pytest.raises(VerificationError, match="from 0 values"):
        values.verify_code((Op.VEC_PACK, bytes_signature, 1 << 40), Op.RET, returns=[Vector(U8)], name="other")


def test_a_deep_stack_is_refused(values):
    with pytest.raises(VerificationError, match="1024"):
        values.verify_code(*[(Op.LD_U64, 1)] * 1025, *[Op.POP] * 1025, Op.RET)


def test_loops_have_one_way_in(values):
    # past the head of a loop into its middle
    enter = [Op.LD_TRUE, (Op.BR_TRUE, 3)]
    with pytest.raises(VerificationError, match="two ways in"):
        values.verify_code(*enter, Op.NOP, Op.NOP, Op.LD_TRUE, (Op.BR_TRUE, 2), Op.RET)
    values.verify_code(*enter, Op.NOP, Op.NOP, Op.LD_TRUE, (Op.BR_TRUE, 0), Op.RET)


@pytest.mark.parametrize("depth", [5, 6])
def test_loops_are_nested_at_most_five_deep(values, depth):
    heads = [Op.NOP] * depth
    tails = [part for n in reversed(range(depth)) for part in (Op.LD_TRUE, (Op.BR_TRUE, n))]
    if depth == 5:
        values.verify_code(*heads, *tails, Op.RET)
    else:
        with pytest.raises(VerificationError, match="nests 6 loops"):
            values.verify_code(*heads, *tails, Op.RET)


def test_structs_are_packed_and_unpacked_whole(values):
    point = values.asm.token("Point")
    with pytest.raises(VerificationError, match="on the stack"):
        values.verify_code((Op.LD_U64, 1), (Op.PACK, values.asm.struct("Point")), Op.RET, returns=[point])


def test_a_variant_switch_knows_its_enum(values):
    shape, tree = (values.asm.token(name, *args) for name, args in (("Shape", ()), ("Tree", (U8,))))
    table = JumpTable(
        [values.asm.module.datatype_name(row) for row in values.asm.module.enums].index("Shape"), (2,) * 3
    )
    code = [(Op.IMM_BORROW_LOC, 0), (Op.VARIANT_SWITCH, 0), Op.RET]
    values.verify_code(*code, parameters=[shape], jump_tables=[table], name="good")
    with pytest.raises(VerificationError, match="another enum"):
        values.verify_code(*code, parameters=[tree], jump_tables=[table], name="bad")


# bounds ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("instructions", "shape", "message"),
    [
        ([(Op.LD_U64, 1)], {}, "past its end"),
        ([], {}, "past its end"),
        ([(Op.BRANCH, 9)], {}, "code offset 9"),
        ([(Op.MOVE_LOC, 0), Op.RET], {}, "local 0 of 0"),
        ([(Op.LD_CONST, 200), Op.RET], {}, "constant 200"),
        ([(Op.CALL, 2000), Op.RET], {}, "function handle"),
        ([(Op.VARIANT_SWITCH, 0)], {}, "jump table 0 of 0"),
        ([Op.RET], {"locals_": [TypeParameter(0)]}, "type parameter 0 of 0"),
        ([Op.RET], {"locals_": [U64] * 256}, "count|locals"),
    ],
)
def test_bounds(values, instructions, shape, message):
    with pytest.raises(MalformedModule, match=message):
        values.verify_code(*instructions, **shape)


def test_a_jump_table_names_every_variant(values):
    with pytest.raises(MalformedModule, match="every variant"):
        values.verify_code(Op.RET, jump_tables=[JumpTable(0, (0,))])


def test_generic_definitions_need_type_arguments(values):
    with pytest.raises(MalformedModule, match="without type arguments"):
        values.verify_code((Op.UNPACK, values.asm.struct("Box")), Op.RET)


# locals ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("instructions", "shape", "message"),
    [
        ([(Op.MOVE_LOC, 0), Op.RET], {"locals_": [U64], "returns": [U64]}, "may hold no value"),
        ([(Op.COPY_LOC, 0), Op.RET], {"locals_": [U64], "returns": [U64]}, "may hold no value"),
        ([(Op.IMM_BORROW_LOC, 0), Op.POP, Op.RET], {"locals_": [U64]}, "may hold no value"),
        (
            [(Op.MOVE_LOC, 0), Op.POP, (Op.MOVE_LOC, 0), Op.RET],
            {"parameters": [U64], "returns": [U64]},
            "may hold no value",
        ),
        # stored on one path only
        (
            [Op.LD_TRUE, (Op.BR_TRUE, 4), (Op.LD_U64, 1), (Op.ST_LOC, 0), (Op.MOVE_LOC, 0), Op.RET],
            {"locals_": [U64], "returns": [U64]},
            "may hold no value",
        ),
        ([Op.RET], {"parameters": [TypeParameter(0)], "type_parameters": [0]}, "cannot be dropped"),
        (
            [(Op.MOVE_LOC, 1), (Op.ST_LOC, 0), (Op.MOVE_LOC, 0), Op.RET],
            {"parameters": [TypeParameter(0)] * 2, "returns": [TypeParameter(0)], "type_parameters": [0]},
            "would be lost",
        ),
    ],
)
def test_locals(values, instructions, shape, message):
    with pytest.raises(VerificationError, match=message):
        values.verify_code(*instructions, **shape)


def test_the_package_is_as_before(values):
    assert isinstance(values.package, Package)
    values.sandbox.machine.verify(values.package)
