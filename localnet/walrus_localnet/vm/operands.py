"""The abstract operand stack of one function while its types are checked."""

from __future__ import annotations

from typing import NoReturn

from walrus_localnet.vm.abilities import Abilities
from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.shapes import Shapes
from walrus_localnet.vm.types import Ability, Reference, Type, is_integer


class Operands:
    """Types on the stack, and what instructions may demand of them. `offset` is the instruction at hand."""

    def __init__(self, function: LinkedFunction, code: Code, abilities: Abilities) -> None:
        self.function = function
        self.code = code
        self.abilities = abilities
        self.shapes = Shapes(function.module)
        self.stack: list[Type] = []
        self.offset = 0

    def fail(self, what: str) -> NoReturn:
        raise VerificationError(f"{what} (in {self.function}, instruction {self.offset})")

    def pop(self) -> Type:
        if not self.stack:
            self.fail("the stack is empty")
        return self.stack.pop()

    def expect(self, *types: Type) -> None:
        """The stack ends with these types, the last on top; remove them."""
        if not types:
            return
        found = self.stack[-len(types) :]
        if found != list(types):
            self.fail(f"expected {', '.join(map(str, types))} on the stack, got {', '.join(map(str, found))}")
        del self.stack[-len(types) :]

    def pop_integer(self) -> Type:
        type_ = self.pop()
        if not is_integer(type_):
            self.fail(f"expected an integer, got {type_}")
        return type_

    def pop_integers(self) -> Type:
        """Two integers of one type."""
        type_ = self.pop_integer()
        self.expect(type_)
        return type_

    def pop_reference(self, *, mutable: bool = False) -> Type:
        """The target of a reference, which must be `&mut` if `mutable`."""
        type_ = self.pop()
        if not isinstance(type_, Reference) or (mutable and not type_.mutable):
            self.fail(f"expected a {'mutable ' if mutable else ''}reference, got {type_}")
        return type_.target

    def pop_reference_to(self, target: Type, *, mutable: bool = False) -> None:
        found = self.pop_reference(mutable=mutable)
        if found != target:
            self.fail(f"expected a reference to {target}, got one to {found}")

    def need(self, type_: Type, ability: Ability) -> None:
        if not self.abilities.of(type_, self.function.type_parameters) & ability:
            self.fail(f"{type_} lacks the ability {ability.name}")
