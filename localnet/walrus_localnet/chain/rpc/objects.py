"""Objects, owners and packages as messages (source: sui_localnet.md §4.11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walrus_localnet.chain.objects import coin_balance, id_of, type_of, version_of
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
from walrus_sui.bcs.sui.framework import struct_of

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
    fields: dict[str, Callable[[], Any]] = {
        "bcs": lambda: rpc.Bcs(name="Object", value=obj.to_bytes()),
        "object_id": lambda: format_address(id_of(obj)),
        "version": lambda: version_of(obj),
        "digest": lambda: format_digest(obj.digest()),
        "owner": lambda: owner_message(obj.owner),
        "object_type": lambda: type_text(obj),
        "previous_transaction": lambda: format_digest(obj.previous_transaction),
        "storage_rebate": lambda: obj.storage_rebate,
        "balance": lambda: coin_balance(obj),
    }
    if isinstance(obj.data, MoveObject):
        data = obj.data
        fields["has_public_transfer"] = lambda: data.has_public_transfer
        fields["contents"] = lambda: rpc.Bcs(name=type_text(obj), value=data.contents)
        if lavish or mask.names("json"):
            fields["json"] = lambda: json_message(machine, from_struct_tag(struct_of(data.type)), data.contents)
    elif isinstance(obj.data, MovePackage):
        package = obj.data
        fields["package"] = lambda: package_message(package)
    return mask.cut(rpc.Object(**mask.chosen(fields)))


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
