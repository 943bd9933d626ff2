"""Objects, owners and packages as messages (source: sui_localnet.md §4.11)."""

from __future__ import annotations

from walrus_localnet.chain.objects import coin_balance, id_of, struct_of, type_of, version_of
from walrus_localnet.chain.packages import original_id
from walrus_localnet.chain.rpc.json import json_message
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.store import PACKAGE_TYPE
from walrus_localnet.vm import Machine, from_struct_tag
from walrus_sui.bcs.sui import (
    AddressOwner,
    ConsensusAddressOwner,
    MoveObject,
    MovePackage,
    Object,
    ObjectOwner,
    Owner,
    SharedOwner,
    format_address,
    format_digest,
)

DEFAULT_OBJECT = "object_id,version,digest"


def owner_message(owner: Owner) -> rpc.Owner:
    kinds = rpc.OwnerOwnerKind
    match owner:
        case AddressOwner(address):
            return rpc.Owner(kind=kinds.ADDRESS, address=format_address(address))
        case ObjectOwner(address):
            return rpc.Owner(kind=kinds.OBJECT, address=format_address(address))
        case SharedOwner(version):
            return rpc.Owner(kind=kinds.SHARED, version=version)
        case ConsensusAddressOwner(version, address):
            return rpc.Owner(kind=kinds.CONSENSUS_ADDRESS, version=version, address=format_address(address))
        case _:
            return rpc.Owner(kind=kinds.IMMUTABLE)


def object_message(obj: Object, mask: Mask, machine: Machine, *, lavish: bool = False) -> rpc.Object:
    """An object with the fields of `mask`.

    Unless `lavish`, the costly `json` must be asked for by name: a wildcard hardly ever means it.
    """
    message = rpc.Object(
        object_id=format_address(id_of(obj)),
        version=version_of(obj),
        owner=owner_message(obj.owner),
        object_type=type_text(obj),
        previous_transaction=format_digest(obj.previous_transaction),
        storage_rebate=obj.storage_rebate,
        balance=coin_balance(obj),
    )
    if "bcs" in mask:
        message.bcs = rpc.Bcs(name="Object", value=obj.to_bytes())
    if "digest" in mask:
        message.digest = format_digest(obj.digest())
    if isinstance(obj.data, MoveObject):
        message.has_public_transfer = obj.data.has_public_transfer
        message.contents = rpc.Bcs(name=message.object_type, value=obj.data.contents)
        if mask.names("json") or (lavish and "json" in mask):
            message.json = json_message(machine, from_struct_tag(struct_of(obj.data.type)), obj.data.contents)
    elif isinstance(obj.data, MovePackage) and "package" in mask:
        message.package = package_message(obj.data)
    return mask.cut(message)


def type_text(obj: Object) -> str:
    struct = type_of(obj)
    return PACKAGE_TYPE if struct is None else str(struct)


def package_message(package: MovePackage) -> rpc.Package:
    """A package as an object carries it: module bytes, without descriptors."""
    return rpc.Package(
        storage_id=format_address(package.object_id),
        original_id=format_address(original_id(package)),
        version=package.version,
        modules=[rpc.Module(name=name, contents=code) for name, code in package.modules.items()],
        type_origins=[
            rpc.TypeOrigin(
                module_name=origin.module, datatype_name=origin.datatype, package_id=format_address(origin.package)
            )
            for origin in package.type_origins
        ],
        linkage=[
            rpc.Linkage(
                original_id=format_address(original),
                upgraded_id=format_address(info.upgraded_id),
                upgraded_version=info.upgraded_version,
            )
            for original, info in package.linkage.items()
        ],
    )
