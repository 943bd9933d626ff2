"""Bytes of BCS under a cursor: what is there, lengths and tags (the BCS specification, encoding.md §6)."""

from __future__ import annotations

from walrus_sui.errors import BcsError

MAX_LENGTH = 2**31 - 1
"""Longest sequence BCS allows."""


def uleb(value: int) -> bytes:
    """Minimal unsigned LEB128 of `value`."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Reader:
    """A cursor over bytes that refuses to run past their end."""

    __slots__ = ("data", "depth", "position")

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self.data = memoryview(data).cast("B")
        self.position = 0
        self.depth = 0

    @property
    def remaining(self) -> int:
        return len(self.data) - self.position

    def view(self, size: int) -> memoryview:
        """The next `size` bytes without copying them."""
        if size > self.remaining:
            raise BcsError(f"expected {size} more bytes at offset {self.position}, got {self.remaining}")
        start = self.position
        self.position = start + size
        return self.data[start : self.position]

    def take(self, size: int) -> bytes:
        return bytes(self.view(size))

    def byte(self) -> int:
        position = self.position
        if position >= len(self.data):
            raise BcsError(f"expected 1 more bytes at offset {position}, got 0")
        self.position = position + 1
        return self.data[position]

    def length(self, at_most: int = MAX_LENGTH) -> int:
        """A sequence length, no larger than `at_most`."""
        value = read_uleb(self)
        if value > at_most:
            raise BcsError(f"expected a length of at most {at_most} at offset {self.position}, got {value}")
        return value

    def finish(self) -> None:
        if self.remaining:
            raise BcsError(f"expected the end of input at offset {self.position}, got {self.remaining} more bytes")


def read_uleb(reader: Reader) -> int:
    """A minimal unsigned LEB128 of at most 32 bits."""
    value = shift = 0
    while True:
        byte = reader.byte()
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 28:
            raise BcsError(f"expected a 32-bit length or tag at offset {reader.position}, got a longer number")
    if value >= 2**32:
        raise BcsError(f"expected a 32-bit length or tag at offset {reader.position}, got {value}")
    if shift and byte == 0:
        raise BcsError(f"expected a minimal length or tag at offset {reader.position}, got one with leading zeros")
    return value
