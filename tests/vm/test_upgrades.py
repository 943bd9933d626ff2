"""Packages in several versions: which code runs, and what types are called (sui_localnet.md §4.3)."""

from __future__ import annotations

import dataclasses

import pytest

from walrus_localnet.vm import U64, LinkError, Machine, MoveAbort, Package
from walrus_localnet.vm.bytecode import Op, read_module, with_addresses
from walrus_localnet.vm.bytecode.module import FunctionHandle, ModuleHandle
from walrus_localnet.vm.execution import Knowledge

V2 = b"\x5b" * 32
USER, NEW_USER = b"\x77" * 32, b"\x78" * 32
ADDED = ("values", "Point")
"""A datatype that, so the second version says, came with it."""


def second_version(sandbox, assembler):
    """The samples again, where ten became twenty."""
    first = sandbox.packages.package(sandbox.samples)
    module = read_module(first.modules["control"])
    index = [module.function_name(function) for function in module.functions].index("at_least_ten")
    function = module.functions[index]
    instructions = tuple(
        instruction._replace(operand=20) if instruction == (Op.LD_U64, 10, 0) else instruction
        for instruction in function.code.instructions
    )
    assert instructions != function.code.instructions
    changed = dataclasses.replace(function, code=dataclasses.replace(function.code, instructions=instructions))
    functions = (*module.functions[:index], changed, *module.functions[index + 1 :])
    data = assembler.write_module(dataclasses.replace(module, functions=functions))
    return Package(V2, first.original_id, 2, {**first.modules, "control": data}, first.linkage, {ADDED: V2})


def user_of(sandbox, assembler, identity, samples):
    """A package whose `control::through` calls `at_least_ten` of the samples' version `samples`."""
    data = with_addresses(
        sandbox.packages.package(sandbox.samples).modules["control"], {sandbox.samples: identity}
    )
    asm = assembler.Assembler(read_module(data))
    asm.module = dataclasses.replace(asm.module, addresses=(*asm.module.addresses, sandbox.samples))
    handle = ModuleHandle(len(asm.module.addresses) - 1, asm.identifier("control"))
    asm.module = dataclasses.replace(asm.module, module_handles=(*asm.module.module_handles, handle))
    called = FunctionHandle(
        len(asm.module.module_handles) - 1,
        asm.identifier("at_least_ten"),
        asm.signature(U64),
        asm.signature(U64),
        (),
    )
    asm.module = dataclasses.replace(asm.module, function_handles=(*asm.module.function_handles, called))
    code = assembler.code_of((Op.MOVE_LOC, 0), (Op.CALL, len(asm.module.function_handles) - 1), Op.RET)
    data = asm.function(code, parameters=[U64], returns=[U64], name="through")
    linkage = {sandbox.std: sandbox.std, sandbox.sui: sandbox.sui, sandbox.samples: samples}
    return Package(identity, identity, 1, {"control": data}, linkage)


@pytest.fixture
def versions(sandbox, assembler):
    """The samples in two versions, and a user of each."""
    sandbox.packages.add(second_version(sandbox, assembler))
    for identity, samples in ((USER, sandbox.samples), (NEW_USER, V2)):
        package = user_of(sandbox, assembler, identity, samples)
        sandbox.machine.verify(package)
        sandbox.packages.add(package)
    return sandbox


def test_the_linkage_of_the_first_package_decides(versions):
    assert versions.call_in(USER, "control::through", 15) == [15]
    with pytest.raises(MoveAbort) as caught:
        versions.call_in(NEW_USER, "control::through", 15)
    assert caught.value.location is not None
    assert (caught.value.location.package, caught.value.location.original_id) == (V2, versions.samples)
    assert versions.call_in(NEW_USER, "control::through", 20) == [20]


def test_both_versions_can_be_called(versions):
    assert versions.call("control::at_least_ten", 15) == [15]
    with pytest.raises(MoveAbort):
        versions.call_in(V2, "control::at_least_ten", 15)


def test_types_keep_the_id_they_were_first_defined_under(versions):
    machine = versions.machine
    line = machine.datatype(V2, "values", "Line")
    assert line.package == versions.samples
    point = machine.datatype(V2, "values", "Point")
    assert point.package == V2
    assert (
        machine.function(V2, "values", "line").returns
        == machine.function(versions.samples, "values", "line").returns
    )
    (new,) = machine.function(V2, "values", "point").returns
    name = [bytearray(f"{V2.hex()}::values::Point".encode())]
    original = [bytearray(f"{versions.samples.hex()}::values::Point".encode())]
    assert versions.call_in(versions.std, "type_name::with_defining_ids", type_args=[new]) == [[name]]
    assert versions.call_in(versions.std, "type_name::with_original_ids", type_args=[new]) == [[original]]
    assert versions.call_in(versions.std, "type_name::defining_id", type_args=[new]) == [V2]
    assert versions.call_in(versions.std, "type_name::original_id", type_args=[new]) == [versions.samples]
    with pytest.raises(MoveAbort, match="code 0"):
        versions.call_in(versions.std, "type_name::defining_id", type_args=[U64])


def test_roots_that_agree_share_what_is_linked(versions):
    linker = Knowledge(versions.packages).linker
    old, new = linker.root(USER), linker.root(NEW_USER)
    assert old.dependency(versions.sui) is new.dependency(versions.sui)
    assert old.dependency(versions.samples) is linker.root(versions.samples)
    assert new.dependency(versions.samples) is linker.root(V2)


def test_a_dependency_that_is_not_there(versions, assembler):
    package = user_of(versions, assembler, b"\x79" * 32, b"\x80" * 32)
    with pytest.raises(LinkError, match="found none"):
        Machine(versions.packages).verify(package)
