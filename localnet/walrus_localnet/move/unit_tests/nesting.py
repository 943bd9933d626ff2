"""Objects inside other values."""

from __future__ import annotations

from collections.abc import Iterator

from walrus_localnet.vm import Ability, Datatype, DatatypeInfo, FieldInfo, Machine, Type, Value, Vector, substitute


def objects_inside(machine: Machine, type_: Type, value: Value) -> Iterator[bytes]:
    """Ids of the objects a value holds, at any depth; of the value itself too when it is an object."""
    if isinstance(type_, Vector):
        for element in value if isinstance(type_.element, Vector | Datatype) else ():
            yield from objects_inside(machine, type_.element, element)
    elif isinstance(type_, Datatype):
        info = machine.datatype(type_.package, type_.module, type_.name)
        if info.abilities & Ability.KEY:
            yield object_id(value)
        for field, part in _parts(info, value):
            yield from objects_inside(machine, substitute(field.type, type_.type_args), part)


def _parts(info: DatatypeInfo, value: Value) -> Iterator[tuple[FieldInfo, Value]]:
    if info.variants is None:
        yield from zip(info.fields, value, strict=True)
    else:
        yield from zip(info.variants[value[0]].fields, value[1:], strict=True)


def object_id(value: Value) -> bytes:
    """The id of an object: its first field is `UID { id: ID { bytes } }`."""
    identity = value[0][0][0]
    assert isinstance(identity, bytes)
    return identity
