"""Binary Canonical Serialisation: typed declarations, strict parsing.

A layout is a class; its annotations are the wire format:

    class ObjectRef(bcs.Struct):
        object_id: bcs.Bytes32
        version: bcs.U64
        digest: bytes                        # length-prefixed

    class Owner(bcs.Enum): ...
    class AddressOwner(Owner, tag=0):
        address: bcs.Bytes32
    class Immutable(Owner, tag=3): ...

    ObjectRef.from_bytes(ref.to_bytes()) == ref

`bool`, `str`, `bytes`, `tuple[T, ...]` (vector), `tuple[A, B]` (fields in order), `T | None` (option) and
`dict[K, V]` (map) mean what they say; integers and fixed arrays are spelled `U64`, `Bytes32` and so on.
`walrus_sui.bcs.sui` declares Sui's own wire types.
"""

from walrus_sui.bcs.codec import (
    U8,
    U16,
    U32,
    U64,
    U128,
    U256,
    Bytes32,
    Codec,
    Enum,
    FixedBytes,
    KeepsBytes,
    MaxLen,
    Struct,
    UInt,
    codec_for,
    decode,
    encode,
)
from walrus_sui.bcs.reader import Reader, read_uleb, uleb

__all__ = [
    "U8",
    "U16",
    "U32",
    "U64",
    "U128",
    "U256",
    "Bytes32",
    "Codec",
    "Enum",
    "FixedBytes",
    "KeepsBytes",
    "MaxLen",
    "Reader",
    "Struct",
    "UInt",
    "codec_for",
    "decode",
    "encode",
    "read_uleb",
    "uleb",
]
