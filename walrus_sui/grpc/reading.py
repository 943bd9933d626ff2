"""Bytes to messages, several times faster than the message classes do it themselves.

betterproto2 looks up every field's type anew and copies every nested message; here types are found once a class.
Lists of numbers and maps are rare, and left to the class. What comes out is the same (the tests compare), but what
is cut off is an error here, and a field of another wire type than it should have an unknown one.
"""

from __future__ import annotations

import dataclasses
import functools
import struct
from collections.abc import Callable
from typing import Any

from grpclib.encoding.proto import ProtoCodec

_VARINT, _FIXED_64, _LENGTH, _FIXED_32 = 0, 1, 2, 5
_SIZES = {_FIXED_64: 8, _FIXED_32: 4}
_FIXED = {
    "float": (_FIXED_32, "<f"),
    "fixed32": (_FIXED_32, "<I"),
    "sfixed32": (_FIXED_32, "<i"),
    "double": (_FIXED_64, "<d"),
    "fixed64": (_FIXED_64, "<Q"),
    "sfixed64": (_FIXED_64, "<q"),
}
_LONGEST_VARINT = 10

Read = Callable[[bytes, int, int], Any]
"""A value from the bytes between two places."""
Convert = Callable[[int], Any]
"""A value from the number on the wire."""


class ReadingCodec(ProtoCodec):
    """grpclib's, with messages read faster."""

    def decode(self, data: bytes, message_type: Any) -> Any:
        return decode(message_type, data)


def decode(kind: Any, data: bytes) -> Any:
    """The message of class `kind`. Raises `ValueError` if `data` is none."""
    return _message(kind, data, 0, len(data))


class _LeftToTheClass(Exception):
    """A field that is not read here."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    """One field of a message class and where its value comes from, one of the two."""

    name: str
    repeated: bool
    read: Read | None = None
    convert: Convert | None = None


def _message(kind: Any, data: bytes, at: int, end: int) -> Any:
    try:
        return _read(kind, data, at, end)
    except _LeftToTheClass:
        return kind.parse(data[at:end])


def _read(kind: Any, data: bytes, at: int, end: int) -> Any:
    message, (fields, left) = kind(), _plan(kind)
    while at < end:
        start = at
        key, at = _varint(data, at, end)
        number, at = _varint(data, at, end) if key & 7 in (_VARINT, _LENGTH) else (_size(key), at)
        stop = at if key & 7 == _VARINT else at + number
        if stop > end:
            raise ValueError(f"expected {number} bytes for field {key >> 3} of {kind.__name__}, got {end - at}")
        field = fields.get(key)
        if field is None:
            if key >> 3 in left:
                raise _LeftToTheClass
            message._unknown_fields += data[start:stop]
        else:
            value = field.read(data, at, stop) if field.read else field.convert(number)  # type: ignore[misc]  # one is
            if field.repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
        at = stop
    return message


@functools.cache
def _plan(kind: Any) -> tuple[dict[int, _Field], frozenset[int]]:
    """The fields of a message class by key, which is number and wire type, and the numbers of those left to it."""
    fields, left = {}, set()
    for name, meta in kind._betterproto.meta_by_field_name.items():
        wire_type, read, convert = _value(kind, name, meta)
        if meta.map_meta is not None or (meta.repeated and wire_type != _LENGTH):
            left.add(meta.number)
        else:
            fields[meta.number << 3 | wire_type] = _Field(name, meta.repeated, read, convert)
    return fields, frozenset(left)


def _value(kind: Any, name: str, meta: Any) -> tuple[int, Read | None, Convert | None]:
    """The wire type of a field, and how its value is read or converted."""
    if meta.proto_type in _FIXED:
        wire_type, layout = _FIXED[meta.proto_type]
        return wire_type, lambda data, start, _: struct.unpack_from(layout, data, start)[0], None
    match meta.proto_type:
        case "message" if meta.unwrap is not None:
            wrapper = meta.unwrap()
            return _LENGTH, lambda data, start, stop: _message(wrapper, data, start, stop).to_wrapped(), None
        case "message":
            return _LENGTH, functools.partial(_message, kind._betterproto.cls_by_field[name]), None
        case "string":
            return _LENGTH, lambda data, start, stop: data[start:stop].decode(), None
        case "bytes":
            return _LENGTH, lambda data, start, stop: data[start:stop], None
        case "bool":
            return _VARINT, None, lambda number: number > 0
        case "enum":
            members = kind._betterproto.cls_by_field[name]
            return _VARINT, None, lambda number: members(_signed(number, 64))
        case "sint32" | "sint64" as known:
            mask = _mask(known)
            return _VARINT, None, lambda number: (number & mask) >> 1 ^ -(number & 1)
        case "uint32" | "uint64" as known:
            mask = _mask(known)
            return _VARINT, None, lambda number: number & mask
        case known:
            return _VARINT, None, functools.partial(_signed, bits=32 if known == "int32" else 64)


def _mask(kind: str) -> int:
    return (1 << (32 if kind.endswith("32") else 64)) - 1


def _signed(number: int, bits: int) -> int:
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


def _size(key: int) -> int:
    size = _SIZES.get(key & 7)
    if size is None:
        raise ValueError(f"expected a wire type of 0, 1, 2 or 5, got {key & 7}")
    return size


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A number and where it ends."""
    if at < end and data[at] < 0x80:
        return data[at], at + 1
    value = 0
    for place in range(at, min(end, at + _LONGEST_VARINT)):
        byte = data[place]
        value |= (byte & 0x7F) << 7 * (place - at)
        if byte < 0x80:
            return value, place + 1
    raise ValueError(f"expected a number of at most {_LONGEST_VARINT} bytes, got one that goes on")
