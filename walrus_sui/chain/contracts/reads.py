"""The Walrus contracts as they stand: which they are, and what they hold (contracts.md §1, §6)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from walrus_sui import bcs
from walrus_sui.bcs.sui import (
    ObjectWrite,
    SharedOwner,
    StructTag,
    U8Tag,
    U64Tag,
    U256Tag,
    VectorTag,
    format_address,
)
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.event_stream import EventCursor, PlacedEvent, follow_events
from walrus_sui.chain.objects import ChainObject, DynamicField, dynamic_field_id
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.chain.types import (
    Blob,
    BlobAttributes,
    PooledBlob,
    SharedBlob,
    StakedWal,
    StakingInnerV1,
    StakingPool,
    Storage,
    StorageNodeCap,
    StoragePoolInnerV1,
    SystemStateInnerV1,
    VersionedId,
    VersionedObject,
)
from walrus_sui.errors import BcsError, ContractMismatch, ObjectNotFound

BLOB = ("blob", "Blob")
CAP = ("storage_node", "StorageNodeCap")
POOL = ("staking_pool", "StakingPool")
SHARED_BLOB = ("shared_blob", "SharedBlob")
STORAGE = ("storage_resource", "Storage")
STORAGE_POOL = ("storage_pool", "StoragePool")
STAKE = ("staked_wal", "StakedWal")
"""Module and name of the objects that are read here."""

_ATTRIBUTES_KEY = bcs.encode(bytes, b"metadata")

S = TypeVar("S", bound=bcs.Struct)
Inner = TypeVar("Inner", SystemStateInnerV1, StakingInnerV1)


@dataclass
class ContractReads:
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

    async def system(self) -> SystemStateInnerV1:
        """Committee keys, capacity and prices."""
        return await self._state(self.system_object, SystemStateInnerV1)

    async def staking(self) -> StakingInnerV1:
        """Committees by node id, and the state of the epoch."""
        return await self._state(self.staking_object, StakingInnerV1)

    async def pools(self, node_ids: Iterable[bytes]) -> tuple[StakingPool, ...]:
        """The pools of these nodes, in the order asked for."""
        found = await self.sui.get_objects(node_ids)
        return tuple(self._parse(item, POOL, StakingPool) for item in found)

    async def blob(self, object_id: bytes) -> Blob:
        """One Blob object. Raises `ObjectNotFound` once it is deleted."""
        return self._parse(await self.sui.get_object(object_id), BLOB, Blob)

    async def owned_blobs(self, owner: bytes) -> tuple[Blob, ...]:
        found = await self.sui.owned_objects(owner, self._type(*BLOB))
        return tuple(item.parse(Blob) for item in found)

    async def blob_attributes(self, object_id: bytes) -> dict[str, str]:
        """A blob's attributes in the order they were set; empty if it has none."""
        try:
            field = await self.sui.get_dynamic_field(
                object_id,
                VectorTag(U8Tag()),
                _ATTRIBUTES_KEY,
                name_layout=bytes,
                value_layout=BlobAttributes,
            )
        except ObjectNotFound:
            return {}
        return dict(field.value)

    async def shared_blob(self, object_id: bytes) -> SharedBlob:
        return self._parse(await self.sui.get_object(object_id), SHARED_BLOB, SharedBlob)

    async def owned_storage(self, owner: bytes) -> tuple[Storage, ...]:
        """Storage that was bought and holds no blob."""
        found = await self.sui.owned_objects(owner, self._type(*STORAGE))
        return tuple(item.parse(Storage) for item in found)

    async def storage_pool(self, object_id: bytes) -> StoragePoolInnerV1:
        """The state of a storage pool."""
        shell = self._parse(await self.sui.get_object(object_id), STORAGE_POOL, VersionedId)
        field = await self.sui.get_dynamic_field(
            object_id,
            U64Tag(),
            bcs.encode(bcs.U64, shell.version),
            name_layout=bcs.U64,
            value_layout=StoragePoolInnerV1,
        )
        pool: StoragePoolInnerV1 = field.value
        return pool

    async def pooled_blob(self, pool: bytes, blob_id: bytes) -> PooledBlob:
        """One blob of a storage pool. Raises `ObjectNotFound` if it is not in it."""
        table = (await self.storage_pool(pool)).blobs.table_id
        return (await self.sui.get_dynamic_object(table, U256Tag(), blob_id)).parse(PooledBlob)

    async def storage_node_cap(self, object_id: bytes) -> StorageNodeCap:
        return self._parse(await self.sui.get_object(object_id), CAP, StorageNodeCap)

    async def owned_storage_node_caps(self, owner: bytes) -> tuple[StorageNodeCap, ...]:
        found = await self.sui.owned_objects(owner, self._type(*CAP))
        return tuple(item.parse(StorageNodeCap) for item in found)

    async def owned_stakes(self, owner: bytes) -> tuple[StakedWal, ...]:
        found = await self.sui.owned_objects(owner, self._type(*STAKE))
        return tuple(item.parse(StakedWal) for item in found)

    async def wal_balance(self, owner: bytes) -> int:
        """FROST in all of an account's coins."""
        return await self.sui.balance(owner, self.wal_type)

    async def treasury(self) -> bytes:
        """The shared treasury that burns WAL: it was created with the currency.

        Raises `ContractMismatch` if it cannot be found so, as when the full node no longer keeps that transaction.
        """
        if self._treasury is None:
            self._treasury = await _find_treasury(self.sui, self.wal_type)
        return self._treasury

    def events(self, start: EventCursor) -> AsyncGenerator[PlacedEvent, None]:
        """The events of these contracts from `start` on, in order, without end; see `follow_events`."""
        return follow_events(self.sui, self.original_package, start)

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
