"""Writing the Python statements of one basic block."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from walrus_localnet.vm.blocks import Block
from walrus_localnet.vm.bytecode.opcodes import Instruction
from walrus_localnet.vm.generator.expressions import LONGEST, Expr, joined
from walrus_localnet.vm.generator.names import Names
from walrus_localnet.vm.typed_code import TypedCode


class Written:
    """A block as text: its statements, and the expression that chooses between several successors."""

    __slots__ = ("block", "choice", "lines")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.lines: list[str] = []
        self.choice: str | None = None


class BlockWriter:
    """Keeps the symbolic operand stack of a block. The instruction rules of `rules` drive it."""

    def __init__(self, typed: TypedCode, names: Names, cells: frozenset[int], block: Block) -> None:
        self.typed = typed
        self.names = names
        self.cells = cells
        """Primitive locals that references point at: they live in one-element lists."""
        self.written = Written(block)
        self.stack: list[Expr] = []
        self.offset = block.start

    # statements --------------------------------------------------------------------------------------------------
    def line(self, text: str) -> None:
        self.written.lines.append(text)

    def fail_if(self, condition: str, message: str) -> None:
        self.line(f"if {condition}: raise {self.names.raiser}.primitive({self.offset},{message!r})")

    def charge(self, units: str) -> None:
        self.line(f"m.left-={units}")
        self.line(f"if m.left<0: raise {self.names.raiser}.dry(m,{self.offset})")

    # values ------------------------------------------------------------------------------------------------------
    def push(self, text: str, *parts: Expr, memory: bool = False) -> None:
        """A pure expression of `parts`; `memory` if it also looks into a container."""
        made = joined(text, parts, memory)
        self.stack.append(self.named(made) if len(text) > LONGEST else made)

    def push_name(self, text: str) -> None:
        """The value of `text`, evaluated now."""
        self.stack.append(Expr(self.temporary(text)))

    def pop(self) -> Expr:
        return self.stack.pop()

    def pop_many(self, count: int) -> list[Expr]:
        start = len(self.stack) - count
        popped = self.stack[start:]
        del self.stack[start:]
        return popped

    def pop_simple(self) -> Expr:
        """The top value under a name or literal that may be written several times."""
        return self.simple(self.stack.pop())

    def simple(self, expr: Expr) -> Expr:
        return expr if expr.is_simple and expr.slot is None else self.named(expr)

    def named(self, expr: Expr) -> Expr:
        return Expr(self.temporary(expr.value))

    def temporary(self, text: str) -> str:
        name = self.names.temporary()
        self.line(f"{name}={text}")
        return name

    def settle(self, *, local: int | None = None) -> None:
        """Before something changes: evaluate what would see the change. Without `local`, any memory may change."""
        for position, expr in enumerate(self.stack):
            if expr.memory if local is None else local in expr.locals:
                self.stack[position] = self._settled(expr)

    def _settled(self, expr: Expr) -> Expr:
        if expr.slot is None:
            return self.named(expr)
        container = expr.text if not expr.locals else self.temporary(expr.text)
        slot = expr.slot if expr.slot.isdecimal() or expr.slot.startswith("t") else self.temporary(expr.slot)
        return Expr(container, slot=slot)

    def instructions(self) -> Iterator[Instruction]:
        """The block's instructions; `offset` follows along."""
        for offset in range(self.written.block.start, self.written.block.end):
            self.offset = offset
            yield self.typed.code.instructions[offset]


Rule = Callable[[BlockWriter, Instruction], None]
"""Writes one instruction."""
