"""Whether bytes have the shape of a message, before they are made one.

The message classes take a field in whatever form it comes, so that text may stand where a message should, and they
descend as deep as they are led. Here every known field must have its own wire type, and nesting has an end.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

MAX_DEPTH = 100
"""Messages in messages; protobuf's usual limit."""
_VARINT, _FIXED_64, _LENGTH, _FIXED_32 = 0, 1, 2, 5
_WIRE_TYPES = {
    "float": _FIXED_32,
    "fixed32": _FIXED_32,
    "sfixed32": _FIXED_32,
    "double": _FIXED_64,
    "fixed64": _FIXED_64,
    "sfixed64": _FIXED_64,
    "string": _LENGTH,
    "bytes": _LENGTH,
    "message": _LENGTH,
    "map": _LENGTH,
}


def check_shape(kind: type[Any], data: bytes) -> None:
    """Raises `ValueError` unless `data` is a message of class `kind`, apart from what its text and numbers say."""
    pending: list[tuple[Any, int, int, int]] = [(kind, 0, len(data), 1)]
    while pending:
        message, position, end, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise ValueError(f"messages nested deeper than {MAX_DEPTH}")
        fields = _fields(message)
        while position < end:
            key, position = _varint(data, position, end)
            wire_type, (allowed, inner) = key & 7, fields.get(key >> 3, _UNKNOWN)
            if wire_type not in allowed or key < 8:
                raise ValueError(f"field {key >> 3} of {message.__name__} with wire type {wire_type}")
            start, position = _skip(data, position, end, wire_type)
            if inner is not None:
                pending.append((inner, start, position, depth + 1))


@functools.cache
def _fields(kind: Any) -> dict[int, tuple[tuple[int, ...], Any]]:
    """By number: the wire types a field may have, and the class of message in it."""
    found: dict[int, tuple[tuple[int, ...], Any]] = {}
    for field in dataclasses.fields(kind):
        meta = field.metadata["betterproto"]
        wire_type = _WIRE_TYPES.get(meta.proto_type, _VARINT)
        inner = None
        if meta.proto_type in ("message", "map"):
            inner = meta.unwrap() if meta.unwrap else kind._betterproto.cls_by_field[field.name]
        found[meta.number] = ((wire_type, _LENGTH) if meta.repeated else (wire_type,), inner)
    return found


_UNKNOWN: tuple[tuple[int, ...], Any] = ((_VARINT, _FIXED_64, _LENGTH, _FIXED_32), None)


def _skip(data: bytes, position: int, end: int, wire_type: int) -> tuple[int, int]:
    """Where a value's content begins and ends."""
    start, size = position, 0
    if wire_type == _VARINT:
        _, position = _varint(data, position, end)
    elif wire_type == _LENGTH:
        size, start = _varint(data, position, end)
        position = start + size
    else:
        position += 8 if wire_type == _FIXED_64 else 4
    if position > end:
        raise ValueError("a field longer than its message")
    return start, position


def _varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while position < end and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("a number without end")
