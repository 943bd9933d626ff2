"""Objects, packages and their owners (source: sui_localnet.md §4.3)."""

from __future__ import annotations

from walrus_sui.bcs.codec import U64, Enum, KeepsBytes, Struct
from walrus_sui.bcs.sui.types import Address, Digest, Identifier, StructTag, TypeTag, blake2b256


class ObjectRef(Struct):
    object_id: Address
    version: U64
    digest: Digest


class Owner(Enum):
    """Who may use an object."""


class AddressOwner(Owner, tag=0):
    address: Address


class ObjectOwner(Owner, tag=1):
    """A child: owned by another object's UID (dynamic fields)."""

    address: Address


class SharedOwner(Owner, tag=2):
    initial_version: U64


class ImmutableOwner(Owner, tag=3):
    pass


class ConsensusAddressOwner(Owner, tag=4):
    start_version: U64
    address: Address


class MoveObjectType(Enum):
    """The type of an object; the short forms are mandatory where they apply."""


class OtherType(MoveObjectType, tag=0):
    struct: StructTag


class GasCoinType(MoveObjectType, tag=1):
    pass


class StakedSuiType(MoveObjectType, tag=2):
    pass


class CoinType(MoveObjectType, tag=3):
    coin: TypeTag


class SuiBalanceAccumulatorFieldType(MoveObjectType, tag=4):
    pass


class BalanceAccumulatorFieldType(MoveObjectType, tag=5):
    coin: TypeTag


class TypeOrigin(Struct):
    module: Identifier
    datatype: Identifier
    package: Address


class UpgradeInfo(Struct):
    upgraded_id: Address
    upgraded_version: U64


class ObjectData(Enum):
    pass


class MoveObject(ObjectData, tag=0):
    type: MoveObjectType
    has_public_transfer: bool
    version: U64
    contents: bytes


class MovePackage(ObjectData, tag=1):
    object_id: Address
    version: U64
    modules: dict[Identifier, bytes]
    type_origins: tuple[TypeOrigin, ...]
    linkage: dict[Address, UpgradeInfo]


class Object(KeepsBytes, Struct):
    data: ObjectData
    owner: Owner
    previous_transaction: Digest
    storage_rebate: U64

    def digest(self) -> bytes:
        return blake2b256(b"Object::", self.to_bytes())
