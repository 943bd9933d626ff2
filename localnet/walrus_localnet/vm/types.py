"""Types of Move values at run time, their abilities, and how they relate to Sui's type tags.

A datatype is identified by the package that first defined it (its *defining id*), its module and its name: the
same identity a `StructTag` on the wire has, so conversion needs no context. Types are immutable and hashable.

How values look (both engines, natives and object runtimes share this):

    bool, u8 … u256        bool, int
    address, signer        bytes of length 32
    vector<u8>             bytearray
    other vectors          list of values
    struct                 list of field values in declaration order
    enum                   list: variant tag, then that variant's fields
    reference to a vector, struct or enum     the very object
    reference to a primitive                  (container, index): a list or bytearray and a position in it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Any, TypeAlias

from walrus_sui.bcs import sui

Value: TypeAlias = Any
"""A Move value or reference as the table above says. Its Python type follows from its Move type only."""
Cell: TypeAlias = "list[Value]"
"""A one-element list that owns a value outside of any function; `Machine.borrow` makes references into it."""
MAX_VECTOR_LENGTH = 1 << 20
"""Elements of a vector that may still be added to, as the official machine has it."""
VECTOR_FULL = f"a push onto a vector of {MAX_VECTOR_LENGTH} elements"


class Ability(IntFlag):
    """What a type's values may do (move_bytecode.md: abilities bits)."""

    NONE = 0
    COPY = 1
    DROP = 2
    STORE = 4
    KEY = 8


ALL_PRIMITIVE = Ability.COPY | Ability.DROP | Ability.STORE


class Type:
    """Base of all run-time types."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Primitive(Type):
    """A type without parts. `bits` is the width of an integer, 0 for bool, address and signer."""

    name: str
    bits: int = 0

    def __str__(self) -> str:
        return self.name


BOOL = Primitive("bool")
U8 = Primitive("u8", 8)
U16 = Primitive("u16", 16)
U32 = Primitive("u32", 32)
U64 = Primitive("u64", 64)
U128 = Primitive("u128", 128)
U256 = Primitive("u256", 256)
ADDRESS = Primitive("address")
SIGNER = Primitive("signer")


@dataclass(frozen=True, slots=True)
class Vector(Type):
    element: Type

    def __str__(self) -> str:
        return f"vector<{self.element}>"


BYTES = Vector(U8)


@dataclass(frozen=True, slots=True)
class Datatype(Type):
    """A struct or enum. `package` is the id of the package version that first defined it."""

    package: bytes
    module: str
    name: str
    type_args: tuple[Type, ...] = ()

    def __str__(self) -> str:
        arguments = f"<{', '.join(map(str, self.type_args))}>" if self.type_args else ""
        return f"{sui.format_address(self.package)}::{self.module}::{self.name}{arguments}"


@dataclass(frozen=True, slots=True)
class Reference(Type):
    target: Type
    mutable: bool

    def __str__(self) -> str:
        return f"{'&mut ' if self.mutable else '&'}{self.target}"


@dataclass(frozen=True, slots=True)
class TypeParameter(Type):
    """The `index`-th type parameter of the function or datatype it appears in."""

    index: int

    def __str__(self) -> str:
        return f"T{self.index}"


def is_container(type_: Type) -> bool:
    """Whether values of the type are objects a reference can simply be."""
    return isinstance(type_, Vector | Datatype)


def is_integer(type_: Type) -> bool:
    return isinstance(type_, Primitive) and type_.bits > 0


def substitute(type_: Type, arguments: Sequence[Type]) -> Type:
    """`type_` with its parameters replaced. An index without an argument raises IndexError."""
    if isinstance(type_, TypeParameter):
        return arguments[type_.index]
    if isinstance(type_, Vector):
        return Vector(substitute(type_.element, arguments))
    if isinstance(type_, Reference):
        return Reference(substitute(type_.target, arguments), type_.mutable)
    if isinstance(type_, Datatype) and type_.type_args:
        inner = tuple(substitute(argument, arguments) for argument in type_.type_args)
        return Datatype(type_.package, type_.module, type_.name, inner)
    return type_


_TAGS: dict[Type, sui.TypeTag] = {
    BOOL: sui.BoolTag(),
    U8: sui.U8Tag(),
    U16: sui.U16Tag(),
    U32: sui.U32Tag(),
    U64: sui.U64Tag(),
    U128: sui.U128Tag(),
    U256: sui.U256Tag(),
    ADDRESS: sui.AddressTag(),
    SIGNER: sui.SignerTag(),
}
_PRIMITIVES = {tag: type_ for type_, tag in _TAGS.items()}


def from_tag(tag: sui.TypeTag) -> Type:
    """The run-time type a tag names; whether it exists is not checked here (see `Machine.abilities`)."""
    if isinstance(tag, sui.VectorTag):
        return Vector(from_tag(tag.element))
    if isinstance(tag, sui.DatatypeTag):
        return from_struct_tag(tag.struct)
    return _PRIMITIVES[tag]


def from_struct_tag(tag: sui.StructTag) -> Datatype:
    return Datatype(tag.address, tag.module, tag.name, tuple(map(from_tag, tag.type_args)))


def to_tag(type_: Type) -> sui.TypeTag:
    """The tag of a value's type. References and unbound type parameters have none: TypeError."""
    if isinstance(type_, Vector):
        return sui.VectorTag(to_tag(type_.element))
    if isinstance(type_, Datatype):
        return sui.DatatypeTag(to_struct_tag(type_))
    if isinstance(type_, Primitive):
        return _TAGS[type_]
    raise TypeError(f"{type_} is not the type of a value")


def to_struct_tag(type_: Datatype) -> sui.StructTag:
    return sui.StructTag(type_.package, type_.module, type_.name, tuple(map(to_tag, type_.type_args)))
