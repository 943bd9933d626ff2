"""A cursor over bytes that turns every overrun into one error."""

from __future__ import annotations

from walrus_localnet.vm.errors import MalformedModule, VmError


class Cursor:
    """Reads `data[position:end]`; raises `error` for what is not there."""

    __slots__ = ("data", "end", "error", "position")

    def __init__(
        self,
        data: bytes,
        position: int = 0,
        end: int | None = None,
        error: type[VmError] = MalformedModule,
    ) -> None:
        self.data = data
        self.error = error
        self.position = position
        self.end = len(data) if end is None else end

    def fail(self, expected: str) -> VmError:
        return self.error(f"expected {expected} at byte {self.position} of {len(self.data)}")

    def peek(self) -> int:
        """The next byte without reading it; -1 at the end."""
        return self.data[self.position] if self.position < self.end else -1

    def byte(self) -> int:
        if self.position >= self.end:
            raise self.fail("one more byte")
        self.position += 1
        return self.data[self.position - 1]

    def take(self, size: int) -> bytes:
        start = self.position
        if size > self.end - start:
            raise self.fail(f"{size} more bytes")
        self.position = start + size
        return self.data[start : self.position]

    def little_endian(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def uleb(self) -> int:
        """A canonical LEB128 number of at most 32 bits. Most have one byte, so that case comes first."""
        position = self.position
        if position < self.end and self.data[position] < 0x80:
            self.position = position + 1
            return self.data[position]
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 28:
                raise self.fail("a number of at most 32 bits")
        if value >= 1 << 32 or (shift and not byte):
            raise self.fail("a canonical number of at most 32 bits")
        return value

    def count(self, limit: int) -> int:
        """A number of rows or elements, at most `limit`."""
        value = self.uleb()
        if value > limit:
            raise self.fail(f"a count of at most {limit}, not {value},")
        return value

    def index(self) -> int:
        """A table index of 16 bits."""
        value = self.uleb()
        if value > 0xFFFF:
            raise self.fail(f"an index of at most 65535, not {value},")
        return value

    def sized_bytes(self) -> bytes:
        return self.take(self.uleb())

    def finish(self) -> None:
        if self.position != self.end:
            raise self.fail("the end")
