"""The bytes of a record: a value, or where it lies, with a checksum over key and value.

1, crc32, value          the value itself
2, crc32, Place          its place in the log of values
"""

from __future__ import annotations

from struct import Struct
from zlib import crc32

from walrus_node.database.values import Place, ValueLog
from walrus_sui.storage.bundle import Part

_INLINE, _ELSEWHERE = b"\x01", b"\x02"
_HEADER = 5
_PLACE = Struct("<IQI")


def inline(key: bytes, value: Part) -> bytes:
    """A record with its value."""
    return b"".join((_INLINE, _checksum(key, value), value))


def elsewhere(key: bytes, value: Part, place: Place) -> bytes:
    """A record of a value that lies at `place`."""
    return _ELSEWHERE + _checksum(key, value) + _PLACE.pack(*place)


def inline_value(record: bytes) -> bytes | None:
    """The value in a record, if it is of that kind; to be checked with `matches`."""
    return record[_HEADER:] if record[:1] == _INLINE else None


def place(record: bytes) -> Place | None:
    """Where a record's value lies, if it is of that kind."""
    if record[:1] != _ELSEWHERE or len(record) != _HEADER + _PLACE.size:
        return None
    return Place(*_PLACE.unpack_from(record, _HEADER))


def matches(record: bytes, key: bytes, value: bytes) -> bool:
    """Whether the record was made for this key and value."""
    return record[1:_HEADER] == _checksum(key, value)


def whole_value(record: bytes, key: bytes, values: ValueLog) -> bytes | None:
    """The value of a record, wherever it lies; None if it is not the one that the record was made for."""
    at = place(record)
    value = inline_value(record) if at is None else values.read(at)
    return value if value is not None and matches(record, key, value) else None


def _checksum(key: bytes, value: Part) -> bytes:
    return crc32(value, crc32(key)).to_bytes(4, "little")
