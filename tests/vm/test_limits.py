"""Where the machine ends: every end has a name."""

from __future__ import annotations

import dataclasses

import pytest

from walrus_localnet.vm import (
    BOOL,
    SIGNER,
    U8,
    U64,
    ExecutionError,
    InvalidValue,
    LimitExceeded,
    LinkError,
    Machine,
    MalformedModule,
    Meter,
    OutOfGas,
    Package,
    PrimitiveError,
    Reference,
    TypeParameter,
    Vector,
    VerificationError,
    VmError,
)
from walrus_localnet.vm.bytecode import Instruction, Op, read_module
from walrus_localnet.vm.bytecode.module import Constant, Field, Instantiation
from walrus_localnet.vm.natives.std import target


@pytest.fixture
def asm(published, assembler):
    return assembler.Assembler(read_module(published.packages.package(published.samples).modules["values"]))


def machine_with(published, data, engine="generated"):
    """A machine on which the samples have one changed module that nobody verified."""
    whole = published.packages.package(published.samples)

    class Source:
        def package(self, storage_id):
            if storage_id != whole.storage_id:
                return published.packages.package(storage_id)
            return dataclasses.replace(whole, modules={**whole.modules, "values": data})

    return Machine(Source(), engine)


# Python's own stack ------------------------------------------------------------------------------------------
def test_a_full_python_stack_is_a_limit(published):
    def deeper(frames):
        if frames:
            return deeper(frames - 1)
        return published.call("control::depth", 1000)

    published.call("control::depth", 1)
    assert deeper(10) == [1000]
    with pytest.raises(LimitExceeded, match="stack"):
        deeper(2500)


# gas ---------------------------------------------------------------------------------------------------------
def test_copies_of_large_values_cost_by_their_size(asm, published, assembler):
    code = assembler.code_of((Op.COPY_LOC, 0), Op.POP, (Op.MOVE_LOC, 0), Op.RET)
    costs = {}
    for type_, make in ((Vector(U8), bytearray), (Vector(U64), lambda n: [0] * n)):
        data = asm.function(code, parameters=[type_], returns=[type_], name=f"f{type_.element}")
        machine = machine_with(published, data)
        for size in (0, 16, 1600):
            meter = Meter(10_000)
            machine.call(
                published.samples, "values", f"f{type_.element}", (), [make(size)], published.world, meter
            )
            costs[type_.element, size] = meter.used - 4
        with pytest.raises(OutOfGas):
            machine.call(
                published.samples, "values", f"f{type_.element}", (), [make(10**6)], published.world, Meter(10_000)
            )
    assert costs == {(U8, 0): 0, (U8, 16): 1, (U8, 1600): 100, (U64, 0): 0, (U64, 16): 4, (U64, 1600): 400}


def test_natives_cost_by_their_input(shared_sandbox):
    def cost(size):
        shared_sandbox.call("natives::sha3", bytearray(size))
        return shared_sandbox.meter.used

    assert cost(16_000) - cost(0) == 1000
    with pytest.raises(OutOfGas) as caught:
        shared_sandbox.call("natives::sha3", bytearray(10**6), gas=1000)
    assert caught.value.location is not None
    assert (caught.value.location.module, caught.value.location.function_name) == ("hash", "sha3_256")


def test_a_meter_never_goes_below_zero():
    meter = Meter(5)
    meter.charge(3)
    with pytest.raises(OutOfGas, match="limit of 5"):
        meter.charge(3)
    assert (meter.left, meter.used) == (0, 5)


@pytest.mark.parametrize("engine", ["generated", "interpreted"])
def test_a_vector_has_a_largest_length(published, asm, assembler, engine):
    """1,048,576 elements, as the official machine has it; what is longer already cannot grow."""
    push = (Op.MUT_BORROW_LOC, 0), (Op.LD_U8, 7), (Op.VEC_PUSH_BACK, asm.signature(U8)), Op.RET
    code = assembler.code_of(*push)
    machine = machine_with(published, asm.function(code, parameters=[Vector(U8)]), engine)

    def grow(length):
        value = bytearray(length)
        machine.call(published.samples, "values", "added", (), [value], published.world, Meter(10_000_000))

    grow(1_048_575)
    with pytest.raises(PrimitiveError, match="a vector of 1048576 elements"):
        grow(1_048_576)


# types -------------------------------------------------------------------------------------------------------
def test_a_type_that_contains_itself_has_no_layout(published, asm, assembler):
    index = asm.struct("Point")
    old = asm.module.structs[index]
    new = dataclasses.replace(old, fields=(Field(old.fields[0].name, Vector(asm.token("Point"))), old.fields[1]))
    structs = (*asm.module.structs[:index], new, *asm.module.structs[index + 1 :])
    machine = machine_with(published, assembler.write_module(dataclasses.replace(asm.module, structs=structs)))
    with pytest.raises(LinkError, match="contains itself"):
        machine.to_bytes(published.type("values::Point"), [[], 1])


@pytest.mark.parametrize("engine", ["generated", "interpreted"])
def test_types_that_grow_without_end_reach_a_limit(published, asm, engine):
    """Unverified code that calls itself with ever larger types still ends in an error."""
    instance = Instantiation(len(asm.module.function_handles), asm.signature(Vector(TypeParameter(0))))
    asm.module = dataclasses.replace(asm.module, function_instances=(*asm.module.function_instances, instance))
    code = (Instruction(Op.CALL_GENERIC, len(asm.module.function_instances) - 1), Instruction(Op.RET))
    machine = machine_with(published, asm.function(code, type_parameters=[0]), engine)
    with pytest.raises(ExecutionError, match="deeper"):
        machine.call(published.samples, "values", "added", [U8], [], published.world, Meter(10_000))


def test_type_arguments_have_a_largest_depth(shared_sandbox):
    deep = U8
    for _ in range(40):
        deep = Vector(deep)
    with pytest.raises(LinkError, match="deeper"):
        shared_sandbox.call_in(shared_sandbox.std, "vector::empty", type_args=[deep])


def test_references_and_parameters_are_no_values(published):
    for type_ in (Reference(U8, False), TypeParameter(0)):
        with pytest.raises(LinkError, match="not the type of a value"):
            published.machine.to_bytes(type_, 0)


def test_a_parameter_has_no_abilities_outside_of_its_scope(published):
    with pytest.raises(LinkError, match="type parameters"):
        published.machine.abilities(Vector(TypeParameter(0)))


def test_a_reference_is_no_type_argument(published):
    with pytest.raises(LinkError, match="reference"):
        published.call_in(published.std, "vector::empty", type_args=[Reference(U8, False)])


def test_elements_are_counted_before_they_are_read(published):
    with pytest.raises(InvalidValue, match="elements"):
        published.machine.from_bytes(Vector(U64), b"\xff\xff\x7f" + bytes(64))


# constants ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("type_", "data"),
    [
        (BOOL, b"\x02"),
        (U64, bytes(7)),
        (U64, bytes(9)),
        (Vector(BOOL), b"\x02\x01"),
        (Vector(U8), b"\xff\xff\x03"),
        (SIGNER, bytes(32)),
        (TypeParameter(0), b""),
    ],
)
def test_constants_are_exact(asm, assembler, type_, data):
    constants = (*asm.module.constants, Constant(type_, data))
    with pytest.raises(MalformedModule):
        read_module(assembler.write_module(dataclasses.replace(asm.module, constants=constants)))


# tables ------------------------------------------------------------------------------------------------------
def broken(asm, assembler, **tables):
    return assembler.write_module(dataclasses.replace(asm.module, **tables))


def test_tables_fit_together(asm, assembler):
    module = asm.module
    struct, enum = module.structs[0], module.enums[0]
    foreign = next(index for index, row in enumerate(module.function_handles) if row.module != module.self_handle)
    cases = {
        "self module handle": {"self_handle": 99},
        "a struct without fields": {
            "structs": (dataclasses.replace(struct, fields=()), *module.structs[1:]),
            "field_handles": (),
            "field_instances": (),
        },
        "an enum without variants": {
            "enums": (dataclasses.replace(enum, variants=()), *module.enums[1:]),
            "variant_handles": (),
            "variant_instances": (),
        },
        "a datatype definition appears twice": {"structs": (*module.structs, struct)},
        "a function definition appears twice": {"functions": (*module.functions, module.functions[0])},
        "another module's function": {
            "functions": (*module.functions, dataclasses.replace(module.functions[0], handle=foreign))
        },
        "is not defined": {"functions": module.functions[:-1]},
        "an identifier appears twice": {"identifiers": (*module.identifiers, module.identifiers[0])},
        "an address appears twice": {"addresses": (*module.addresses, module.addresses[0])},
        "a module handle appears twice": {"module_handles": (*module.module_handles, module.module_handles[0])},
        "a reference as a type argument": {
            "signatures": (*module.signatures, (Reference(U8, False),)),
            "struct_instances": (Instantiation(asm.struct("Box"), len(module.signatures)),),
        },
        "type arguments for a definition": {
            "signatures": (*module.signatures, (U8, U8)),
            "struct_instances": (Instantiation(asm.struct("Box"), len(module.signatures)),),
        },
        "a field appears twice": {
            "structs": (dataclasses.replace(struct, fields=(struct.fields[0],) * 2), *module.structs[1:])
        },
    }
    for message, tables in cases.items():
        with pytest.raises(MalformedModule, match=message):
            read_module(broken(asm, assembler, **tables))


def test_flags_and_kinds_are_known_ones(asm, assembler):
    data = assembler.write_module(asm.module)
    # the first table header: an unknown kind, a kind twice, and a table that starts too late
    for position, value in ((9, 0x7F), (12, data[9]), (10, 1)):
        changed = bytearray(data)
        changed[position] = value
        with pytest.raises(MalformedModule):
            read_module(bytes(changed))


def test_a_native_reference_target():
    assert target(U64, ([5, 6], 1)) == 6
    assert target(Vector(U8), bytearray(b"x")) == b"x"


def test_errors_say_what_and_where(published):
    with pytest.raises(ExecutionError) as caught:
        published.call("values::at", [], 5)
    text = str(caught.value)
    assert "::values::at" in text
    assert "instruction" in text
    assert isinstance(caught.value, VmError)
    assert caught.value.code == "vm_primitive"


def test_settings_hold_from_the_next_epoch(sandbox):
    sandbox.world.epoch = 10
    cap = [7]
    types = {"type_args": [U8]}
    (config,) = sandbox.call_in(
        sandbox.sui, "config::new", Machine.borrow(cap, U8, True), sandbox.context, **types
    )
    named = {"type_args": [U8, U64, Vector(U8)]}

    def add(value):
        arguments = (config, Machine.borrow(cap, U8, True), 5, bytearray(value), sandbox.context)
        return sandbox.call_in(sandbox.sui, "config::add_for_next_epoch", *arguments, **named)

    def read(name):
        identity = config[0][0]
        setting = {"type_args": [U64, Vector(U8)]}
        return sandbox.call_in(sandbox.sui, "config::read_setting", identity, name, sandbox.context, **setting)

    assert read(5) == [[[]]]
    add(b"first")
    assert read(5) == [[[]]]
    sandbox.world.epoch = 11
    assert read(5) == [[[bytearray(b"first")]]]
    add(b"second")
    assert read(5) == [[[bytearray(b"first")]]]
    sandbox.world.epoch = 12
    assert read(5) == [[[bytearray(b"second")]]]
    assert read(6) == [[[]]]


def test_what_a_package_does_not_hold(published):
    whole = published.packages.package(published.samples)
    assert isinstance(whole, Package)
    with pytest.raises(LinkError, match="has no module"):
        published.machine.function(published.samples, "nothing", "f")
    with pytest.raises(LinkError, match="has no datatype"):
        published.machine.datatype(published.samples, "values", "Nothing")


# work of the verifier ----------------------------------------------------------------------------------------
def test_modules_have_a_largest_size(published, asm, assembler):
    whole = published.packages.package(published.samples)
    blocks = [part for n in range(1100) for part in (Op.LD_TRUE, (Op.BR_TRUE, 2 + 2 * n))]
    point = asm.module.structs[asm.struct("Point")]
    many = tuple(Field(asm.identifier(f"field{n}"), U64) for n in range(33))
    module = asm.module
    wide = (*module.structs[: asm.struct("Point")], dataclasses.replace(point, fields=many))
    wide += module.structs[asm.struct("Point") + 1 :]
    cases = {
        "1101 blocks": asm.function(assembler.code_of(*blocks, (Op.LD_U64, 0), Op.ABORT)),
        "33 fields": assembler.write_module(dataclasses.replace(module, structs=wide)),
    }
    asm.module = module
    cases["129 parameters"] = asm.function(assembler.code_of(Op.RET), parameters=[U64] * 129)
    asm.module = module
    cases["33 type parameters"] = asm.function(assembler.code_of(Op.RET), type_parameters=[0] * 33)
    asm.module = module
    for n in range(1000):
        asm.add(assembler.code_of(Op.RET), name=f"f{n}")
    cases["functions, more than 1000"] = assembler.write_module(asm.module)
    for message, data in cases.items():
        with pytest.raises(VerificationError, match=message):
            published.machine.verify(dataclasses.replace(whole, modules={**whole.modules, "values": data}))


def test_a_tall_stack_over_many_instructions_is_fine(published, asm, assembler):
    code = [*[(Op.LD_U64, 1)] * 1000, *[Op.NOP] * 60_000, *[Op.POP] * 1000, Op.RET]
    data = asm.function(assembler.code_of(*code))
    whole = published.packages.package(published.samples)
    published.machine.verify(dataclasses.replace(whole, modules={**whole.modules, "values": data}))


def test_a_thicket_of_references_is_refused(published, asm, assembler):
    """Each round lends every reference to every other through a call, over many blocks."""
    count = 60
    abort = assembler.code_of((Op.LD_U64, 0), Op.ABORT)
    asm.function(
        abort, parameters=[Reference(U64, False)] * count, returns=[Reference(U64, False)] * 2, name="mix"
    )
    mix = asm.called("mix")
    code = []
    for n in range(count):
        code += [(Op.MOVE_LOC, n), Op.FREEZE_REF, (Op.ST_LOC, count + n)]
    start = len(code)
    for n in range(60):
        code += [(Op.COPY_LOC, count + index) for index in range(count)]
        code += [(Op.CALL, mix), (Op.ST_LOC, count + n % count), (Op.ST_LOC, count + (n + 1) % count)]
        code += [Op.LD_TRUE, (Op.BR_TRUE, start)]
    locals_ = [Reference(U64, False)] * count
    data = asm.function(
        assembler.code_of(*code, Op.RET), locals_=locals_, parameters=[Reference(U64, True)] * count
    )
    whole = published.packages.package(published.samples)
    with pytest.raises(VerificationError, match="too complex"):
        published.machine.verify(dataclasses.replace(whole, modules={**whole.modules, "values": data}))
