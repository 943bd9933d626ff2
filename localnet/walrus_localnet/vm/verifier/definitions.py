"""What a module declares makes sense: datatypes, signatures, friends."""

from __future__ import annotations

from collections.abc import Iterator

from walrus_localnet.vm.bytecode import DatatypeToken
from walrus_localnet.vm.bytecode.module import Enum, Field, Struct
from walrus_localnet.vm.errors import LinkError, VerificationError
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedModule
from walrus_localnet.vm.types import Ability, Reference, Type, TypeParameter, Vector

EVERYTHING = Ability.COPY | Ability.DROP | Ability.STORE | Ability.KEY
_NEEDED_OF_FIELDS = (
    (Ability.COPY, Ability.COPY),
    (Ability.DROP, Ability.DROP),
    (Ability.STORE, Ability.STORE),
    (Ability.KEY, Ability.STORE),
)


def check_definitions(knowledge: Knowledge, linked: LinkedModule) -> None:
    """Raises `VerificationError` or `LinkError`."""
    for index in range(len(linked.module.datatype_handles)):
        linked.check_datatype(index)
    for index in range(len(linked.module.function_handles)):
        linked.called(index)
    definitions: tuple[Struct | Enum, ...] = (*linked.module.structs, *linked.module.enums)
    for definition in definitions:
        _check_datatype(knowledge, linked, definition)
    _check_recursion(linked, definitions)
    _check_signatures(knowledge, linked)
    _check_friends(linked)


def _fields(definition: Struct | Enum) -> Iterator[Field]:
    if isinstance(definition, Struct):
        yield from definition.fields
    else:
        for variant in definition.variants:
            yield from variant.fields


def _check_datatype(knowledge: Knowledge, linked: LinkedModule, definition: Struct | Enum) -> None:
    handle = linked.module.datatype_handles[definition.handle]
    name = f"{linked}::{linked.module.datatype_name(definition)}"
    constraints = tuple(constraint for constraint, _ in handle.type_parameters)
    # Abilities of a datatype already depend on those of its arguments, so here these count as having all.
    generous = (EVERYTHING,) * len(constraints)
    for field in _fields(definition):
        type_ = linked.type(field.type)
        knowledge.abilities.of(type_, constraints)
        held = knowledge.abilities.of(type_, generous)
        for ability, needed in _NEEDED_OF_FIELDS:
            if handle.abilities & ability and not held & needed:
                raise VerificationError(
                    f"{name} has {ability.name}, but its field {linked.module.identifiers[field.name]} "
                    f"lacks {needed.name}"
                )
        _check_phantoms(linked, field.type, [phantom for _, phantom in handle.type_parameters], name)


def _check_phantoms(linked: LinkedModule, type_: Type, phantoms: list[bool], name: str) -> None:
    """Phantom parameters only stand where phantom parameters of others are filled."""
    if isinstance(type_, TypeParameter):
        if phantoms[type_.index]:
            raise VerificationError(f"{name} uses its phantom type parameter {type_.index} in a field")
    elif isinstance(type_, Vector):
        _check_phantoms(linked, type_.element, phantoms, name)
    elif isinstance(type_, DatatypeToken):
        parameters = linked.module.datatype_handles[type_.handle].type_parameters
        for argument, (_, is_phantom) in zip(type_.type_args, parameters, strict=True):
            if not (is_phantom and isinstance(argument, TypeParameter)):
                _check_phantoms(linked, argument, phantoms, name)


def _handles(type_: Type) -> Iterator[int]:
    if isinstance(type_, Vector):
        yield from _handles(type_.element)
    elif isinstance(type_, DatatypeToken):
        yield type_.handle
        for argument in type_.type_args:
            yield from _handles(argument)


def _check_recursion(linked: LinkedModule, definitions: tuple[Struct | Enum, ...]) -> None:
    """No datatype contains itself, not even as a type argument."""
    inside = {
        definition.handle: {handle for field in _fields(definition) for handle in _handles(field.type)}
        for definition in definitions
    }
    finished: set[int] = set()

    def visit(handle: int, path: tuple[int, ...]) -> None:
        if handle in path:
            name = linked.module.identifiers[linked.module.datatype_handles[handle].name]
            raise VerificationError(f"the datatype {linked}::{name} contains itself")
        if handle in inside and handle not in finished:
            for part in inside[handle]:
                visit(part, (*path, handle))
            finished.add(handle)

    for handle in inside:
        visit(handle, ())


def _check_signatures(knowledge: Knowledge, linked: LinkedModule) -> None:
    for function in linked.functions:
        for type_ in (*function.locals, *function.returns):
            target = type_.target if isinstance(type_, Reference) else type_
            try:
                knowledge.abilities.of(target, function.type_parameters)
            except LinkError as error:
                raise VerificationError(f"{error.message} (in the types of {function})") from error


def _check_friends(linked: LinkedModule) -> None:
    module = linked.module
    for friend in module.friends:
        address, name = module.addresses[friend.address], module.identifiers[friend.name]
        if address != module.address or name == module.name:
            raise VerificationError(f"{linked} names a friend outside of its package, or itself")
