"""Code prepared for the interpreter: one instance per function and type arguments.

A block of code becomes one or more segments: steps that run in order, then an exit that decides what runs next.
Calls, and copies and comparisons whose cost depends on the value, end a segment too, for they need more than the
frame. A block's whole cost (one unit an instruction) is charged when its first segment is entered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from walrus_localnet.vm.execution import Execution
from walrus_localnet.vm.interpreter.steps import Stack
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.natives.registry import Native
from walrus_localnet.vm.types import Type

if TYPE_CHECKING:
    from walrus_localnet.vm.interpreter.run import Run

Step = Callable[[Stack, Stack, Any], None]
"""Any: each step knows the shape of the operand that was prepared for it."""
Special = Callable[[Execution, Stack, Stack, Any], None]
"""A step that needs the whole execution."""
Exit = Callable[["Run", "Segment"], "Segment | None"]
"""The segment to go on with; None when the first function has returned."""


@dataclass(slots=True, eq=False)
class Segment:
    """`steps` are step, operand and instruction offset; `offset` is that of the exit."""

    cost: int
    start: int
    """Offset of the first instruction."""
    exit: Exit
    steps: list[tuple[Step, Any, int]] = field(default_factory=list)
    operand: Any = None
    """What the exit needs: told there."""
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
