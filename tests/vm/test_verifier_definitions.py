"""Declarations no compiler makes, and Sui's own rules: what would break them is refused, and named."""

from __future__ import annotations

import dataclasses

import pytest

from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
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
from walrus_localnet.vm.bytecode.module import Field, FunctionHandle, Instantiation, ModuleHandle


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
