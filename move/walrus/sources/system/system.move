/// The storage side of Walrus: buying space, registering and certifying blobs, and what nodes report about them.
///
/// `System` is a constant shell around the state of its version, so that an upgrade can replace the state and older
/// code stops working on it.
module walrus::system;

use sui::balance::Balance;
use sui::coin::Coin;
use sui::dynamic_field as df;
use sui::vec_map::VecMap;
use wal::wal::WAL;
use walrus::blob::Blob;
use walrus::blob_registry::LiveBlob;
use walrus::bls_aggregate::BlsCommittee;
use walrus::epoch_parameters::EpochParams;
use walrus::storage_accounting::FutureAccountingRingBuffer;
use walrus::pooled_storage;
use walrus::storage_node::StorageNodeCap;
use walrus::storage_pool::{Self, StoragePool};
use walrus::storage_resource::Storage;
use walrus::system_state_inner::{Self, SystemStateInnerV1};

// === Errors ===

/// The migration does not fit the object's version.
const EInvalidMigration: u64 = 0;
/// The object belongs to another version of the package.
const EWrongVersion: u64 = 1;
/// Nothing would be taken out of the pool.
const EZeroExtractSize: u64 = 2;

// === Constants ===

/// Version of the object this package works on.
const VERSION: u64 = 4;

// === Structs ===

/// The one shared object of the storage side. `package_id` tells clients which package to call.
public struct System has key {
    id: UID,
    version: u64,
    package_id: ID,
    new_package_id: Option<ID>,
}

// === Storage space ===

/// Buys `storage_amount` encoded bytes from now for `epochs_ahead` epochs, the current one included.
/// Aborts as `system_state_inner::reserve_space`.
public fun reserve_space(
    self: &mut System,
    storage_amount: u64,
    epochs_ahead: u32,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): Storage {
    self.inner_mut().reserve_space(storage_amount, epochs_ahead, payment, ctx)
}

/// Buys `storage_amount` encoded bytes from `start_epoch` up to, not including, `end_epoch`.
/// Aborts as `system_state_inner::reserve_space_for_epochs`.
public fun reserve_space_for_epochs(
    self: &mut System,
    storage_amount: u64,
    start_epoch: u32,
    end_epoch: u32,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): Storage {
    self.inner_mut().reserve_space_for_epochs(storage_amount, start_epoch, end_epoch, payment, ctx)
}

// === Blobs ===

/// Registers a blob on bought space; the write fee is taken from `write_payment`.
/// Aborts as `system_state_inner::register_blob`.
public fun register_blob(
    self: &mut System,
    storage: Storage,
    blob_id: u256,
    root_hash: u256,
    size: u64,
    encoding_type: u8,
    deletable: bool,
    write_payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): Blob {
    self
        .inner_mut()
        .register_blob(storage, blob_id, root_hash, size, encoding_type, deletable, write_payment, ctx)
}

/// Certifies a blob with the signature of a quorum of the current committee.
/// Aborts as `system_state_inner::certify_blob`.
public fun certify_blob(
    self: &mut System,
    blob: &mut Blob,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
) {
    self.inner_mut().certify_blob(blob, signature, signers_bitmap, message)
}

/// Deletes a deletable blob and returns the space for reuse. Aborts as `system_state_inner::delete_blob`.
public fun delete_blob(self: &mut System, blob: Blob): Storage {
    self.inner_mut().delete_blob(blob)
}

/// Prolongs a certified blob by `extended_epochs`. Aborts as `system_state_inner::extend_blob`.
public fun extend_blob(self: &mut System, blob: &mut Blob, extended_epochs: u32, payment: &mut Coin<WAL>) {
    self.inner_mut().extend_blob(blob, extended_epochs, payment)
}

/// Prolongs a certified blob with space that follows its own.
/// Aborts as `system_state_inner::extend_blob_with_resource`.
public fun extend_blob_with_resource(self: &mut System, blob: &mut Blob, extension: Storage) {
    self.inner_mut().extend_blob_with_resource(blob, extension)
}

/// Records a blob id as inconsistent on the word of at least one honest node, and returns it.
/// Aborts as `system_state_inner::invalidate_blob_id`.
public fun invalidate_blob_id(
    self: &mut System,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
): u256 {
    self.inner_mut().invalidate_blob_id(signature, members_bitmap, message)
}

// === Registry of live blobs ===

/// The live entry of a blob id in the current epoch: some certified object with this id has not ended.
public fun live_blob(self: &System, blob_id: u256): Option<LiveBlob> {
    let inner = self.inner();
    inner.blob_registry().live_blob(blob_id, inner.epoch())
}

/// Whether the id was certified as inconsistent.
public fun is_blob_invalid(self: &System, blob_id: u256): bool {
    self.inner().blob_registry().is_invalid(blob_id)
}

/// Removes ended entries from the registry; the caller gets their storage rebate.
public fun prune_blob_registry(self: &mut System, blob_ids: vector<u256>) {
    self.inner_mut().prune_registry(blob_ids)
}

// === Storage pools ===

/// Buys space for a pool of blobs. Aborts as `system_state_inner::reserve_space`.
public fun create_storage_pool(
    self: &mut System,
    reserved_encoded_capacity_bytes: u64,
    epochs_ahead: u32,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): StoragePool {
    let storage = self.reserve_space(reserved_encoded_capacity_bytes, epochs_ahead, payment, ctx);
    storage_pool::new(storage, self.epoch(), ctx)
}

/// Makes a pool of space that was bought before. Aborts as `storage_pool::new`.
public fun create_storage_pool_with_storage(self: &System, storage: Storage, ctx: &mut TxContext): StoragePool {
    storage_pool::new(storage, self.epoch(), ctx)
}

/// Registers a blob in a pool; the write fee is taken from `write_payment`. Aborts as `pooled_storage::register`.
public fun register_pooled_blob(
    self: &mut System,
    pool: &mut StoragePool,
    blob_id: u256,
    root_hash: u256,
    unencoded_size: u64,
    encoding_type: u8,
    deletable: bool,
    write_payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
) {
    pooled_storage::register(
        self.inner_mut(),
        pool,
        blob_id,
        root_hash,
        unencoded_size,
        encoding_type,
        deletable,
        write_payment,
        ctx,
    )
}

/// Certifies a pooled blob with the signature of a quorum. Aborts as `pooled_storage::certify`.
public fun certify_pooled_blob(
    self: &mut System,
    pool: &mut StoragePool,
    blob_id: u256,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
) {
    pooled_storage::certify(self.inner_mut(), pool, blob_id, signature, signers_bitmap, message)
}

/// Deletes a deletable blob of a pool. Aborts as `storage_pool::delete`.
public fun delete_pooled_blob(self: &mut System, pool: &mut StoragePool, blob_id: u256) {
    pooled_storage::delete(self.inner_mut(), pool, blob_id)
}

/// Removes a blob of a pool that has ended. Aborts as `storage_pool::burn_expired`.
public fun burn_expired_pooled_blob(self: &System, pool: &mut StoragePool, blob_id: u256) {
    pool.burn_expired(blob_id, self.epoch(), self.n_shards())
}

/// Prolongs a pool with all its blobs. Aborts as `pooled_storage::extend`.
public fun extend_storage_pool(
    self: &mut System,
    pool: &mut StoragePool,
    extended_epochs: u32,
    payment: &mut Coin<WAL>,
) {
    pooled_storage::extend(self.inner_mut(), pool, extended_epochs, payment)
}

/// Brings the registry's entries of a prolonged pool's blobs up to date; anyone may call it.
/// Aborts as `pooled_storage::refresh_live_blobs`.
public fun refresh_pooled_blobs(self: &mut System, pool: &StoragePool, blob_ids: vector<u256>) {
    pooled_storage::refresh_live_blobs(self.inner_mut(), pool, blob_ids)
}

/// Buys more space for a pool. Aborts as `pooled_storage::increase_capacity`.
public fun increase_storage_pool_capacity(
    self: &mut System,
    pool: &mut StoragePool,
    additional_encoded_capacity_bytes: u64,
    payment: &mut Coin<WAL>,
) {
    pooled_storage::increase_capacity(self.inner_mut(), pool, additional_encoded_capacity_bytes, payment)
}

/// Adds bought space to a pool. Aborts as `storage_pool::absorb`.
public fun increase_storage_pool_capacity_with_storage(self: &System, pool: &mut StoragePool, storage: Storage) {
    pool.absorb(storage, self.epoch())
}

/// Takes unused space out of a pool. Aborts with `EZeroExtractSize` or as `storage_pool::extract`.
public fun decrease_storage_pool_capacity_by_size(
    _self: &System,
    pool: &mut StoragePool,
    size: u64,
    ctx: &mut TxContext,
): Storage {
    assert!(size > 0, EZeroExtractSize);
    pool.extract(size, ctx)
}

/// Takes `percent` of the unused space out of a pool.
/// Aborts with `storage_pool::EInvalidPercent` or `EZeroExtractSize`.
public fun decrease_storage_pool_unused_capacity_by_percent(
    self: &System,
    pool: &mut StoragePool,
    percent: u8,
    ctx: &mut TxContext,
): Storage {
    let size = pool.percent_of_unused(percent);
    self.decrease_storage_pool_capacity_by_size(pool, size, ctx)
}

// === Reports of storage nodes ===

/// Attests an event blob; at a quorum of attestations it is certified.
/// Aborts as `system_state_inner::certify_event_blob`.
public fun certify_event_blob(
    self: &mut System,
    cap: &mut StorageNodeCap,
    blob_id: u256,
    root_hash: u256,
    size: u64,
    encoding_type: u8,
    ending_checkpoint_sequence_num: u64,
    epoch: u32,
    ctx: &mut TxContext,
) {
    self
        .inner_mut()
        .certify_event_blob(
            cap,
            blob_id,
            root_hash,
            size,
            encoding_type,
            ending_checkpoint_sequence_num,
            epoch,
            ctx,
        )
}

/// Announces a move to another protocol version. Aborts as `system_state_inner::update_protocol_version`.
public fun update_protocol_version(
    self: &mut System,
    cap: &StorageNodeCap,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
) {
    self.inner().update_protocol_version(cap, signature, members_bitmap, message)
}

/// Announces a node's deny list. Aborts as `system_state_inner::register_deny_list_update`.
public fun register_deny_list_update(
    self: &mut System,
    cap: &StorageNodeCap,
    deny_list_root: u256,
    deny_list_sequence: u64,
) {
    self.inner().register_deny_list_update(cap, deny_list_root, deny_list_sequence)
}

/// Takes over a certified deny list. Aborts as `system_state_inner::update_deny_list`.
public fun update_deny_list(
    self: &mut System,
    cap: &mut StorageNodeCap,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
) {
    self.inner_mut().update_deny_list(cap, signature, members_bitmap, message)
}

/// Announces the deletion of a denied blob. Aborts as `system_state_inner::delete_deny_listed_blob`.
public fun delete_deny_listed_blob(
    self: &System,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
) {
    self.inner().delete_deny_listed_blob(signature, members_bitmap, message)
}

// === Subsidies ===

/// Spreads a donation over the rewards of the next `epochs_ahead` epochs.
/// Aborts as `system_state_inner::add_subsidy`.
public fun add_subsidy(self: &mut System, subsidy: Coin<WAL>, epochs_ahead: u32) {
    self.inner_mut().add_subsidy(subsidy, epochs_ahead)
}

/// Adds the i-th amount to the rewards of the i-th epoch from now.
/// Aborts as `system_state_inner::add_per_epoch_subsidies`.
public fun add_per_epoch_subsidies(self: &mut System, subsidies: vector<Balance<WAL>>) {
    self.inner_mut().add_per_epoch_subsidies(subsidies)
}

// === Getters ===

/// The current Walrus epoch.
public fun epoch(self: &System): u32 { self.inner().epoch() }

/// Encoded bytes the network can hold.
public fun total_capacity_size(self: &System): u64 { self.inner().total_capacity_size() }

/// Encoded bytes sold for the current epoch.
public fun used_capacity_size(self: &System): u64 { self.inner().used_capacity_size() }

public fun n_shards(self: &System): u16 { self.inner().n_shards() }

public fun version(self: &System): u64 { self.version }

/// Sold space and payments of every epoch that can be paid for.
public fun future_accounting(self: &System): &FutureAccountingRingBuffer { self.inner().future_accounting() }

// === Package functions ===

/// Creates and shares the object for epoch 0 and returns its id.
/// Aborts as `system_state_inner::create_empty`.
public(package) fun create_empty(max_epochs_ahead: u32, package_id: ID, ctx: &mut TxContext): ID {
    let system = new(max_epochs_ahead, package_id, ctx);
    let system_id = object::id(&system);
    transfer::share_object(system);
    system_id
}

/// Moves to the next epoch and returns each old member's reward. Aborts as `system_state_inner::advance_epoch`.
public(package) fun advance_epoch(
    self: &mut System,
    new_committee: BlsCommittee,
    params: &EpochParams,
): VecMap<ID, Balance<WAL>> {
    self.inner_mut().advance_epoch(new_committee, params)
}

public(package) fun extract_burn_balance(self: &mut System): Balance<WAL> {
    self.inner_mut().extract_burn_balance()
}

public(package) fun set_storage_price(self: &mut System, price: u64) { self.inner_mut().set_storage_price(price) }

public(package) fun set_write_price(self: &mut System, price: u64) { self.inner_mut().set_write_price(price) }

public(package) fun committee(self: &System): &BlsCommittee { self.inner().committee() }

public(package) fun package_id(self: &System): ID { self.package_id }

/// Notes the package the next migration moves to.
public(package) fun set_new_package_id(self: &mut System, new_package_id: ID) {
    self.new_package_id = option::some(new_package_id);
}

/// Moves the state to this package's version. Aborts with `EInvalidMigration` unless a newer package was committed.
public(package) fun migrate(self: &mut System) {
    assert!(self.version < VERSION, EInvalidMigration);
    assert!(self.new_package_id.is_some(), EInvalidMigration);
    let state: SystemStateInnerV1 = df::remove(&mut self.id, self.version);
    df::add(&mut self.id, VERSION, state);
    self.version = VERSION;
    self.package_id = self.new_package_id.extract();
}

/// Aborts with `EWrongVersion` if the object belongs to another package version.
public(package) fun inner(self: &System): &SystemStateInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow(&self.id, VERSION)
}

/// Aborts with `EWrongVersion` if the object belongs to another package version.
public(package) fun inner_mut(self: &mut System): &mut SystemStateInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow_mut(&mut self.id, VERSION)
}

// === Private functions ===

fun new(max_epochs_ahead: u32, package_id: ID, ctx: &mut TxContext): System {
    let mut system = System { id: object::new(ctx), version: VERSION, package_id, new_package_id: option::none() };
    df::add(&mut system.id, VERSION, system_state_inner::create_empty(max_epochs_ahead, ctx));
    system
}

// === Test functions ===

#[test_only]
public fun new_for_testing(max_epochs_ahead: u32, ctx: &mut TxContext): System {
    new(max_epochs_ahead, object::id_from_address(@walrus), ctx)
}

#[test_only]
public fun set_version_for_testing(self: &mut System, version: u64) {
    let state: SystemStateInnerV1 = df::remove(&mut self.id, self.version);
    df::add(&mut self.id, version, state);
    self.version = version;
}

#[test_only]
public fun new_package_id_for_testing(self: &System): Option<ID> { self.new_package_id }

#[test_only]
public fun invalidate_for_testing(self: &mut System, blob_id: u256) {
    self.inner_mut().record_invalid(blob_id)
}

#[test_only]
/// Lets epochs pass with empty committees.
public fun set_epoch_for_testing(self: &mut System, epoch: u32) {
    self.epoch().range_do!(epoch, |current| {
        let committee = walrus::bls_aggregate::new_bls_committee(current + 1, vector[]);
        self.advance_epoch(committee, &walrus::epoch_parameters::new(0)).destroy_empty();
    })
}
