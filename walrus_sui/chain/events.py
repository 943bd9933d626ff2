"""Events of the Walrus contracts (source: contracts.md §1.16). All are emitted by the module `events`."""

from __future__ import annotations

from typing import ClassVar

from walrus_sui.bcs import U8, U16, U32, U64, Bytes32, Struct
from walrus_sui.bcs.sui import Event
from walrus_sui.errors import BcsError, ContractMismatch

_MODULE = "events"


class WalrusEvent(Struct):
    """Base of all; `epoch` is the Walrus epoch it speaks of."""

    move_name: ClassVar[str]


class BlobRegistered(WalrusEvent):
    """A blob may now be stored until `end_epoch`; `size` is unencoded bytes."""

    move_name = "BlobRegistered"
    epoch: U32
    blob_id: Bytes32
    size: U64
    encoding_type: U8
    end_epoch: U32
    deletable: bool
    object_id: Bytes32


class BlobCertified(WalrusEvent):
    """A quorum holds the blob, or will for longer (`is_extension`); `epoch` is that of its first certificate."""

    move_name = "BlobCertified"
    epoch: U32
    blob_id: Bytes32
    end_epoch: U32
    deletable: bool
    object_id: Bytes32
    is_extension: bool


class BlobDeleted(WalrusEvent):
    move_name = "BlobDeleted"
    epoch: U32
    blob_id: Bytes32
    end_epoch: U32
    object_id: Bytes32
    was_certified: bool


class InvalidBlobId(WalrusEvent):
    """Nodes have proof that the blob was encoded wrongly; nobody need keep it."""

    move_name = "InvalidBlobID"
    epoch: U32
    blob_id: Bytes32


class EpochChangeStart(WalrusEvent):
    """The new committee of `epoch` is in force; nodes take over their shards."""

    move_name = "EpochChangeStart"
    epoch: U32


class EpochChangeDone(WalrusEvent):
    """A quorum of the new committee has its shards."""

    move_name = "EpochChangeDone"
    epoch: U32


class ShardsReceived(WalrusEvent):
    """One node reported that it has its `shards`."""

    move_name = "ShardsReceived"
    epoch: U32
    shards: tuple[U16, ...]


class EpochParametersSelected(WalrusEvent):
    """Committee, capacity and keys of the next epoch are chosen."""

    move_name = "EpochParametersSelected"
    next_epoch: U32


class ShardRecoveryStart(WalrusEvent):
    move_name = "ShardRecoveryStart"
    epoch: U32
    shards: tuple[U16, ...]


class ContractUpgraded(WalrusEvent):
    move_name = "ContractUpgraded"
    epoch: U32
    package_id: Bytes32
    version: U64


class RegisterDenyListUpdate(WalrusEvent):
    move_name = "RegisterDenyListUpdate"
    epoch: U32
    root: Bytes32
    sequence_number: U64
    node_id: Bytes32


class DenyListUpdate(WalrusEvent):
    move_name = "DenyListUpdate"
    epoch: U32
    root: Bytes32
    sequence_number: U64
    node_id: Bytes32


class DenyListBlobDeleted(WalrusEvent):
    move_name = "DenyListBlobDeleted"
    epoch: U32
    blob_id: Bytes32


class ContractUpgradeProposed(WalrusEvent):
    move_name = "ContractUpgradeProposed"
    epoch: U32
    package_digest: bytes


class ContractUpgradeQuorumReached(WalrusEvent):
    move_name = "ContractUpgradeQuorumReached"
    epoch: U32
    package_digest: bytes


class ProtocolVersionUpdated(WalrusEvent):
    move_name = "ProtocolVersionUpdated"
    epoch: U32
    start_epoch: U32
    protocol_version: U64


class PricesUpdated(WalrusEvent):
    """Prices in FROST: per MiB and epoch stored, and per MiB written."""

    move_name = "PricesUpdated"
    epoch: U32
    storage_price: U64
    write_price: U64


class StoragePoolCreated(WalrusEvent):
    move_name = "StoragePoolCreated"
    epoch: U32
    storage_pool_id: Bytes32
    reserved_encoded_capacity_bytes: U64
    start_epoch: U32
    end_epoch: U32


class PooledBlobRegistered(WalrusEvent):
    move_name = "PooledBlobRegistered"
    epoch: U32
    blob_id: Bytes32
    unencoded_size: U64
    encoding_type: U8
    deletable: bool
    object_id: Bytes32
    storage_pool_id: Bytes32


class PooledBlobCertified(WalrusEvent):
    move_name = "PooledBlobCertified"
    epoch: U32
    blob_id: Bytes32
    deletable: bool
    object_id: Bytes32
    storage_pool_id: Bytes32


class PooledBlobDeleted(WalrusEvent):
    move_name = "PooledBlobDeleted"
    epoch: U32
    blob_id: Bytes32
    object_id: Bytes32
    was_certified: bool
    storage_pool_id: Bytes32


class StoragePoolExtended(WalrusEvent):
    move_name = "StoragePoolExtended"
    epoch: U32
    storage_pool_id: Bytes32
    new_end_epoch: U32


_BY_NAME: dict[str, type[WalrusEvent]] = {kind.move_name: kind for kind in WalrusEvent.__subclasses__()}


def parse_event(event: Event, walrus_package_id: bytes) -> WalrusEvent | None:
    """The Walrus event in `event`, None if it is someone else's or of a kind this version does not know.

    `walrus_package_id` is the package that defines the event's type: the first version of the contracts, whatever
    version emitted it. Raises `ContractMismatch` if a known event has other fields.
    """
    tag = event.type
    if tag.address != walrus_package_id or tag.module != _MODULE:
        return None
    layout = _BY_NAME.get(tag.name)
    if layout is None:
        return None
    try:
        return layout.from_bytes(event.contents)
    except BcsError as error:
        raise ContractMismatch(f"expected the fields of {tag}, got others: {error.message}") from error
