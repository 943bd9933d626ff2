"""The checked code of one function with its type parameters filled in: what both engines translate."""

from __future__ import annotations

from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import Instruction
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.shapes import Shapes
from walrus_localnet.vm.types import Primitive, Reference, Type, substitute


class TypedCode:
    """Types at each instruction, with the arguments of one instance."""

    def __init__(self, function: LinkedFunction, type_args: tuple[Type, ...], knowledge: Knowledge) -> None:
        code = function.definition.code
        assert code is not None
        self.function = function
        self.type_args = type_args
        self.code: Code = code
        self.flow = knowledge.flow(function)
        self.layouts = knowledge.layouts
        self.shapes = Shapes(function.module, type_args)

    def operand(self, offset: int, depth: int = 0) -> Type:
        """What lies on top of the stack before an instruction, or (depth 1) right below."""
        return substitute(self.flow.top[offset][-1 - depth], self.type_args)

    def target(self, offset: int) -> Type:
        """What the reference on top of the stack points at."""
        type_ = self.operand(offset)
        assert isinstance(type_, Reference)
        return type_.target

    def compared(self, offset: int) -> Type:
        """What an equality compares: the target of references, or the values themselves."""
        type_ = self.operand(offset)
        return type_.target if isinstance(type_, Reference) else type_

    def local(self, index: int) -> Type:
        return substitute(self.function.locals[index], self.type_args)

    def element(self, instruction: Instruction) -> Type:
        """The element type a vector instruction names."""
        return substitute(self.function.module.signature(instruction.operand)[0], self.type_args)


def largest(type_: Type) -> int:
    """The largest value of an integer type."""
    assert isinstance(type_, Primitive)
    assert type_.bits
    return (1 << type_.bits) - 1
