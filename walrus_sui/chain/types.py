"""What the Walrus contracts store on chain, field by field (source: contracts.md §1).

Field orders are the wire format. Ids, addresses and blob ids are 32 raw bytes: a `u256` blob id is their
little-endian number. State that later versions of the contracts extend at its end is read as far as it is known
here. Amounts are FROST (10⁻⁹ WAL), sizes bytes, times milliseconds, epochs Walrus epochs.
"""

from __future__ import annotations

from typing import Annotated

from walrus_sui.bcs import U8, U16, U32, U64, U128, Bytes32, Enum, Struct
from walrus_sui.chain.objects import Extensible
from walrus_sui.chain.vec_map import VecMap
from walrus_sui.crypto.curve import compress_g1

PendingValues = Annotated[dict[int, int], VecMap(U32, U64)]
"""Amounts by the epoch in which they take effect."""
Assignment = Annotated[dict[bytes, tuple[int, ...]], VecMap(Bytes32, tuple[U16, ...])]
"""Shards by node id, ascending by node id: the order of a certificate's bitmap."""
BlobAttributes = Annotated[dict[str, str], VecMap(str, str)]
"""`metadata::Metadata`: attributes of a blob, in the order they were set."""


class Table(Struct):
    """A `Table`, `ObjectTable` or `Bag`: its entries are dynamic fields under `table_id`."""

    table_id: Bytes32
    size: U64


class VersionedObject(Struct):
    """`System` and `Staking`: a shell around the state, which is its dynamic field under `version`."""

    object_id: Bytes32
    version: U64
    package_id: Bytes32
    new_package_id: Bytes32 | None


class BlsCommitteeMember(Struct):
    """`public_key` is the uncompressed point (96 bytes)."""

    public_key: bytes
    weight: U16
    node_id: Bytes32


class BlsCommittee(Struct):
    """The keys certificates are checked against; members ascend by node id."""

    members: tuple[BlsCommitteeMember, ...]
    n_shards: U16
    epoch: U32
    total_aggregated_key: bytes


class FutureAccounting(Struct):
    """What is reserved in one coming epoch, and what will be paid out for it."""

    epoch: U32
    used_capacity: U64
    rewards_to_distribute: U64


class FutureAccountingRingBuffer(Struct):
    current_index: U32
    length: U32
    ring_buffer: tuple[FutureAccounting, ...]


class EventBlob(Struct):
    blob_id: Bytes32
    ending_checkpoint_sequence_number: U64


class EventBlobCertificationState(Struct):
    latest_certified_blob: EventBlob | None
    aggregate_weight_per_blob: Annotated[dict[EventBlob, int], VecMap(EventBlob, U16)]


class SystemStateInnerV1(Extensible):
    """Storage: committee keys, capacity, prices (FROST per MiB and epoch, and per MiB written)."""

    committee: BlsCommittee
    total_capacity_size: U64
    used_capacity_size: U64
    storage_price_per_unit_size: U64
    write_price_per_unit_size: U64
    future_accounting: FutureAccountingRingBuffer
    event_blob_certification_state: EventBlobCertificationState
    deny_list_sizes: Bytes32


class EpochState(Enum):
    """Where in its life the current epoch is (contracts.md §3.9)."""


class EpochChangeSync(EpochState, tag=0):
    """Nodes take over their shards; `weight` shards have reported done."""

    weight: U16


class EpochChangeDone(EpochState, tag=1):
    """The committee is in place since `timestamp_ms`."""

    timestamp_ms: U64


class NextParamsSelected(EpochState, tag=2):
    """The next committee is chosen; `timestamp_ms` is when the current one was in place."""

    timestamp_ms: U64


class EpochParams(Struct):
    total_capacity_size: U64
    storage_price_per_unit_size: U64
    write_price_per_unit_size: U64


class StakingInnerV1(Extensible):
    """Stake: pools, committees and the state of the epoch."""

    n_shards: U16
    epoch_duration: U64
    first_epoch_start: U64
    pools: Table
    epoch: U32
    active_set: Bytes32
    next_committee: Assignment | None
    committee: Assignment
    previous_committee: Assignment
    next_epoch_params: EpochParams | None
    epoch_state: EpochState
    next_epoch_public_keys: Bytes32


class ActiveSetEntry(Struct):
    node_id: Bytes32
    staked_amount: U64


class ActiveSet(Struct):
    """The nodes with the most stake, in no order: who may be chosen for a committee."""

    max_size: U16
    threshold_stake: U64
    nodes: tuple[ActiveSetEntry, ...]
    total_stake: U64


class PoolState(Enum):
    pass


class PoolActive(PoolState, tag=0):
    pass


class PoolWithdrawing(PoolState, tag=1):
    epoch: U32


class PoolWithdrawn(PoolState, tag=2):
    pass


class VotingParams(Struct):
    storage_price: U64
    write_price: U64
    node_capacity: U64


class Authorized(Enum):
    pass


class AuthorizedAddress(Authorized, tag=0):
    address: Bytes32


class AuthorizedObject(Authorized, tag=1):
    object_id: Bytes32


class StorageNodeInfo(Struct):
    """How a node is reached and known. Public keys are uncompressed points (96 bytes)."""

    name: str
    node_id: Bytes32
    network_address: str
    public_key: bytes
    next_epoch_public_key: bytes | None
    network_public_key: bytes
    metadata: Bytes32

    @property
    def compressed_public_key(self) -> bytes:
        """The BLS key as signatures are checked with: 48 bytes. Raises `PointError` if it is no point."""
        return compress_g1(self.public_key)


class StoredNodeMetadata(Struct):
    """What a node says of itself, as it is stored under `StorageNodeInfo.metadata`."""

    image_url: str
    project_url: str
    description: str
    extra_fields: BlobAttributes


class StakingPool(Extensible):
    """One node's pool; its object id is the node id."""

    object_id: Bytes32
    state: PoolState
    voting_params: VotingParams
    node_info: StorageNodeInfo
    activation_epoch: U32
    latest_epoch: U32
    wal_balance: U64
    num_shares: U64
    pending_shares_withdraw: PendingValues
    pre_active_withdrawals: PendingValues
    pending_commission_rate: PendingValues
    commission_rate: U16
    exchange_rates: Table
    pending_stake: PendingValues
    rewards_pool: U64
    commission: U64
    commission_receiver: Authorized
    governance_authorized: Authorized
    extra_fields: Table


class ExchangeRate(Enum):
    """What a share of a pool is worth in WAL."""


class FlatRate(ExchangeRate, tag=0):
    pass


class VariableRate(ExchangeRate, tag=1):
    wal_amount: U128
    share_amount: U128


class Storage(Struct):
    """Capacity of `storage_size` encoded bytes in epochs `start_epoch` up to, not including, `end_epoch`."""

    object_id: Bytes32
    start_epoch: U32
    end_epoch: U32
    storage_size: U64


class Blob(Struct):
    """A registered blob; `certified_epoch` is set once a certificate was accepted. `size` is unencoded."""

    object_id: Bytes32
    registered_epoch: U32
    blob_id: Bytes32
    size: U64
    encoding_type: U8
    certified_epoch: U32 | None
    storage: Storage
    deletable: bool


class AvailabilityCertificate(Struct):
    """What a quorum of `epoch` signed, frozen; it promises nothing from `end_epoch` on. `size` is unencoded."""

    object_id: Bytes32
    blob_id: Bytes32
    blob_object_id: Bytes32
    size: U64
    deletable: bool
    epoch: U32
    end_epoch: U32
    signers_bitmap: bytes
    signature: bytes
    message: bytes
    committee_hash: bytes


class SharedBlob(Struct):
    """A blob without an owner; `funds` (FROST) pay for its extensions."""

    object_id: Bytes32
    blob: Blob
    funds: U64


class Exchange(Struct):
    """A desk that holds `wal` FROST and `sui` MIST; `rate_wal` FROST are worth `rate_sui` MIST."""

    object_id: Bytes32
    wal: U64
    sui: U64
    rate_wal: U64
    rate_sui: U64
    admin: Bytes32


class VersionedId(Struct):
    """A `StoragePool`: its state is its dynamic field under `version`."""

    object_id: Bytes32
    version: U64


class StoragePoolInnerV1(Extensible):
    """Capacity shared by many blobs; `blobs` are `PooledBlob`s by blob id."""

    storage: Storage
    used_encoded_bytes: U64
    blob_count: U64
    blobs: Table


class PooledBlob(Struct):
    """A blob in a storage pool, which decides how long it is kept."""

    object_id: Bytes32
    registered_epoch: U32
    blob_id: Bytes32
    unencoded_size: U64
    encoding_type: U8
    certified_epoch: U32 | None
    storage_pool_id: Bytes32
    deletable: bool


class EventBlobAttestation(Struct):
    checkpoint_sequence_num: U64
    epoch: U32


class StorageNodeCap(Struct):
    """The right to act for a node."""

    object_id: Bytes32
    node_id: Bytes32
    last_epoch_sync_done: U32
    last_event_blob_attestation: EventBlobAttestation | None
    deny_list_root: Bytes32
    deny_list_sequence: U64
    deny_list_size: U64


class StakeState(Enum):
    pass


class Staked(StakeState, tag=0):
    pass


class Withdrawing(StakeState, tag=1):
    withdraw_epoch: U32


class StakedWal(Struct):
    """Stake with one node; it earns from `activation_epoch` on."""

    object_id: Bytes32
    state: StakeState
    node_id: Bytes32
    principal: U64
    activation_epoch: U32
