"""The Walrus contracts as they stand: which they are, and what they hold (contracts.md §1, §6)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from walrus_sui import bcs
from walrus_sui.bcs.sui import DatatypeTag, U8Tag, U64Tag, U256Tag, VectorTag
from walrus_sui.chain.client import coin_balance
from walrus_sui.chain.contracts.base import (
    BLOB,
    CAP,
    CERTIFICATE,
    POOL,
    SHARED_BLOB,
    STAKE,
    STORAGE,
    STORAGE_POOL,
    ContractBase,
)
from walrus_sui.chain.event_stream import EventCursor, PlacedEvent, follow_events
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.objects import coin_type
from walrus_sui.chain.types import (
    ActiveSet,
    AvailabilityCertificate,
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
)
from walrus_sui.errors import ObjectNotFound

_ATTRIBUTES_KEY = bcs.encode(bytes, b"metadata")


class ContractReads(ContractBase):
    """What the contracts hold.

    All raise `ObjectNotFound` for what is not there, and `ContractMismatch` for an object of another type.
    """

    async def system(self) -> SystemStateInnerV1:
        """Committee keys, capacity and prices."""
        return await self._state(self.system_object, SystemStateInnerV1)

    async def staking(self) -> StakingInnerV1:
        """Committees by node id, and the state of the epoch."""
        return await self._state(self.staking_object, StakingInnerV1)

    async def active_set(self) -> ActiveSet:
        """The nodes that may be chosen for the next committee."""
        key = DatatypeTag(self._type("extended_field", "Key"))
        parent = (await self.staking()).active_set
        field = await self.sui.get_dynamic_field(parent, key, b"\x00", name_layout=bool, value_layout=ActiveSet)
        found: ActiveSet = field.value
        return found

    async def pools(self, node_ids: Iterable[bytes]) -> tuple[StakingPool, ...]:
        """The pools of these nodes, in the order asked for."""
        found = await self.sui.get_objects(node_ids)
        return tuple(self._parse(item, POOL, StakingPool) for item in found)

    async def blob(self, object_id: bytes) -> Blob:
        """One Blob object. Raises `ObjectNotFound` once it is deleted."""
        return self._parse(await self.sui.get_object(object_id), BLOB, Blob)

    async def own_blob(self, object_id: bytes, owner: bytes) -> Blob:
        """A Blob object that `owner` may use. Raises `NotOwner` for another's."""
        return self._parse(await self._own(object_id, owner), BLOB, Blob)

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

    async def availability_certificate(self, object_id: bytes) -> AvailabilityCertificate:
        found = await self.sui.get_object(object_id)
        return self._parse(found, CERTIFICATE, AvailabilityCertificate)

    async def storage_node_cap(self, object_id: bytes) -> StorageNodeCap:
        return self._parse(await self.sui.get_object(object_id), CAP, StorageNodeCap)

    async def owned_storage_node_caps(self, owner: bytes) -> tuple[StorageNodeCap, ...]:
        found = await self.sui.owned_objects(owner, self._type(*CAP))
        return tuple(item.parse(StorageNodeCap) for item in found)

    async def own_stake(self, object_id: bytes, owner: bytes) -> StakedWal:
        """A StakedWal object that `owner` may use. Raises `NotOwner` for another's."""
        return self._parse(await self._own(object_id, owner), STAKE, StakedWal)

    async def owned_stakes(self, owner: bytes) -> tuple[StakedWal, ...]:
        found = await self.sui.owned_objects(owner, self._type(*STAKE))
        return tuple(item.parse(StakedWal) for item in found)

    async def wal_balance(self, owner: bytes) -> int:
        """FROST in all of an account's coins."""
        return await self.sui.balance(owner, self.wal_type)

    async def received_wal(self, executed: ExecutedTransaction) -> int:
        """FROST in the coins that a transaction made for the account which sent it."""
        coins = await self.sui.created_objects(executed, coin_type(self.wal_type))
        return sum(map(coin_balance, coins))

    def events(self, start: EventCursor) -> AsyncGenerator[PlacedEvent, None]:
        """The events of these contracts from `start` on, in order, without end; see `follow_events`."""
        return follow_events(self.sui, self.original_package, start)
