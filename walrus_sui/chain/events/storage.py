"""Events of storage and epochs, emitted by the module `events` of the contracts (source: contracts.md §1.16)."""

from __future__ import annotations

from walrus_sui.bcs import U8, U16, U32, U64, Bytes32
from walrus_sui.chain.events.base import WalrusEvent


class StorageEvent(WalrusEvent):
    move_module = "events"


class BlobRegistered(StorageEvent):
    """A blob may now be stored until `end_epoch`; `size` is unencoded bytes."""

    move_name = "BlobRegistered"
    epoch: U32
    blob_id: Bytes32
    size: U64
    encoding_type: U8
    end_epoch: U32
    deletable: bool
    object_id: Bytes32


class BlobCertified(StorageEvent):
    """A quorum holds the blob, or will for longer (`is_extension`); `epoch` is that of its first certificate."""

    move_name = "BlobCertified"
    epoch: U32
    blob_id: Bytes32
    end_epoch: U32
    deletable: bool
    object_id: Bytes32
    is_extension: bool


class BlobDeleted(StorageEvent):
    move_name = "BlobDeleted"
    epoch: U32
    blob_id: Bytes32
    end_epoch: U32
    object_id: Bytes32
    was_certified: bool


class InvalidBlobId(StorageEvent):
    """Nodes have proof that the blob was encoded wrongly; nobody need keep it."""

    move_name = "InvalidBlobID"
    epoch: U32
    blob_id: Bytes32


class EpochChangeStart(StorageEvent):
    """The new committee of `epoch` is in force; nodes take over their shards."""

    move_name = "EpochChangeStart"
    epoch: U32


class EpochChangeDone(StorageEvent):
    """A quorum of the new committee has its shards."""

    move_name = "EpochChangeDone"
    epoch: U32


class ShardsReceived(StorageEvent):
    """One node reported that it has its `shards`."""

    move_name = "ShardsReceived"
    epoch: U32
    shards: tuple[U16, ...]


class EpochParametersSelected(StorageEvent):
    """Committee, capacity and keys of the next epoch are chosen."""

    move_name = "EpochParametersSelected"
    next_epoch: U32


class ShardRecoveryStart(StorageEvent):
    move_name = "ShardRecoveryStart"
    epoch: U32
    shards: tuple[U16, ...]


class ContractUpgraded(StorageEvent):
    move_name = "ContractUpgraded"
    epoch: U32
    package_id: Bytes32
    version: U64


class RegisterDenyListUpdate(StorageEvent):
    move_name = "RegisterDenyListUpdate"
    epoch: U32
    root: Bytes32
    sequence_number: U64
    node_id: Bytes32


class DenyListUpdate(StorageEvent):
    move_name = "DenyListUpdate"
    epoch: U32
    root: Bytes32
    sequence_number: U64
    node_id: Bytes32


class DenyListBlobDeleted(StorageEvent):
    move_name = "DenyListBlobDeleted"
    epoch: U32
    blob_id: Bytes32


class ContractUpgradeProposed(StorageEvent):
    move_name = "ContractUpgradeProposed"
    epoch: U32
    package_digest: bytes


class ContractUpgradeQuorumReached(StorageEvent):
    move_name = "ContractUpgradeQuorumReached"
    epoch: U32
    package_digest: bytes


class ProtocolVersionUpdated(StorageEvent):
    move_name = "ProtocolVersionUpdated"
    epoch: U32
    start_epoch: U32
    protocol_version: U64


class PricesUpdated(StorageEvent):
    """Prices in FROST: per MiB and epoch stored, and per MiB written."""

    move_name = "PricesUpdated"
    epoch: U32
    storage_price: U64
    write_price: U64


class StoragePoolCreated(StorageEvent):
    move_name = "StoragePoolCreated"
    epoch: U32
    storage_pool_id: Bytes32
    reserved_encoded_capacity_bytes: U64
    start_epoch: U32
    end_epoch: U32


class PooledBlobRegistered(StorageEvent):
    move_name = "PooledBlobRegistered"
    epoch: U32
    blob_id: Bytes32
    unencoded_size: U64
    encoding_type: U8
    deletable: bool
    object_id: Bytes32
    storage_pool_id: Bytes32


class PooledBlobCertified(StorageEvent):
    move_name = "PooledBlobCertified"
    epoch: U32
    blob_id: Bytes32
    deletable: bool
    object_id: Bytes32
    storage_pool_id: Bytes32


class PooledBlobDeleted(StorageEvent):
    move_name = "PooledBlobDeleted"
    epoch: U32
    blob_id: Bytes32
    object_id: Bytes32
    was_certified: bool
    storage_pool_id: Bytes32


class StoragePoolExtended(StorageEvent):
    move_name = "StoragePoolExtended"
    epoch: U32
    storage_pool_id: Bytes32
    new_end_epoch: U32


class AvailabilityCertificateIssued(WalrusEvent):
    """A certificate was frozen as the object `certificate_id`."""

    move_module = "availability_certificate"
    move_name = "AvailabilityCertificateIssued"
    certificate_id: Bytes32
    blob_id: Bytes32
    epoch: U32
    end_epoch: U32
