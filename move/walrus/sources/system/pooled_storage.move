/// What the system does for storage pools: charging, certificates, and the registry of live blobs.
module walrus::pooled_storage;

use sui::coin::Coin;
use wal::wal::WAL;
use walrus::messages;
use walrus::storage_pool::StoragePool;
use walrus::system_state_inner::SystemStateInnerV1;

// === Errors ===

/// Only certified blobs are live.
const ENotCertified: u64 = 0;

// === Package functions ===

/// Registers a blob in a pool and charges the write fee. Aborts as `storage_pool::register`, or if `payment` is too
/// small.
public(package) fun register(
    system: &mut SystemStateInnerV1,
    pool: &mut StoragePool,
    blob_id: u256,
    root_hash: u256,
    unencoded_size: u64,
    encoding_type: u8,
    deletable: bool,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
) {
    let (epoch, n_shards) = (system.epoch(), system.n_shards());
    let encoded = pool.register(
        blob_id,
        root_hash,
        unencoded_size,
        encoding_type,
        deletable,
        epoch,
        n_shards,
        ctx,
    );
    system.charge_write(encoded, payment);
}

/// Certifies a pooled blob and records it as live.
/// Aborts as the verification of the message, `storage_pool::certify` and `blob_registry::certified`.
public(package) fun certify(
    system: &mut SystemStateInnerV1,
    pool: &mut StoragePool,
    blob_id: u256,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
) {
    let certified = system.committee().verify_quorum_in_epoch(signature, signers_bitmap, message);
    pool.certify(blob_id, system.epoch(), messages::certify_blob_message(certified));
    system.record_certified(blob_id, pool.end_epoch());
}

/// Aborts as `storage_pool::delete`.
public(package) fun delete(system: &mut SystemStateInnerV1, pool: &mut StoragePool, blob_id: u256) {
    let was_certified = pool.delete(blob_id, system.epoch(), system.n_shards());
    if (was_certified) system.record_deleted(blob_id);
}

/// Charges for `extended_epochs` more and prolongs the pool.
/// Aborts as `storage_pool::assert_not_expired` and `system_state_inner::charge_and_book`.
public(package) fun extend(
    system: &mut SystemStateInnerV1,
    pool: &mut StoragePool,
    extended_epochs: u32,
    payment: &mut Coin<WAL>,
) {
    let epoch = system.epoch();
    pool.assert_not_expired(epoch);
    let start = pool.end_epoch() - epoch;
    system.charge_and_book(pool.reserved_encoded_capacity_bytes(), start, start + extended_epochs, payment);
    pool.extend(extended_epochs, epoch);
}

/// Charges for `additional` bytes to the pool's end and grows it.
/// Aborts as `storage_pool::assert_not_expired` and `system_state_inner::charge_and_book_until`.
public(package) fun increase_capacity(
    system: &mut SystemStateInnerV1,
    pool: &mut StoragePool,
    additional: u64,
    payment: &mut Coin<WAL>,
) {
    pool.assert_not_expired(system.epoch());
    system.charge_and_book_until(additional, pool.end_epoch(), payment);
    pool.increase_capacity(additional);
}

/// Brings the live entries of certified blobs up to the end of their pool, after it was prolonged.
/// Aborts with `ENotCertified`, or as `blob_registry::extended`.
public(package) fun refresh_live_blobs(
    system: &mut SystemStateInnerV1,
    pool: &StoragePool,
    blob_ids: vector<u256>,
) {
    pool.assert_not_expired(system.epoch());
    blob_ids.do!(|blob_id| {
        assert!(pool.is_certified(blob_id), ENotCertified);
        system.record_extended(blob_id, pool.end_epoch());
    })
}
