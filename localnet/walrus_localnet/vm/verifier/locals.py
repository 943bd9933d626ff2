"""Locals hold a value when they are read, and none is lost that may not be dropped.

A forward analysis: for every block the locals that surely hold a value and those that may.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.types import Ability


class Held(NamedTuple):
    """Bit sets of locals."""

    surely: int
    maybe: int

    def join(self, other: Held) -> Held:
        return Held(self.surely & other.surely, self.maybe | other.maybe)


class LocalsChecker:
    """The analysis of one function."""

    def __init__(self, function: LinkedFunction, code: Code, knowledge: Knowledge) -> None:
        self.function = function
        self.code = code
        self.blocks = knowledge.flow(function).blocks
        self.lasting = 0
        """Locals whose values may not be dropped."""
        for index, type_ in enumerate(function.locals):
            if not knowledge.abilities.of(type_, function.type_parameters) & Ability.DROP:
                self.lasting |= 1 << index

    def check(self) -> None:
        """Raises `VerificationError`."""
        parameters = (1 << len(self.function.parameters)) - 1
        entries = {0: Held(parameters, parameters)}
        waiting = [0]
        while waiting:
            block = self.blocks[waiting.pop()]
            after = self._block(block.start, block.end, entries[block.start])
            for successor in block.successors:
                joined = entries[successor].join(after) if successor in entries else after
                if entries.get(successor) != joined:
                    entries[successor] = joined
                    waiting.append(successor)

    def _block(self, start: int, end: int, held: Held) -> Held:
        for offset in range(start, end):
            held = self._step(self.code.instructions[offset], offset, held)
        return held

    def _step(self, instruction: Instruction, offset: int, held: Held) -> Held:
        op, bit = instruction.op, 1 << instruction.operand if instruction.operand < 256 else 0
        if op in (Op.COPY_LOC, Op.MOVE_LOC, Op.MUT_BORROW_LOC, Op.IMM_BORROW_LOC):
            if not held.surely & bit:
                self._fail(offset, f"local {instruction.operand} may hold no value")
            return Held(held.surely & ~bit, held.maybe & ~bit) if op is Op.MOVE_LOC else held
        if op is Op.ST_LOC:
            if held.maybe & bit & self.lasting:
                self._fail(offset, f"the value of local {instruction.operand} would be lost")
            return Held(held.surely | bit, held.maybe | bit)
        if op is Op.RET and held.maybe & self.lasting:
            self._fail(offset, "a value that cannot be dropped would be lost")
        return held

    def _fail(self, offset: int, what: str) -> NoReturn:
        raise VerificationError(f"{what} (in {self.function}, instruction {offset})")
