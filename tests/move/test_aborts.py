"""Abort codes of our framework's functions against those of the real one.

The numbers of the real one are data (tests/vectors/move/framework_aborts.json); ours are read from the compiled
bytecode, function by function, through calls within the same module.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from walrus_localnet.move.artifacts import built_package
from walrus_localnet.vm.bytecode import Function, Module, Op, read_constant, read_module

VECTORS = Path(__file__).parent.parent / "vectors" / "move" / "framework_aborts.json"
REAL: dict[str, dict[str, list[int]]] = json.loads(VECTORS.read_text())["functions"]
UNREACHABLE = {
    # In these the real framework asserts what always holds, or calls a function whose abort cannot happen there.
    ("0x1::bit_vector", "shift_left"): {0x20000},
    ("0x2::vec_map", "try_get"): {1},
    ("0x2::priority_queue", "new"): {2},
    ("0x2::priority_queue", "pop_max"): {2},
}


def modules() -> dict[str, Module]:
    read = [read_module(data) for name in ("MoveStdlib", "Sui") for data in built_package(name).modules]
    return {f"0x{int.from_bytes(module.address):x}::{module.name}": module for module in read}


OURS = modules()


def direct_codes(module: Module, function: Function) -> set[int]:
    """Numbers loaded from the constants right before an abort."""
    assert function.code is not None
    instructions = function.code.instructions
    loads = [before for before, after in pairwise(instructions) if after.op is Op.ABORT]
    constants = [read_constant(module.constants[load.operand]) for load in loads if load.op is Op.LD_CONST]
    return {value for value in constants if isinstance(value, int)}


def called(module: Module, function: Function) -> set[str]:
    """Functions of the same module it calls."""
    assert function.code is not None
    handles = [
        instruction.operand
        if instruction.op is Op.CALL
        else module.function_instances[instruction.operand].generic
        for instruction in function.code.instructions
        if instruction.op in (Op.CALL, Op.CALL_GENERIC)
    ]
    found = (module.function_handles[handle] for handle in handles)
    return {module.identifiers[handle.name] for handle in found if handle.module == module.self_handle}


def codes(module: Module, name: str) -> set[int]:
    functions = {module.function_name(function): function for function in module.functions}
    reached: set[str] = set()
    waiting = {name}
    while waiting:
        current = waiting.pop()
        reached.add(current)
        if functions[current].code is not None:
            waiting |= called(module, functions[current]) - reached
    return set().union(*(direct_codes(module, functions[each]) for each in reached if functions[each].code))


CASES = [(module, function) for module, functions in REAL.items() if module in OURS for function in functions]


@pytest.mark.parametrize(("module", "function"), CASES)
def test_function_aborts_with_the_same_codes(module: str, function: str) -> None:
    declared = {OURS[module].function_name(each) for each in OURS[module].functions}
    if function not in declared:
        pytest.skip("left out")
    expected = set(REAL[module][function]) - UNREACHABLE.get((module, function), set())
    assert codes(OURS[module], function) == expected


def test_functions_that_never_abort_do_not_abort_here_either() -> None:
    aborting = {
        (name, module.function_name(function))
        for name, module in OURS.items()
        for function in module.functions
        if function.visibility == "public" and codes(module, module.function_name(function))
    }
    assert aborting <= set(CASES)


def test_the_data_covers_the_framework() -> None:
    assert len(CASES) > 150
