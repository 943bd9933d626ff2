"""Code prepared for the interpreter: one instance per function and type arguments.

A block of code becomes one or more segments: steps that run in order, then an exit that decides what runs next.
Calls, and copies and comparisons whose cost depends on the value, end a segment too, for they need more than the
frame. A block's whole cost (one unit an instruction) is charged when its first segment is entered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from walrus_localnet.vm.execution import Execution
from walrus_localnet.vm.interpreter.steps import Stack
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.natives.registry import Native
from walrus_localnet.vm.types import Type

Step = Callable[[Stack, Stack, Any], None]
"""Any: each step knows the shape of the operand that was prepared for it."""
Special = Callable[[Execution, Stack, Stack, Any], None]


class Exit(IntEnum):
    """How a segment ends. `operand` is told for each."""

    NEXT = 0
    """Go on with `next`."""
    IF_FALSE = 1
    """Go on with `operand` if false is on the stack, else with `next`."""
    IF_TRUE = 2
    CALL = 3
    """Run the instance `operand`, then go on with `next`."""
    RETURN = 4
    """All that is on the stack."""
    SPECIAL = 5
    """Run `operand`, a function and its own operand, with the whole execution, then go on with `next`."""
    SWITCH = 6
    """Go on with one of the segments `operand` by the variant tag."""
    ABORT = 7


@dataclass(slots=True, eq=False)
class Segment:
    cost: int
    start: int
    """Offset of the first instruction."""
    steps: list[tuple[Step, Any, int]] = field(default_factory=list)
    """Step, operand, instruction offset."""
    exit: Exit = Exit.NEXT
    operand: Any = None
    offset: int = 0
    next: Segment | None = None


@dataclass(slots=True, eq=False)
class Instance:
    """A function with its type arguments. `entry` is prepared when it first runs; a native has `native`."""

    function: LinkedFunction
    type_args: tuple[Type, ...]
    n_parameters: int
    n_results: int
    n_locals: int
    native: Native | None = None
    entry: Segment | None = None
