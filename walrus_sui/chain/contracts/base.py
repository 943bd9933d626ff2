"""Which deployment of the contracts one speaks to, and how its objects are read and its functions called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from walrus_sui import bcs
from walrus_sui.bcs.sui import ObjectWrite, SharedOwner, StructTag, U64Tag, format_address
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.objects import ChainObject, DynamicField, dynamic_field_id
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.chain.types import StakingInnerV1, StorageNodeCap, SystemStateInnerV1, VersionedObject
from walrus_sui.errors import BcsError, ContractMismatch, ObjectNotFound

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
    """One deployment of the contracts, found by the ids of its two shared objects.

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
        cls, sui: SuiClient, system_object: bytes, staking_object: bytes, *, treasury: bytes | None = None
    ) -> Self:
        """Raises `ContractMismatch` if the ids are not those of a Walrus deployment, `ObjectNotFound`."""
        system, staking = await sui.get_objects((system_object, staking_object))
        original = system.type.address
        for found, expected in ((system, "system::System"), (staking, "staking::Staking")):
            if str(found.type) != f"{format_address(original)}::{expected}":
                raise ContractMismatch(
                    f"expected a {expected} object at {format_address(found.object_id)}, got a {found.type}",
                    hint="check system_object and staking_object",
                )
        shell = system.parse(VersionedObject)
        sui.walrus_packages |= {original, shell.package_id}
        wal = await _wal_type(sui, original)
        return cls(sui, system_object, staking_object, original, shell.package_id, shell.version, wal, treasury)

    async def treasury(self) -> bytes:
        """The shared treasury that burns WAL: it was created with the currency.

        Raises `ContractMismatch` if it cannot be found so, as when the full node no longer keeps that transaction.
        """
        if self._treasury is None:
            self._treasury = await _find_treasury(self.sui, self.wal_type)
        return self._treasury

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


async def _wal_type(sui: SuiClient, package: bytes) -> StructTag:
    """The currency: staking takes a `Coin` of it as its second parameter (contracts.md §6.1)."""
    parameters: tuple[Any, ...] = await sui.function_parameters(package, "staking", "stake_with_pool")
    try:
        return StructTag.parse(parameters[1].body.type_parameter_instantiation[0].type_name)
    except (IndexError, AttributeError, BcsError) as error:
        raise ContractMismatch(
            "expected staking::stake_with_pool to take a coin, got another signature"
        ) from error


async def _find_treasury(sui: SuiClient, wal: StructTag) -> bytes:
    currency = await sui.get_package(wal.address)
    try:
        effects = await sui.transaction_effects(currency.previous_transaction)
    except ObjectNotFound as error:
        raise ContractMismatch(
            f"expected the transaction that published {wal}, got none",
            hint="name the treasury's object id, or use a full node that keeps older transactions",
        ) from error
    shared = [
        change.object_id
        for change in effects.changed_objects
        if isinstance(change.after, ObjectWrite) and isinstance(change.after.owner, SharedOwner)
    ]
    for found in await sui.get_objects(shared):
        if (found.type.address, found.type.name) == (wal.address, "ProtectedTreasury"):
            return found.object_id
    raise ContractMismatch(f"expected a treasury made with {wal}, got none")
