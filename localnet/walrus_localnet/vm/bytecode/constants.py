"""The constant pool: BCS of primitives and vectors of them (move_bytecode.md: Tables, 0x06)."""

from __future__ import annotations

from walrus_localnet.vm.bytecode.cursor import Cursor
from walrus_localnet.vm.bytecode.module import Constant
from walrus_localnet.vm.errors import MalformedModule
from walrus_localnet.vm.types import ADDRESS, BOOL, U8, Primitive, Type, Value, Vector


def read_constant(constant: Constant) -> Value:
    """A fresh value. Raises `MalformedModule` for another type or bytes that are not exactly one value of it."""
    cursor = Cursor(constant.data)
    value = _read(cursor, constant.type)
    cursor.finish()
    return value


def _read(cursor: Cursor, type_: Type) -> Value:
    if isinstance(type_, Primitive) and type_.bits:
        return cursor.little_endian(type_.bits // 8)
    if type_ is BOOL:
        byte = cursor.byte()
        if byte > 1:
            raise MalformedModule(f"expected a boolean constant of 0 or 1, got {byte}")
        return byte == 1
    if type_ is ADDRESS:
        return cursor.take(32)
    if isinstance(type_, Vector):
        size = cursor.uleb()
        if type_.element is U8:
            return bytearray(cursor.take(size))
        return [_read(cursor, type_.element) for _ in range(size)]
    raise MalformedModule(f"a constant cannot have the type {type_}")
