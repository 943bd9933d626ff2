"""Abilities of types: what the declaration allows and the type arguments permit."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_localnet.vm.errors import LinkError
from walrus_localnet.vm.linker import Linker
from walrus_localnet.vm.types import (
    ALL_PRIMITIVE,
    SIGNER,
    Ability,
    Datatype,
    Reference,
    Type,
    TypeParameter,
    Vector,
)

MAX_TYPE_NODES = 256
MAX_TYPE_DEPTH = 32

_NEEDED_OF_ARGUMENTS = (
    (Ability.COPY, Ability.COPY),
    (Ability.DROP, Ability.DROP),
    (Ability.STORE, Ability.STORE),
    (Ability.KEY, Ability.STORE),
)
"""An ability of a datatype, and what each of its non-phantom arguments needs for it."""


class Abilities:
    """Computes and keeps the abilities of types."""

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._known: dict[tuple[Type, tuple[Ability, ...]], Ability] = {}

    def of(self, type_: Type, scope: tuple[Ability, ...] = ()) -> Ability:
        """Abilities of a type whose parameters have the abilities in `scope`. Raises `LinkError` if it, or a type
        inside it, does not exist or has arguments it cannot have."""
        key = (type_, scope)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._compute(type_, scope)
        return found

    def check_arguments(
        self, needed: Sequence[Ability], arguments: Sequence[Type], scope: tuple[Ability, ...], what: str
    ) -> None:
        """Raises `LinkError` unless there is one argument with the needed abilities for each parameter."""
        if len(needed) != len(arguments):
            raise LinkError(f"expected {len(needed)} type arguments for {what}, got {len(arguments)}")
        for constraint, argument in zip(needed, arguments, strict=True):
            if isinstance(argument, Reference):
                raise LinkError(f"a type argument of {what} is the reference {argument}")
            if constraint & ~self.of(argument, scope):
                raise LinkError(
                    f"type argument {argument} of {what} lacks {constraint & ~self.of(argument, scope)!r}"
                )

    def _compute(self, type_: Type, scope: tuple[Ability, ...]) -> Ability:
        if isinstance(type_, TypeParameter):
            if type_.index >= len(scope):
                raise LinkError(f"expected one of {len(scope)} type parameters, got {type_}")
            return scope[type_.index]
        if isinstance(type_, Reference):
            return Ability.COPY | Ability.DROP
        if isinstance(type_, Vector):
            return self.of(type_.element, scope) & ALL_PRIMITIVE
        if isinstance(type_, Datatype):
            return self._of_datatype(type_, scope)
        return Ability.DROP if type_ is SIGNER else ALL_PRIMITIVE

    def _of_datatype(self, type_: Datatype, scope: tuple[Ability, ...]) -> Ability:
        info = self._linker.datatype(type_.package, type_.module, type_.name)
        constraints = [constraint for constraint, _ in info.type_parameters]
        self.check_arguments(constraints, type_.type_args, scope, f"{type_.module}::{type_.name}")
        abilities = info.abilities
        for argument, (_, is_phantom) in zip(type_.type_args, info.type_parameters, strict=True):
            if is_phantom:
                continue
            held = self.of(argument, scope)
            for ability, needed in _NEEDED_OF_ARGUMENTS:
                if not held & needed:
                    abilities &= ~ability
        return abilities


def check_size(type_: Type) -> None:
    """Raises `LinkError` for a type too large or too deep to work with."""
    nodes = 0

    def visit(inner: Type, depth: int) -> None:
        nonlocal nodes
        nodes += 1
        if nodes > MAX_TYPE_NODES or depth > MAX_TYPE_DEPTH:
            raise LinkError(
                f"a type has more than {MAX_TYPE_NODES} parts or is nested deeper than {MAX_TYPE_DEPTH}"
            )
        if isinstance(inner, Vector):
            visit(inner.element, depth + 1)
        elif isinstance(inner, Reference):
            visit(inner.target, depth + 1)
        elif isinstance(inner, Datatype):
            for argument in inner.type_args:
                visit(argument, depth + 1)

    visit(type_, 0)
