"""Messages to bytes, several times faster than the message classes do it themselves.

betterproto2 works out every field's default, type and key anew for every message; here that is done once a class.
The bytes are the same (the tests compare them), only the time is not: encoding is most of what an answer costs.
"""

from __future__ import annotations

import dataclasses
import functools
import struct
from collections.abc import Callable
from typing import Any

import betterproto2

from walrus_sui.grpc.reading import ReadingCodec

Encode = Callable[[Any], bytes]
_VARINT, _FIXED_64, _LENGTH, _FIXED_32 = 0, 1, 2, 5
_MASK_64 = (1 << 64) - 1
_UNSIGNED = {"enum", "bool", "int32", "int64", "uint32", "uint64"}
_ZIGZAG = {"sint32", "sint64"}
_FIXED = {
    "float": ("<f", _FIXED_32),
    "fixed32": ("<I", _FIXED_32),
    "sfixed32": ("<i", _FIXED_32),
    "double": ("<d", _FIXED_64),
    "fixed64": ("<Q", _FIXED_64),
    "sfixed64": ("<q", _FIXED_64),
}


class Codec(ReadingCodec):
    """What a grpclib server reads questions and writes answers with."""

    def encode(self, message: Any, message_type: Any) -> bytes:
        if not isinstance(message, message_type | Encoded):
            raise TypeError(f"expected a {message_type.__name__} as answer, got {type(message).__name__}")
        return encode(message)


@dataclasses.dataclass(frozen=True)
class Encoded:
    """A message that is bytes already, as one that goes to many."""

    data: bytes


def encode(message: Any) -> bytes:
    """The bytes of a message."""
    if isinstance(message, Encoded):
        return message.data
    out = bytearray()
    for name, write in _plan(message.__class__):
        value = getattr(message, name)
        if value is not None:
            write(value, out)
    return bytes(out)


Write = Callable[[Any, bytearray], None]


@functools.cache
def _plan(kind: Any) -> tuple[tuple[str, Write], ...]:
    """How each field of a message class is written, in the order of declaration."""
    fields = ((field.name, field.metadata["betterproto"]) for field in dataclasses.fields(kind))
    return tuple((name, _field(meta)) for name, meta in fields)


def _field(meta: betterproto2.FieldMetadata) -> Write:
    if meta.map_meta is not None:
        return _map(meta.number, *meta.map_meta)
    value, wire_type = _value(meta)
    key = _varint(meta.number << 3 | wire_type)
    if meta.repeated:
        packed = wire_type != _LENGTH
        return _packed(meta.number, value) if packed else _repeated(key, value)
    return _single(key, value, keep_zero=bool(meta.optional or meta.group or meta.proto_type == "message"))


def _single(key: bytes, value: Encode, *, keep_zero: bool) -> Write:
    def write(item: Any, out: bytearray) -> None:
        if keep_zero or item:  # in this order: whether a message is zero takes long to find out
            out += key
            out += value(item)

    return write


def _repeated(key: bytes, value: Encode) -> Write:
    def write(items: Any, out: bytearray) -> None:
        for item in items:
            out += key
            out += value(item)

    return write


def _packed(number: int, value: Encode) -> Write:
    key = _varint(number << 3 | _LENGTH)

    def write(items: Any, out: bytearray) -> None:
        if items:
            out += key
            out += _delimited(b"".join(map(value, items)))

    return write


def _map(number: int, key_meta: betterproto2.FieldMetadata, value_meta: betterproto2.FieldMetadata) -> Write:
    key = _varint(number << 3 | _LENGTH)
    (name, name_type), (value, value_type) = _value(key_meta), _value(value_meta)
    name_key, value_key = _varint(1 << 3 | name_type), _varint(2 << 3 | value_type)

    def write(items: Any, out: bytearray) -> None:
        for entry, item in items.items():
            out += key
            out += _delimited(name_key + name(entry) + value_key + value(item))

    return write


def _value(meta: betterproto2.FieldMetadata) -> tuple[Encode, int]:
    """How one value is written, and its wire type."""
    kind = meta.proto_type
    if kind in _UNSIGNED:
        return lambda value: _varint(int(value) & _MASK_64), _VARINT
    if kind in _ZIGZAG:
        return lambda value: _varint(value << 1 if value >= 0 else ~(value << 1)), _VARINT
    if kind in _FIXED:
        layout, wire_type = _FIXED[kind]
        return functools.partial(struct.pack, layout), wire_type
    if kind == "string":
        return lambda value: _delimited(value.encode()), _LENGTH
    if kind == "bytes":
        return _delimited, _LENGTH
    if meta.unwrap is not None:
        wrapper: Any = meta.unwrap()
        return lambda value: _delimited(encode(wrapper.from_wrapped(value))), _LENGTH
    return lambda value: _delimited(encode(value)), _LENGTH


def _delimited(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _varint(value: int) -> bytes:
    if value < 0x80:
        return _SMALL[value]
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


_SMALL = [bytes([value]) for value in range(0x80)]
