"""The BCS codec: annotations in, bytes out, and back.

Rules that make it canonical, all enforced on reading (source: the BCS specification, encoding.md §6):
integers are little-endian of fixed width; lengths and variant tags are minimal unsigned LEB128; `bool` and
option tags are 0 or 1; strings are UTF-8; map keys ascend by their serialised bytes; no byte may be left over.
A length is never trusted further than the bytes that are actually there.
"""

from __future__ import annotations

import dataclasses
import threading
import types
from abc import ABC, abstractmethod
from functools import cached_property
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from walrus_sui.bcs.reader import MAX_LENGTH, Reader, read_uleb, uleb
from walrus_sui.errors import BcsError

T = TypeVar("T")

MAX_DEPTH = 128
"""Deepest nesting of structs and enums read before input is refused."""


class Codec(ABC, Generic[T]):
    """How one type is written and read."""

    @abstractmethod
    def write(self, value: T, out: bytearray) -> None: ...

    @abstractmethod
    def read(self, reader: Reader) -> T: ...


class UInt(Codec[int]):
    """An unsigned little-endian integer of `size` bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.limit = 1 << (8 * size)

    def write(self, value: int, out: bytearray) -> None:
        if not 0 <= value < self.limit:
            raise BcsError(f"expected an integer of {8 * self.size} bits, got {value}")
        out += value.to_bytes(self.size, "little")

    def read(self, reader: Reader) -> int:
        return int.from_bytes(reader.view(self.size), "little")


class FixedBytes(Codec[bytes]):
    """Exactly `size` raw bytes, no length before them."""

    def __init__(self, size: int) -> None:
        self.size = size

    def write(self, value: bytes, out: bytearray) -> None:
        if len(value) != self.size:
            raise BcsError(f"expected {self.size} bytes, got {len(value)}")
        out += value

    def read(self, reader: Reader) -> bytes:
        return reader.take(self.size)


@dataclasses.dataclass(frozen=True)
class MaxLen:
    """Annotation: the sequence holds at most `count` elements (bytes, for `str` and `bytes`)."""

    count: int


U8 = Annotated[int, UInt(1)]
U16 = Annotated[int, UInt(2)]
U32 = Annotated[int, UInt(4)]
U64 = Annotated[int, UInt(8)]
U128 = Annotated[int, UInt(16)]
U256 = Annotated[int, UInt(32)]
Bytes32 = Annotated[bytes, FixedBytes(32)]


class _Bool(Codec[bool]):
    def write(self, value: bool, out: bytearray) -> None:
        out.append(1 if value else 0)

    def read(self, reader: Reader) -> bool:
        byte = reader.byte()
        if byte > 1:
            raise BcsError(f"expected a bool (0 or 1) at offset {reader.position - 1}, got {byte}")
        return byte == 1


class _Bytes(Codec[bytes]):
    def __init__(self, max_length: int = MAX_LENGTH) -> None:
        self.max_length = max_length

    def write(self, value: bytes, out: bytearray) -> None:
        if len(value) > self.max_length:
            raise BcsError(f"expected at most {self.max_length} bytes, got {len(value)}")
        out += uleb(len(value))
        out += value

    def read(self, reader: Reader) -> bytes:
        return reader.take(reader.length(self.max_length))


class _Str(Codec[str]):
    def __init__(self, max_length: int = MAX_LENGTH) -> None:
        self.raw = _Bytes(max_length)

    def write(self, value: str, out: bytearray) -> None:
        self.raw.write(value.encode(), out)

    def read(self, reader: Reader) -> str:
        raw = self.raw.read(reader)
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise BcsError(f"expected UTF-8 text before offset {reader.position}, got {error.reason}") from error


class _Vector(Codec[tuple[Any, ...]]):
    def __init__(self, element: Codec[Any], max_length: int = MAX_LENGTH) -> None:
        self.element = element
        self.max_length = max_length

    def write(self, value: tuple[Any, ...], out: bytearray) -> None:
        if len(value) > self.max_length:
            raise BcsError(f"expected at most {self.max_length} elements, got {len(value)}")
        out += uleb(len(value))
        for item in value:
            self.element.write(item, out)

    def read(self, reader: Reader) -> tuple[Any, ...]:
        # every element takes at least one byte, so a count beyond what is left is a lie: refuse it at once
        count = reader.length(min(self.max_length, reader.remaining))
        return tuple(self.element.read(reader) for _ in range(count))


class _Tuple(Codec[tuple[Any, ...]]):
    def __init__(self, elements: tuple[Codec[Any], ...]) -> None:
        self.elements = elements

    def write(self, value: tuple[Any, ...], out: bytearray) -> None:
        if len(value) != len(self.elements):
            raise BcsError(f"expected a tuple of {len(self.elements)}, got {len(value)}")
        for codec, item in zip(self.elements, value, strict=True):
            codec.write(item, out)

    def read(self, reader: Reader) -> tuple[Any, ...]:
        return tuple(codec.read(reader) for codec in self.elements)


class _Option(Codec[Any]):
    def __init__(self, element: Codec[Any]) -> None:
        self.element = element

    def write(self, value: Any, out: bytearray) -> None:
        if value is None:
            out.append(0)
        else:
            out.append(1)
            self.element.write(value, out)

    def read(self, reader: Reader) -> Any:
        tag = reader.byte()
        if tag > 1:
            raise BcsError(f"expected an option tag (0 or 1) at offset {reader.position - 1}, got {tag}")
        return self.element.read(reader) if tag else None


class _Map(Codec[dict[Any, Any]]):
    def __init__(self, key: Codec[Any], value: Codec[Any]) -> None:
        self.key = key
        self.value = value

    def write(self, value: dict[Any, Any], out: bytearray) -> None:
        entries = []
        for key, item in value.items():
            raw_key, raw_value = bytearray(), bytearray()
            self.key.write(key, raw_key)
            self.value.write(item, raw_value)
            entries.append((bytes(raw_key), bytes(raw_value)))
        out += uleb(len(entries))
        for entry in sorted(entries):
            out += entry[0]
            out += entry[1]

    def read(self, reader: Reader) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        previous: bytes | None = None
        for _ in range(reader.length(reader.remaining)):
            start = reader.position
            key = self.key.read(reader)
            raw_key = bytes(reader.data[start : reader.position])
            if previous is not None and raw_key <= previous:
                raise BcsError(f"expected ascending map keys, got one out of order at offset {start}")
            previous = raw_key
            result[key] = self.value.read(reader)
        return result


class _Nested(Codec[Any]):
    """A struct or enum, resolved when first used so that types may refer to each other."""

    def __init__(self, cls: type[Struct]) -> None:
        self.cls = cls

    def write(self, value: Any, out: bytearray) -> None:
        if not isinstance(value, self.cls):
            raise BcsError(f"expected {self.cls.__name__}, got {type(value).__name__}")
        value.write_to(out)

    def read(self, reader: Reader) -> Any:
        reader.depth += 1
        if reader.depth > MAX_DEPTH:
            raise BcsError(f"expected at most {MAX_DEPTH} levels of nesting, got more at offset {reader.position}")
        value = self.cls.read_from(reader)
        reader.depth -= 1
        return value


def codec_for(hint: Any) -> Codec[Any]:
    """The codec that a type annotation asks for. Raises `TypeError` for one that has no wire form."""
    if isinstance(hint, Codec):
        return hint
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(args[0], args[1:])
    if hint is bool:
        return _Bool()
    if hint is bytes:
        return _Bytes()
    if hint is str:
        return _Str()
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return _Vector(codec_for(args[0]))
        return _Tuple(tuple(codec_for(arg) for arg in args))
    if origin is dict:
        return _Map(codec_for(args[0]), codec_for(args[1]))
    if origin in (Union, types.UnionType) and len(args) == 2 and type(None) in args:
        return _Option(codec_for(args[0] if args[1] is type(None) else args[1]))
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _Nested(hint)
    raise TypeError(f"no BCS form for the annotation {hint!r}")


def _annotated(base: Any, marks: tuple[Any, ...]) -> Codec[Any]:
    for mark in marks:
        if isinstance(mark, Codec):
            return mark
        if isinstance(mark, MaxLen):
            if base is bytes:
                return _Bytes(mark.count)
            if base is str:
                return _Str(mark.count)
            return _Vector(codec_for(get_args(base)[0]), mark.count)
    return codec_for(base)


_FIELDS: dict[type[Struct], tuple[tuple[str, Codec[Any]], ...]] = {}


def _fields(cls: type[Struct]) -> tuple[tuple[str, Codec[Any]], ...]:
    found = _FIELDS.get(cls)
    if found is None:
        found = _FIELDS[cls] = _resolve_fields(cls)
    return found


def _resolve_fields(cls: type[Struct]) -> tuple[tuple[str, Codec[Any]], ...]:
    _complete(cls)
    hints = get_type_hints(cls, include_extras=True)
    return tuple((field.name, codec_for(hints[field.name])) for field in dataclasses.fields(cls))  # type: ignore[arg-type]


_COMPLETING = threading.RLock()


def _first_init(self: Any, *args: Any, **kwargs: Any) -> None:
    """The `__init__` of a class that was not used yet."""
    cls = type(self)
    _complete(cls)
    cls.__init__(self, *args, **kwargs)


def _complete(cls: type[Struct]) -> None:
    """Make a class a dataclass if it is not yet, and all that it inherits fields from before it."""
    with _COMPLETING:
        for base in reversed(cls.__mro__):
            if base.__dict__.get("__init__") is _first_init:
                dataclasses.dataclass(frozen=True, init=False)(base)
                base.__init__ = _make_init(base)  # type: ignore[misc]


def _make_init(cls: Any) -> Any:
    """An `__init__` with the fields as parameters. The last step: until then other threads meet `_first_init`."""
    fields = dataclasses.fields(cls)
    required = [field.name for field in fields if field.default is dataclasses.MISSING]
    optional = {field.name: field.default for field in fields if field.default is not dataclasses.MISSING}
    parameters = "".join(f", {name}" for name in required) + "".join(f", {name}={name}" for name in optional)
    body = "".join(f"\n    __own[{field.name!r}] = {field.name}" for field in fields)
    if hasattr(cls, "__post_init__"):
        body += "\n    self.__post_init__()"
    found: dict[str, Any] = {}
    exec(f"def __init__(self{parameters}):\n    __own = self.__dict__{body}", optional, found)
    return found["__init__"]


@dataclass_transform(frozen_default=True)
class Struct:
    """A frozen record whose annotated fields, in order, are its wire format.

    It is a dataclass, made one when it is first used: most of the hundreds there are never are by one program, and
    making them all would take longer than anything else it does to start.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__init__ = _first_init  # type: ignore[method-assign]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A copy is made without `__init__`."""
        _complete(type(self))
        self.__dict__.update(state)

    def to_bytes(self) -> bytes:
        out = bytearray()
        self.write_to(out)
        return bytes(out)

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Self:
        """Parse exactly `data`. Raises `BcsError` for anything but the canonical form."""
        reader = Reader(data)
        value = cls.read_from(reader)
        reader.finish()
        return value

    def write_to(self, out: bytearray) -> None:
        for name, codec in _fields(type(self)):
            codec.write(getattr(self, name), out)

    @classmethod
    def read_from(cls, reader: Reader) -> Self:
        return cls(*(codec.read(reader) for _, codec in _fields(cls)))


class Enum(Struct):
    """A tagged union. Its variants are subclasses with a `tag`; match on them with `isinstance` or `match`."""

    _tag: ClassVar[int]
    _variants: ClassVar[dict[int, type[Enum]]]

    def __init_subclass__(cls, tag: int | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if tag is None:
            cls._variants = {}
            return
        if tag in cls._variants:
            raise TypeError(f"{cls.__name__} repeats the tag {tag} of {cls._variants[tag].__name__}")
        cls._tag = tag
        cls._variants[tag] = cls

    def write_to(self, out: bytearray) -> None:
        out += uleb(self._tag)
        super().write_to(out)

    @classmethod
    def read_from(cls, reader: Reader) -> Self:
        start = reader.position
        tag = read_uleb(reader)
        variant = cls._variants.get(tag)
        if variant is None or not issubclass(variant, cls):
            raise BcsError(f"expected a variant of {cls.__name__} at offset {start}, got tag {tag}")
        return variant(*(codec.read(reader) for _, codec in _fields(variant)))


class KeepsBytes(Struct):
    """Mixed in before `Struct` or `Enum`: a record that keeps its bytes once they are known, for types that are
    hashed and stored again and again."""

    @cached_property
    def _bytes(self) -> bytes:
        out = bytearray()
        super().write_to(out)
        return bytes(out)

    def to_bytes(self) -> bytes:
        return self._bytes

    def write_to(self, out: bytearray) -> None:
        out += self._bytes

    @classmethod
    def read_from(cls, reader: Reader) -> Self:
        start = reader.position
        value = super().read_from(reader)
        value.__dict__["_bytes"] = bytes(reader.data[start : reader.position])  # what was read is canonical
        return value


def encode(hint: Any, value: Any) -> bytes:
    """`value` as the type annotation `hint` writes it, e.g. `encode(tuple[U64, ...], (1, 2))`."""
    out = bytearray()
    codec_for(hint).write(value, out)
    return bytes(out)


def decode(hint: Any, data: bytes | bytearray | memoryview) -> Any:
    """The inverse of `encode`. Raises `BcsError` for anything but the canonical form."""
    reader = Reader(data)
    value = codec_for(hint).read(reader)
    reader.finish()
    return value
