"""Instructions that reach beyond their frame: natives, and copies and comparisons that cost by size."""

from __future__ import annotations

from walrus_localnet.vm.execution import Execution
from walrus_localnet.vm.interpreter.program import Instance
from walrus_localnet.vm.interpreter.steps import Stack
from walrus_localnet.vm.layouts import Layout, Measure
from walrus_localnet.vm.natives.call import run_native
from walrus_localnet.vm.types import Value


def _copy(execution: Execution, layout: Layout, value: Value) -> Value:
    assert layout.measure is not None
    execution.meter.charge(layout.measure(value))
    return layout.copy(value)


def push_metered(execution: Execution, stack: Stack, locals_: Stack, operand: tuple[Layout, Value]) -> None:
    stack.append(_copy(execution, *operand))


def copy_metered_local(execution: Execution, stack: Stack, locals_: Stack, operand: tuple[int, Layout]) -> None:
    index, layout = operand
    stack.append(_copy(execution, layout, locals_[index]))


def read_metered(execution: Execution, stack: Stack, locals_: Stack, operand: Layout) -> None:
    stack[-1] = _copy(execution, operand, stack[-1])


def equal_metered(execution: Execution, stack: Stack, locals_: Stack, operand: Measure) -> None:
    right = stack.pop()
    execution.meter.charge(operand(right))
    stack[-1] = stack[-1] == right


def not_equal_metered(execution: Execution, stack: Stack, locals_: Stack, operand: Measure) -> None:
    right = stack.pop()
    execution.meter.charge(operand(right))
    stack[-1] = stack[-1] != right


def call_native(execution: Execution, stack: Stack, locals_: Stack, operand: Instance) -> None:
    start = len(stack) - operand.n_parameters
    arguments = stack[start:]
    del stack[start:]
    assert operand.native is not None
    result = run_native(execution, operand.function, operand.native, operand.type_args, arguments)
    if operand.n_results:
        stack.append(result)
