"""Objects as read from a full node (source: sui_localnet.md §4.3, §4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self, TypeVar

from walrus_sui import bcs
from walrus_sui.bcs.sui import (
    DatatypeTag,
    MoveObject,
    MovePackage,
    Object,
    ObjectRef,
    Owner,
    StructTag,
    format_address,
)
from walrus_sui.bcs.sui.framework import coin_of, coin_struct, struct_of
from walrus_sui.errors import BcsError, ContractMismatch


class Extensible(bcs.Struct):
    """Base of layouts whose contracts may add fields at the end: bytes after the known fields are left unread."""

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Self:
        return cls.read_from(bcs.Reader(data))


S = TypeVar("S", bound=bcs.Struct)
Layout = type[S]


def coin_type(coin: StructTag) -> StructTag:
    """The type of a coin object of the currency `coin`."""
    return coin_struct(DatatypeTag(coin))


def is_coin(type: StructTag) -> bool:
    """Whether objects of `type` are coins, of whatever currency."""
    return coin_of(type) is not None


@dataclass(frozen=True)
class ChainObject:
    """One version of a Move object. `contents` is the BCS of its struct and begins with its id."""

    object_id: bytes
    version: int
    digest: bytes
    owner: Owner
    type: StructTag
    contents: bytes
    previous_transaction: bytes

    @property
    def reference(self) -> ObjectRef:
        return ObjectRef(self.object_id, self.version, self.digest)

    def parse(self, layout: Layout[S]) -> S:
        """The contents as `layout`. Raises `ContractMismatch` if they are not of that shape."""
        try:
            return layout.from_bytes(self.contents)
        except BcsError as error:
            raise ContractMismatch(
                f"expected {format_address(self.object_id)} of type {self.type} "
                f"to hold a {layout.__name__}, got other contents: {error.message}"
            ) from error


@dataclass(frozen=True)
class ChainPackage:
    """A published package: its storage id, and the bytes and links it was published with."""

    object_id: bytes
    digest: bytes
    package: MovePackage
    previous_transaction: bytes


def read_object(data: bytes) -> ChainObject | ChainPackage:
    """From the BCS of a whole object, as the full node holds it. Raises `BcsError`."""
    found = Object.from_bytes(data)
    if isinstance(found.data, MovePackage):
        return ChainPackage(found.data.object_id, found.digest(), found.data, found.previous_transaction)
    if not isinstance(found.data, MoveObject) or len(found.data.contents) < 32:
        raise BcsError("expected a Move object that begins with its id, got something else")
    return ChainObject(
        object_id=found.data.contents[:32],
        version=found.data.version,
        digest=found.digest(),
        owner=found.owner,
        type=struct_of(found.data.type),
        contents=found.data.contents,
        previous_transaction=found.previous_transaction,
    )


@dataclass(frozen=True)
class DynamicField:
    """A field object: `name` and `value` decoded by the layouts it was asked for with."""

    object: ChainObject
    name: Any
    value: Any

    @classmethod
    def read(cls, found: ChainObject, name_layout: Any, value_layout: Any) -> Self:
        """Raises `ContractMismatch` if the object is not such a field."""
        reader = bcs.Reader(found.contents)
        try:
            reader.view(32)
            name = bcs.codec_for(name_layout).read(reader)
            value = bcs.codec_for(value_layout).read(reader)
            if not isinstance(value, Extensible):
                reader.finish()
        except BcsError as error:
            raise ContractMismatch(
                f"expected a field with a value of {value_layout}, got {found.type}: {error.message}"
            ) from error
        return cls(found, name, value)


class Coin(bcs.Struct):
    """`0x2::coin::Coin<T>`; `balance` is in the smallest unit."""

    object_id: bcs.Bytes32
    balance: bcs.U64
