"""Which deployment of the contracts one speaks to, and how its objects are read and its functions called."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from walrus_sui import bcs
from walrus_sui.bcs.sui import AddressOwner, ConsensusAddressOwner, StructTag, U64Tag, format_address
from walrus_sui.bcs.sui.ids import dynamic_field_id
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.contracts.discovery import (
    COMPANIONS,
    SYSTEM,
    check_type,
    find_companion,
    find_treasury,
    find_wal_type,
)
from walrus_sui.chain.objects import ChainObject, DynamicField
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.chain.types import StakingInnerV1, StorageNodeCap, SystemStateInnerV1, VersionedObject
from walrus_sui.errors import ContractMismatch, NotOwner, ObjectNotFound

BLOB = ("blob", "Blob")
CERTIFICATE = ("availability_certificate", "AvailabilityCertificate")
CAP = ("storage_node", "StorageNodeCap")
POOL = ("staking_pool", "StakingPool")
SHARED_BLOB = ("shared_blob", "SharedBlob")
STORAGE = ("storage_resource", "Storage")
STORAGE_POOL = ("storage_pool", "StoragePool")
STAKE = ("staked_wal", "StakedWal")
"""Module and name of the objects that are read here."""

S = TypeVar("S", bound=bcs.Struct)
Inner = TypeVar("Inner", SystemStateInnerV1, StakingInnerV1)


@dataclass
class ContractBase:
    """One deployment of the contracts, found by its System object.

    `original_package` defines the types, `package` is the version calls go to (it follows upgrades, as the shared
    objects name it), `wal_type` is the currency. Use `Contracts.discover`.
    """

    sui: SuiClient
    system_object: bytes
    staking_object: bytes
    original_package: bytes
    package: bytes
    version: int
    wal_type: StructTag
    _treasury: bytes | None = None

    @classmethod
    async def discover(
        cls,
        sui: SuiClient,
        system_object: bytes,
        staking_object: bytes | None = None,
        *,
        treasury: bytes | None = None,
    ) -> Self:
        """The System object's id is enough on a full node that still keeps the transaction that made it.

        Raises `ContractMismatch` if the ids are not those of a Walrus deployment, or if `staking_object` has to be
        given; `ObjectNotFound`.
        """
        given = () if staking_object is None else (staking_object,)
        system, *others = await sui.get_objects((system_object, *given))
        original = system.type.address
        check_type(system, original, SYSTEM)
        for staking in others:
            check_type(staking, original, COMPANIONS["staking_object"])
        shell = system.parse(VersionedObject)
        sui.walrus_packages |= {original, shell.package_id}
        wal, staking_id = await asyncio.gather(
            find_wal_type(sui, original), _staking_of(sui, system, staking_object)
        )
        return cls(sui, system_object, staking_id, original, shell.package_id, shell.version, wal, treasury)

    async def upgrade_manager(self) -> bytes:
        """The shared manager of upgrades, found by the System object. Raises `ContractMismatch`."""
        return await self._companion("upgrade_manager")

    async def slashing_manager(self) -> bytes:
        """The shared manager of penalties, found by the System object. Raises `ContractMismatch`."""
        return await self._companion("slashing_manager")

    async def treasury(self) -> bytes:
        """The shared treasury that burns WAL: it was created with the currency.

        Raises `ContractMismatch` if it cannot be found so, as when the full node no longer keeps that transaction.
        """
        if self._treasury is None:
            self._treasury = await find_treasury(self.sui, self.wal_type)
        return self._treasury

    async def _companion(self, role: str) -> bytes:
        return await find_companion(self.sui, await self.sui.get_object(self.system_object), role)

    async def _state(self, object_id: bytes, layout: type[Inner]) -> Inner:
        """The shell and its state in one read; read again if an upgrade has moved the state."""
        while True:
            version = self.version
            key = bcs.encode(bcs.U64, version)
            field_id = dynamic_field_id(object_id, U64Tag(), key)
            try:
                shell_object, field = await self.sui.get_objects((object_id, field_id))
            except ObjectNotFound:
                shell_object, field = await self.sui.get_object(object_id), None
            shell = shell_object.parse(VersionedObject)
            self.package, self.version = shell.package_id, shell.version
            self.sui.walrus_packages.add(self.package)
            if field is not None and shell.version == version:
                value: Inner = DynamicField.read(field, bcs.U64, layout).value
                return value
            if shell.version == version:
                raise ContractMismatch(f"expected the state of version {version}, got none under {field_id.hex()}")

    async def _own(self, object_id: bytes, owner: bytes) -> ChainObject:
        """An object that `owner` may use. Raises `NotOwner`."""
        found = await self.sui.get_object(object_id)
        match found.owner:
            case AddressOwner(address) | ConsensusAddressOwner(_, address) if address == owner:
                return found
            case AddressOwner(address) | ConsensusAddressOwner(_, address):
                whose = format_address(address)
            case _:
                whose = f"no account ({type(found.owner).__name__.removesuffix('Owner').lower()})"
        raise NotOwner(
            f"expected {format_address(object_id)} to belong to {format_address(owner)}, it belongs to {whose}",
            hint="use the wallet of the account that owns it (`--wallet` on the command line)",
        )

    def _parse(self, found: ChainObject, kind: tuple[str, str], layout: type[S]) -> S:
        expected = self._type(*kind)
        if found.type != expected:
            raise ContractMismatch(
                f"expected a {expected} at {format_address(found.object_id)}, got a {found.type}"
            )
        return found.parse(layout)

    def _type(self, module: str, name: str) -> StructTag:
        return StructTag(self.original_package, module, name, ())

    def _call(
        self, tx: TransactionBuilder, module: str, function: str, arguments: Sequence[Usable]
    ) -> CommandResult:
        return tx.move_call(self.package, module, function, arguments=arguments)

    def _staking_call(self, tx: TransactionBuilder, function: str, *arguments: Usable) -> CommandResult:
        return self._call(tx, "staking", function, (tx.object(self.staking_object), *arguments))

    def _as_holder(self, tx: TransactionBuilder, cap: StorageNodeCap) -> CommandResult:
        """Authentication as the holder of a node's cap."""
        type_args, holder = (self._type(*CAP),), (tx.object(cap.object_id),)
        return tx.move_call(
            self.package, "auth", "authenticate_with_object", type_args=type_args, arguments=holder
        )


async def _staking_of(sui: SuiClient, system: ChainObject, given: bytes | None) -> bytes:
    return given or await find_companion(sui, system, "staking_object")
