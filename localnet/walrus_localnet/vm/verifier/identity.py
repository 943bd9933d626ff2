"""Objects keep their identity: an object is only ever packed with a UID made for it in the same function.

Otherwise a program could take the UID out of one object and put another around it (Sui's rule for `key` structs).
"""

from __future__ import annotations

from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.shapes import Shapes
from walrus_localnet.vm.types import Ability, Datatype, Type
from walrus_localnet.vm.verifier.sui import SUI, SYSTEM_PACKAGES

UID = Datatype(SUI, "object", "UID")
_SOURCES = frozenset(
    {
        ("object", "new"),
        ("object", "new_uid_from_hash"),
        ("derived_object", "claim"),
        ("test_scenario", "new_object"),
    }
)
"""Framework functions whose result is a UID of its own."""

Fresh = bool
"""Of a value: surely a UID that was made here and is nowhere else."""


class IdentityChecker:
    """An abstract run of one function over which values are fresh UIDs."""

    def __init__(self, function: LinkedFunction, code: Code, knowledge: Knowledge) -> None:
        self.function = function
        self.code = code
        self.knowledge = knowledge
        self.flow = knowledge.flow(function)
        self.shapes = Shapes(function.module)
        self.stack: list[Fresh] = []
        self.locals: list[Fresh] = []

    def check(self) -> None:
        """Raises `VerificationError`. Code that packs no objects passes unread; the framework is trusted."""
        own = self.function.module.package.package.original_id
        if own in SYSTEM_PACKAGES or not any(self._packs_object(i) for i in self.code.instructions):
            return
        entries = {0: [False] * len(self.function.locals)}
        waiting = [0]
        while waiting:
            block = self.flow.blocks[waiting.pop()]
            self.locals = list(entries[block.start])
            for offset in range(block.start, block.end):
                self._step(self.code.instructions[offset], offset)
            for successor in block.successors:
                known = entries.get(successor, self.locals)
                joined = [one and two for one, two in zip(known, self.locals, strict=True)]
                if entries.get(successor) != joined:
                    entries[successor] = joined
                    waiting.append(successor)

    def _packs_object(self, instruction: Instruction) -> bool:
        return instruction.op in (Op.PACK, Op.PACK_GENERIC) and self._is_object(
            self.shapes.struct(instruction).type
        )

    def _is_object(self, type_: Type) -> bool:
        if not isinstance(type_, Datatype):
            return False
        info = self.knowledge.linker.datatype(type_.package, type_.module, type_.name)
        return bool(info.abilities & Ability.KEY)

    def _step(self, instruction: Instruction, offset: int) -> None:
        op, index = instruction.op, instruction.operand
        if op is Op.MOVE_LOC:
            self.stack.append(self.locals[index])
            self.locals[index] = False
            return
        start = len(self.stack) - self.flow.popped[offset]
        taken = self.stack[start:]
        del self.stack[start:]
        if op is Op.ST_LOC:
            self.locals[index] = taken[0]
        elif self._packs_object(instruction) and not taken[0]:
            raise VerificationError(
                f"an object with a UID that was not made for it (in {self.function}, instruction {offset})"
            )
        self.stack.extend([self._makes_uid(instruction)] * len(self.flow.pushed[offset]))

    def _makes_uid(self, instruction: Instruction) -> bool:
        if instruction.op not in (Op.CALL, Op.CALL_GENERIC):
            return False
        target = self.shapes.call(instruction).target
        module = target.module
        is_framework = module.package.package.original_id == SUI
        return is_framework and (module.module.name, target.name) in _SOURCES and target.returns == (UID,)
