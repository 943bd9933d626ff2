"""Code no compiler makes: what would go wrong if it ran is refused, and named."""

from __future__ import annotations

import dataclasses

import pytest

from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
    U8,
    U64,
    Ability,
    LinkError,
    MalformedModule,
    Package,
    Reference,
    TypeParameter,
    Vector,
    VerificationError,
)
from walrus_localnet.vm.bytecode import Op, read_module
from walrus_localnet.vm.bytecode.module import Field, FunctionHandle, Instantiation, JumpTable, ModuleHandle


class Bench:
    """One sample module with things added to it, verified in place of the original."""

    def __init__(self, sandbox, assembler, name):
        self.sandbox = sandbox
        self.name = name
        original = sandbox.packages.package(sandbox.samples)
        self.modules = dict(original.modules)
        self.package = original
        self.asm = assembler.Assembler(read_module(self.modules[name]))
        self.code = assembler.code_of

    def verify(self, data):
        modules = {**self.modules, self.name: data}
        self.sandbox.machine.verify(dataclasses.replace(self.package, modules=modules))

    def verify_code(self, *instructions, **shape):
        before = self.asm.module
        try:
            self.verify(self.asm.function(self.code(*instructions), **shape))
        finally:
            self.asm.module = before


@pytest.fixture
def values(published, assembler):
    return Bench(published, assembler, "values")


@pytest.fixture
def objects(published, assembler):
    return Bench(published, assembler, "objects")


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


# references --------------------------------------------------------------------------------------------------
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


# definitions -------------------------------------------------------------------------------------------------
def replaced_field(bench, assembler, struct, type_):
    """The module with the first field of a struct given another type."""
    module = bench.asm.module
    index = bench.asm.struct(struct)
    old = module.structs[index]
    new = dataclasses.replace(old, fields=(Field(old.fields[0].name, type_), *old.fields[1:]))
    structs = (*module.structs[:index], new, *module.structs[index + 1 :])
    return assembler.write_module(dataclasses.replace(module, structs=structs))


def test_a_datatype_does_not_contain_itself(values, assembler):
    for type_ in (values.asm.token("Point"), Vector(values.asm.token("Point")), values.asm.token("Line")):
        with pytest.raises(VerificationError, match="contains itself"):
            values.verify(replaced_field(values, assembler, "Point", type_))


def test_fields_have_the_abilities_of_their_struct(objects, values, assembler):
    thing = objects.asm.token("Thing")
    with pytest.raises(VerificationError, match="lacks COPY"):
        objects.verify(replaced_field(objects, assembler, "Made", thing))
    empty = values.asm.token("Empty")
    with pytest.raises(VerificationError, match="lacks STORE"):
        values.verify(replaced_field(values, assembler, "Line", empty))


def test_phantom_parameters_are_not_stored(values, assembler):
    with pytest.raises(VerificationError, match="phantom"):
        values.verify(replaced_field(values, assembler, "Pair", TypeParameter(0)))


def test_type_arguments_have_the_abilities_they_need(values):
    # vector<T> as a local where a struct asks for store would do; here a signature names Box<&…> through a handle
    with pytest.raises(MalformedModule, match="type arguments"):
        values.verify_code(Op.RET, locals_=[values.asm.token("Box")])


def test_growing_types_are_refused(values):
    asm = values.asm
    module = asm.module
    handle = len(module.function_handles)

    instance = Instantiation(handle, asm.signature(Vector(TypeParameter(0))))
    asm.module = dataclasses.replace(asm.module, function_instances=(*asm.module.function_instances, instance))
    asm.module = dataclasses.replace(asm.module, function_handles=asm.module.function_handles)
    with pytest.raises(VerificationError, match="ever larger types"):
        values.verify_code((Op.CALL_GENERIC, len(asm.module.function_instances) - 1), Op.RET, type_parameters=[0])


def test_friends_are_of_the_same_package(values, assembler):
    module = values.asm.module
    foreign = next(row for row in module.module_handles if module.addresses[row.address] != module.address)
    for friend in (foreign, module.module_handles[module.self_handle]):
        changed = dataclasses.replace(module, friends=(ModuleHandle(friend.address, friend.name),))
        with pytest.raises(VerificationError, match="friend"):
            values.verify(assembler.write_module(changed))


def test_modules_do_not_use_each_other_in_a_circle(values, assembler):
    module = values.asm.module
    changed = dict(values.modules)
    for name, other in (("values", "control"), ("control", "values")):
        asm = assembler.Assembler(read_module(values.modules[name]))
        index = asm.identifier(other)
        address = asm.module.addresses.index(module.address)
        handles = (*asm.module.module_handles, ModuleHandle(address, index))
        changed[name] = assembler.write_module(dataclasses.replace(asm.module, module_handles=handles))
    with pytest.raises(VerificationError, match="in a circle"):
        values.sandbox.machine.verify(dataclasses.replace(values.package, modules=changed))


def test_private_functions_of_others_are_not_called(values, assembler):
    """`values` calls the private `control::is_odd`."""
    asm = values.asm
    module = asm.module
    address = module.addresses.index(module.address)
    handles = (*module.module_handles, ModuleHandle(address, asm.identifier("control")))
    asm.module = dataclasses.replace(asm.module, module_handles=handles)

    wanted = FunctionHandle(
        len(handles) - 1, asm.identifier("is_odd"), asm.signature(U64), asm.signature(BOOL), ()
    )
    called = (*asm.module.function_handles, wanted)
    with pytest.raises(LinkError, match="private"):
        values.verify(assembler.write_module(dataclasses.replace(asm.module, function_handles=called)))
    other = dataclasses.replace(wanted, returns=asm.signature(U64))
    called = (*asm.module.function_handles, other)
    with pytest.raises(LinkError, match="another signature"):
        values.verify(assembler.write_module(dataclasses.replace(asm.module, function_handles=called)))


# Sui's own rules ---------------------------------------------------------------------------------------------
def test_objects_start_with_their_uid(objects, assembler):
    with pytest.raises(VerificationError, match="does not start with"):
        objects.verify(replaced_field(objects, assembler, "Thing", U64))


def test_an_object_is_packed_with_a_fresh_uid(objects):
    asm = objects.asm
    thing = asm.token("Thing")
    struct = asm.struct("Thing")
    # take a thing apart and put it together again
    with pytest.raises(VerificationError, match="not made for it"):
        objects.verify_code(
            (Op.MOVE_LOC, 0), (Op.UNPACK, struct), (Op.PACK, struct), Op.RET, parameters=[thing], returns=[thing]
        )


def test_init_has_its_shape(values, objects):
    with pytest.raises(VerificationError, match="must be private"):
        values.verify_code(Op.RET, name="init", visibility="public")
    with pytest.raises(VerificationError, match="TxContext"):
        values.verify_code(Op.RET, name="init", visibility="private")
    with pytest.raises(VerificationError, match="only the chain"):
        objects.verify_code(
            (Op.MOVE_LOC, 0), (Op.MOVE_LOC, 1), (Op.CALL, objects.asm.called("init")), Op.RET,
            parameters=[objects.asm.token("OBJECTS"), Reference(objects.asm.token("TxContext"), True)],
        )  # fmt: skip


def test_the_one_time_witness_is_never_made(objects):
    with pytest.raises(VerificationError, match="makes the one-time witness"):
        objects.verify_code(Op.LD_TRUE, (Op.PACK, objects.asm.struct("OBJECTS")), Op.POP, Op.RET)


def test_only_own_types_are_transferred(objects):
    asm = objects.asm

    instance = Instantiation(asm.called("transfer"), asm.signature(TypeParameter(0)))
    asm.module = dataclasses.replace(asm.module, function_instances=(*asm.module.function_instances, instance))

    with pytest.raises(VerificationError, match="not a type of its module"):
        objects.verify_code(
            (Op.MOVE_LOC, 0), (Op.MOVE_LOC, 1), (Op.CALL_GENERIC, len(asm.module.function_instances) - 1), Op.RET,
            parameters=[TypeParameter(0), ADDRESS], type_parameters=[Ability.KEY],
        )  # fmt: skip


def test_entry_functions_return_what_can_be_dropped(objects):
    thing = objects.asm.token("Thing")
    with pytest.raises(VerificationError, match="cannot be dropped"):
        objects.verify_code((Op.MOVE_LOC, 0), Op.RET, parameters=[thing], returns=[thing], is_entry=True)


def test_the_package_is_as_before(values):
    assert isinstance(values.package, Package)
    values.sandbox.machine.verify(values.package)
