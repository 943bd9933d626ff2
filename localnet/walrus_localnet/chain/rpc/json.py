"""Move values as JSON (source: sui_localnet.md §4.10).

Small integers are numbers, larger ones decimal text; addresses and ids are hex, bytes base64, strings text; an
option is its value or null; a struct is an object; an enum an object with its variant's name under `@variant`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from walrus_localnet.chain.rpc.messages import protobuf
from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
    BYTES,
    Datatype,
    FieldInfo,
    Machine,
    Primitive,
    Type,
    Value,
    Vector,
    substitute,
)
from walrus_sui.bcs.sui import format_address
from walrus_sui.bcs.sui.framework import FRAMEWORK_STD, FRAMEWORK_SUI

_TEXT = {
    (FRAMEWORK_STD, "string", "String"),
    (FRAMEWORK_STD, "ascii", "String"),
}
_WRAPPED_TEXT = {
    (FRAMEWORK_STD, "type_name", "TypeName"),
    (FRAMEWORK_SUI, "url", "Url"),
}
_ID = (FRAMEWORK_SUI, "object", "ID")
_UID = (FRAMEWORK_SUI, "object", "UID")
_OPTION = (FRAMEWORK_STD, "option", "Option")
_BALANCE = (FRAMEWORK_SUI, "balance", "Balance")
_SMALL_BITS = 32


def json_message(machine: Machine, type_: Type, data: bytes) -> protobuf.Value:
    """A value given by its BCS."""
    return to_message(render(machine, type_, machine.from_bytes(type_, data)))


def render(machine: Machine, type_: Type, value: Value) -> Any:
    """A value as Python's JSON types."""
    match type_:
        case Primitive(bits=bits):
            return _primitive(type_, bits, value)
        case Vector():
            if type_ == BYTES:
                return base64.b64encode(value).decode()
            return [render(machine, type_.element, item) for item in value]
        case Datatype():
            return _datatype(machine, type_, value)
        case _:
            raise TypeError(f"{type_} is not the type of a value")


def _primitive(type_: Primitive, bits: int, value: Value) -> Any:
    if type_ == BOOL or 0 < bits <= _SMALL_BITS:
        return value
    return format_address(value) if type_ == ADDRESS or not bits else str(value)


def _datatype(machine: Machine, type_: Datatype, value: Value) -> Any:
    name = (type_.package, type_.module, type_.name)
    if name in _TEXT:
        return bytes(value[0]).decode(errors="replace")
    if name in _WRAPPED_TEXT:
        return bytes(value[0][0]).decode(errors="replace")
    if name == _ID:
        return format_address(value[0])
    if name == _UID:
        return format_address(value[0][0])
    if name == _BALANCE:
        return str(value[0])
    if name == _OPTION:
        return render(machine, type_.type_args[0], value[0][0]) if value[0] else None
    info = machine.datatype(type_.package, type_.module, type_.name)
    if info.variants is None:
        return _fields(machine, type_, info.fields, value)
    variant = info.variants[value[0]]
    return {"@variant": variant.name, **_fields(machine, type_, variant.fields, value[1:])}


def _fields(
    machine: Machine, type_: Datatype, fields: tuple[FieldInfo, ...], values: Sequence[Value]
) -> dict[str, Any]:
    return {
        field.name: render(machine, substitute(field.type, type_.type_args), value)
        for field, value in zip(fields, values, strict=True)
    }


def to_message(value: Any) -> protobuf.Value:
    """Python's JSON types as a protobuf `Value`."""
    if value is None:
        return protobuf.Value(null_value=protobuf.NullValue.NULL_VALUE)
    if isinstance(value, bool):
        return protobuf.Value(bool_value=value)
    if isinstance(value, int | float):
        return protobuf.Value(number_value=float(value))
    if isinstance(value, str):
        return protobuf.Value(string_value=value)
    if isinstance(value, list):
        return protobuf.Value(list_value=protobuf.ListValue(values=list(map(to_message, value))))
    fields = {name: to_message(item) for name, item in value.items()}
    return protobuf.Value(struct_value=protobuf.Struct(fields=fields))
