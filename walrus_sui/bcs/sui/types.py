"""Addresses, hashes and type tags (source: sui_localnet.md §4)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated

from walrus_sui.bcs.codec import Bytes32, Enum, MaxLen, Struct
from walrus_sui.errors import BcsError

Address = Bytes32
Digest = Annotated[bytes, MaxLen(32)]
Identifier = Annotated[str, MaxLen(128)]


def parse_address(text: str) -> bytes:
    """A Sui address or object id, with or without `0x` and leading zeros, as 32 bytes."""
    digits = text.removeprefix("0x")
    try:
        if not 1 <= len(digits) <= 64 or not digits.isalnum():
            raise ValueError
        return bytes.fromhex(digits.zfill(64))
    except ValueError:
        raise BcsError(f"expected an address of 1 to 64 hex digits, got {text!r}") from None


def format_address(address: bytes) -> str:
    """The normalised text of an address: `0x` and 64 hex digits."""
    return "0x" + address.hex()


def blake2b256(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=32)
    for part in parts:
        digest.update(part)
    return digest.digest()


class TypeTag(Enum):
    """The type of a Move value. `str()` gives the normalised text, `TypeTag.parse` reads any usual form."""

    @classmethod
    def parse(cls, text: str) -> TypeTag:
        """Raises `BcsError` for text that is not a Move type."""
        return _TypeParser(text).whole()


class BoolTag(TypeTag, tag=0):
    def __str__(self) -> str:
        return "bool"


class U8Tag(TypeTag, tag=1):
    def __str__(self) -> str:
        return "u8"


class U64Tag(TypeTag, tag=2):
    def __str__(self) -> str:
        return "u64"


class U128Tag(TypeTag, tag=3):
    def __str__(self) -> str:
        return "u128"


class AddressTag(TypeTag, tag=4):
    def __str__(self) -> str:
        return "address"


class SignerTag(TypeTag, tag=5):
    def __str__(self) -> str:
        return "signer"


class VectorTag(TypeTag, tag=6):
    element: TypeTag

    def __str__(self) -> str:
        return f"vector<{self.element}>"


class StructTag(Struct):
    """A struct or enum type with its type arguments."""

    address: Address
    module: Identifier
    name: Identifier
    type_args: tuple[TypeTag, ...]

    def __str__(self) -> str:
        arguments = f"<{', '.join(map(str, self.type_args))}>" if self.type_args else ""
        return f"{format_address(self.address)}::{self.module}::{self.name}{arguments}"

    @classmethod
    def parse(cls, text: str) -> StructTag:
        """Raises `BcsError` for text that is not a struct type such as `0x2::coin::Coin<0x2::sui::SUI>`."""
        tag = TypeTag.parse(text)
        if not isinstance(tag, DatatypeTag):
            raise BcsError(f"expected a struct type, got {text!r}")
        return tag.struct


class DatatypeTag(TypeTag, tag=7):
    struct: StructTag

    def __str__(self) -> str:
        return str(self.struct)


class U16Tag(TypeTag, tag=8):
    def __str__(self) -> str:
        return "u16"


class U32Tag(TypeTag, tag=9):
    def __str__(self) -> str:
        return "u32"


class U256Tag(TypeTag, tag=10):
    def __str__(self) -> str:
        return "u256"


_PRIMITIVES: dict[str, TypeTag] = {
    str(tag): tag
    for tag in (
        BoolTag(),
        U8Tag(),
        U16Tag(),
        U32Tag(),
        U64Tag(),
        U128Tag(),
        U256Tag(),
        AddressTag(),
        SignerTag(),
    )
}


class _TypeParser:
    """Recursive descent over the text of a Move type."""

    MAX_NESTING = 16

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = text.replace(" ", "")

    def fail(self) -> BcsError:
        return BcsError(
            f"expected a Move type such as vector<u8> or 0x2::coin::Coin<0x2::sui::SUI>, got {self.text!r}"
        )

    def whole(self) -> TypeTag:
        tag = self.tag(0)
        if self.rest:
            raise self.fail()
        return tag

    def tag(self, depth: int) -> TypeTag:
        if depth > self.MAX_NESTING:
            raise self.fail()
        name = self.word()
        if name == "vector":
            arguments = self.arguments(depth)
            if len(arguments) != 1:
                raise self.fail()
            return VectorTag(arguments[0])
        if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        parts = name.split("::")
        if len(parts) != 3 or not all(part.replace("_", "a").isalnum() for part in parts[1:]):
            raise self.fail()
        return DatatypeTag(StructTag(parse_address(parts[0]), parts[1], parts[2], self.arguments(depth)))

    def word(self) -> str:
        end = next((i for i, char in enumerate(self.rest) if char in "<>,"), len(self.rest))
        word, self.rest = self.rest[:end], self.rest[end:]
        return word

    def arguments(self, depth: int) -> tuple[TypeTag, ...]:
        if not self.rest.startswith("<"):
            return ()
        found = []
        while True:
            self.rest = self.rest[1:]
            found.append(self.tag(depth + 1))
            if self.rest.startswith(">"):
                self.rest = self.rest[1:]
                return tuple(found)
            if not self.rest.startswith(","):
                raise self.fail()
