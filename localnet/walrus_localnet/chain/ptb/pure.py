"""Which types an input that is no object may take, and how its bytes become values (sui_localnet.md §4.2)."""

from __future__ import annotations

from walrus_localnet.vm import BOOL, SIGNER, Datatype, InvalidValue, Machine, Primitive, Type, Value, Vector
from walrus_sui.bcs.sui.framework import FRAMEWORK_STD, FRAMEWORK_SUI

STRING = Datatype(FRAMEWORK_STD, "string", "String")
ASCII = Datatype(FRAMEWORK_STD, "ascii", "String")
OBJECT_ID = Datatype(FRAMEWORK_SUI, "object", "ID")


def is_option(type_: Type) -> bool:
    return isinstance(type_, Datatype) and (type_.package, type_.module, type_.name) == (
        FRAMEWORK_STD,
        "option",
        "Option",
    )


def is_receiving(type_: Type) -> bool:
    """Whether a value of this type is the right to receive an object."""
    return isinstance(type_, Datatype) and (type_.package, type_.module, type_.name) == (
        FRAMEWORK_SUI,
        "transfer",
        "Receiving",
    )


def is_pure(type_: Type) -> bool:
    """Primitives, strings, ids, and vectors and options of them."""
    match type_:
        case Primitive():
            return type_ != SIGNER
        case Vector(element):
            return is_pure(element)
        case Datatype(type_args=arguments):
            return type_ in (STRING, ASCII, OBJECT_ID) or (is_option(type_) and is_pure(arguments[0]))
        case _:
            return False


def parse_pure(machine: Machine, type_: Type, data: bytes) -> Value:
    """Raises `InvalidValue` for bytes that are no value of the type, strings with invalid text included."""
    value = machine.from_bytes(type_, data)
    _check_text(type_, value)
    return value


def _check_text(type_: Type, value: Value) -> None:
    if type_ in (STRING, ASCII):
        encoding = "ascii" if type_ == ASCII else "utf-8"
        try:
            bytes(value[0]).decode(encoding)
        except UnicodeDecodeError as error:
            raise InvalidValue(f"expected {encoding} text, got {error.reason}") from error
    elif isinstance(type_, Vector) and not isinstance(value, bytearray) and type_.element != BOOL:
        for item in value:
            _check_text(type_.element, item)
    elif isinstance(type_, Datatype) and is_option(type_):
        for item in value[0]:
            _check_text(type_.type_args[0], item)
