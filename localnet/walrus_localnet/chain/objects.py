"""Questions the ledger asks about an object: its id, version, type, size and worth (source: sui_localnet.md §4.3,
§4.7)."""

from __future__ import annotations

import dataclasses

from walrus_sui.bcs.sui import (
    AddressOwner,
    CoinType,
    ConsensusAddressOwner,
    GasCoinType,
    MoveObject,
    MovePackage,
    Object,
    ObjectOwner,
    ObjectRef,
    Owner,
    StructTag,
    TypeTag,
)
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI, coin_struct, object_type, struct_of

CLOCK_SINCE = 1
"""The version in which the clock was shared."""

CLOCK_TYPE = StructTag(FRAMEWORK_SUI, "clock", "Clock", ())
RANDOM_TYPE = StructTag(FRAMEWORK_SUI, "random", "Random", ())
UPGRADE_CAP = StructTag(FRAMEWORK_SUI, "package", "UpgradeCap", ())


def id_of(obj: Object) -> bytes:
    match obj.data:
        case MoveObject(contents=contents):
            return contents[:32]
        case MovePackage(object_id=object_id):
            return object_id
        case other:
            raise ValueError(f"no id in {other}")


def version_of(obj: Object) -> int:
    data = obj.data
    assert isinstance(data, MoveObject | MovePackage)
    return data.version


def type_of(obj: Object) -> StructTag | None:
    """The Move type, None for a package."""
    return struct_of(obj.data.type) if isinstance(obj.data, MoveObject) else None


def reference_of(obj: Object) -> ObjectRef:
    return ObjectRef(id_of(obj), version_of(obj), obj.digest())


def owner_address(owner: Owner) -> bytes | None:
    """The address or parent id that holds the object, None when it is shared or immutable."""
    if isinstance(owner, AddressOwner | ObjectOwner | ConsensusAddressOwner):
        return owner.address
    return None


def coin_balance(obj: Object) -> int | None:
    """What a coin of any type is worth in its smallest unit, None for other objects."""
    if isinstance(obj.data, MoveObject) and isinstance(obj.data.type, GasCoinType | CoinType):
        return int.from_bytes(obj.data.contents[32:40], "little")
    return None


def coin_object(coin: TypeTag, object_id: bytes, balance: int, version: int) -> MoveObject:
    return MoveObject(object_type(coin_struct(coin)), True, version, object_id + balance.to_bytes(8, "little"))


def with_version(obj: Object, version: int, previous_transaction: bytes) -> Object:
    """The object as `previous_transaction` leaves it."""
    assert isinstance(obj.data, MoveObject)
    data = dataclasses.replace(obj.data, version=version)
    return dataclasses.replace(obj, data=data, previous_transaction=previous_transaction)


OBJECT_OVERHEAD = 80
"""Bytes charged for owner, digest and rebate of any object."""


def storage_size(obj: Object) -> int:
    """Bytes for which storage is charged."""
    match obj.data:
        case MoveObject(type=type_, contents=contents):
            return len(contents) + len(type_.to_bytes()) + 1 + 8 + OBJECT_OVERHEAD
        case MovePackage(modules=modules, type_origins=origins, linkage=linkage):
            code = sum(len(name) + len(module) for name, module in modules.items())
            types = sum(len(origin.module) + len(origin.datatype) + 32 for origin in origins)
            return OBJECT_OVERHEAD + 8 + code + types + 72 * len(linkage)
        case other:
            raise ValueError(f"no size of {other}")
