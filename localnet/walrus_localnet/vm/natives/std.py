"""Natives of the standard library, 0x1 (move_toolchain.md §4)."""

from __future__ import annotations

import hashlib

from walrus_localnet.vm.errors import NativeAbort, PrimitiveError
from walrus_localnet.vm.natives.registry import NATIVES, STD, NativeCall
from walrus_localnet.vm.types import (
    MAX_VECTOR_LENGTH,
    U8,
    VECTOR_FULL,
    Datatype,
    Type,
    Value,
    Vector,
    is_container,
)

NOT_A_DATATYPE = 0
"""Abort code of `type_name` for types no module defines."""


MAX_TYPE_NODES_WRITTEN = 512
"""Types inside a type that can be written, each as often as it stands there."""
NO_LAYOUT = 453


@NATIVES.native(STD, "bcs")
def to_bytes(call: NativeCall, reference: Value) -> bytearray:
    layout = call.layout(call.type_args[0])
    if layout.type_nodes > MAX_TYPE_NODES_WRITTEN:
        raise NativeAbort(NO_LAYOUT)
    out = bytearray()
    layout.write(target(call.type_args[0], reference), out)
    call.charge_bytes(len(out))
    return out


def target(type_: Type, reference: Value) -> Value:
    """What a reference to a value of the type points at."""
    if isinstance(type_, Vector | Datatype):
        return reference
    container, index = reference
    return container[index]


@NATIVES.native(STD, "hash")
def sha2_256(call: NativeCall, data: bytearray) -> bytearray:
    call.charge_bytes(len(data))
    return bytearray(hashlib.sha256(data).digest())


@NATIVES.native(STD, "hash")
def sha3_256(call: NativeCall, data: bytearray) -> bytearray:
    call.charge_bytes(len(data))
    return bytearray(hashlib.sha3_256(data).digest())


# strings -----------------------------------------------------------------------------------------------------
@NATIVES.native(STD, "string")
def internal_check_utf8(call: NativeCall, text: bytearray) -> bool:
    call.charge_bytes(len(text))
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@NATIVES.native(STD, "string")
def internal_is_char_boundary(call: NativeCall, text: bytearray, index: int) -> bool:
    if index >= len(text):
        return index == len(text)
    return text[index] & 0xC0 != 0x80


@NATIVES.native(STD, "string")
def internal_sub_string(call: NativeCall, text: bytearray, start: int, end: int) -> bytearray:
    if end < start or end > len(text):
        raise NativeAbort(1)
    call.charge_bytes(end - start)
    return text[start:end]


@NATIVES.native(STD, "string")
def internal_index_of(call: NativeCall, text: bytearray, part: bytearray) -> int:
    call.charge_bytes(len(text))
    found = text.find(part)
    return len(text) if found < 0 else found


# type names --------------------------------------------------------------------------------------------------
def _text(type_: Type, call: NativeCall, original: bool) -> str:
    """Canonical text: addresses as 64 hex digits without prefix, arguments joined by a bare comma."""
    if isinstance(type_, Vector):
        return f"vector<{_text(type_.element, call, original)}>"
    if isinstance(type_, Datatype):
        package = call.original_id(type_.package) if original else type_.package
        arguments = ",".join(_text(argument, call, original) for argument in type_.type_args)
        name = f"{package.hex()}::{type_.module}::{type_.name}"
        return f"{name}<{arguments}>" if arguments else name
    return str(type_)


def _type_name(call: NativeCall, original: bool) -> Value:
    text = _text(call.type_args[0], call, original)
    call.charge_bytes(len(text))
    return [[bytearray(text.encode())]]


@NATIVES.native(STD, "type_name")
def with_defining_ids(call: NativeCall) -> Value:
    return _type_name(call, original=False)


@NATIVES.native(STD, "type_name")
def with_original_ids(call: NativeCall) -> Value:
    return _type_name(call, original=True)


@NATIVES.native(STD, "type_name")
def defining_id(call: NativeCall) -> bytes:
    type_ = call.type_args[0]
    if not isinstance(type_, Datatype):
        raise NativeAbort(NOT_A_DATATYPE)
    return type_.package


@NATIVES.native(STD, "type_name")
def original_id(call: NativeCall) -> bytes:
    return call.original_id(defining_id(call))


# debug -------------------------------------------------------------------------------------------------------
@NATIVES.native(STD, "debug", "print")
def print_nothing(call: NativeCall, reference: Value) -> None:
    """A published program's debug output goes nowhere."""


@NATIVES.native(STD, "debug")
def print_stack_trace(call: NativeCall) -> None:
    """As above."""


# vectors -----------------------------------------------------------------------------------------------------
# Compiled code uses instructions instead; these answer calls that start outside of any code.


def _check_index(vector: Value, index: int) -> None:
    if index >= len(vector):
        raise PrimitiveError(f"index {index} of a vector of {len(vector)} elements")


@NATIVES.native(STD, "vector")
def empty(call: NativeCall) -> Value:
    return bytearray() if call.type_args[0] is U8 else []


@NATIVES.native(STD, "vector")
def length(call: NativeCall, vector: Value) -> int:
    return len(vector)


@NATIVES.native(STD, "vector")
def push_back(call: NativeCall, vector: Value, element: Value) -> None:
    if len(vector) >= MAX_VECTOR_LENGTH:
        raise PrimitiveError(VECTOR_FULL)
    vector.append(element)


@NATIVES.native(STD, "vector")
def pop_back(call: NativeCall, vector: Value) -> Value:
    if not vector:
        raise PrimitiveError("a pop from an empty vector")
    return vector.pop()


@NATIVES.native(STD, "vector")
def destroy_empty(call: NativeCall, vector: Value) -> None:
    if vector:
        raise PrimitiveError(f"expected an empty vector, got one of {len(vector)} elements")


@NATIVES.native(STD, "vector")
def swap(call: NativeCall, vector: Value, first: int, second: int) -> None:
    _check_index(vector, max(first, second))
    vector[first], vector[second] = vector[second], vector[first]


@NATIVES.native(STD, "vector")
def borrow(call: NativeCall, vector: Value, index: int) -> Value:
    _check_index(vector, index)
    return vector[index] if is_container(call.type_args[0]) else (vector, index)


NATIVES.native(STD, "vector", "borrow_mut")(borrow)
