/// Pools of storage. Four nodes with one shard each; a blob of 1,000 bytes takes 4,512 bytes. 5 FROST per MiB and
/// epoch, 2 for writing.
#[test_only]
module walrus::storage_pool_tests;

use std::unit_test::{assert_eq, destroy};
use sui::event;
use walrus::blob;
use walrus::events::{PooledBlobCertified, PooledBlobDeleted, PooledBlobRegistered, StoragePoolCreated, StoragePoolExtended};
use walrus::metadata;
use walrus::pooled_storage;
use walrus::storage_pool::{Self, StoragePool};
use walrus::storage_resource;
use walrus::system;
use walrus::system_state_inner;
use walrus::test_network::{Self, Network};

const ENCODED: u64 = 4_512;
const SIZE: u64 = 1_000;

fun blob_id(root_hash: u256): u256 { blob::derive_blob_id(root_hash, 1, SIZE) }

/// A pool of 10,000 bytes for the epochs 1 and 2: room for two blobs.
fun setup(ctx: &mut TxContext): (Network, StoragePool) {
    let mut network = test_network::four_nodes(ctx);
    let (system, funds) = network.system_and_funds();
    let pool = system.create_storage_pool(10_000, 2, funds, ctx);
    (network, pool)
}

fun register(pool: &mut StoragePool, network: &mut Network, root_hash: u256, deletable: bool) {
    // Another transaction for every blob, so that their object ids differ.
    let ctx = &mut tx_context::new_from_hint(@0x0, root_hash as u64, 0, 0, 0);
    let (system, funds) = network.system_and_funds();
    system.register_pooled_blob(pool, blob_id(root_hash), root_hash, SIZE, 1, deletable, funds, ctx)
}

fun certify(pool: &mut StoragePool, network: &mut Network, root_hash: u256, object_id: Option<ID>) {
    let message = test_network::confirmation(network.system().epoch(), blob_id(root_hash), object_id);
    let bitmap = network.everyone();
    network
        .system_mut()
        .certify_pooled_blob(pool, blob_id(root_hash), test_network::signature(), bitmap, message)
}

use fun register as StoragePool.register_blob;
use fun certify as StoragePool.certify_blob;

fun finish(network: Network, pool: StoragePool) {
    destroy(pool);
    network.destroy();
}

use fun finish as Network.finish;

// === Blobs ===

#[test]
fun blobs_share_the_space() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    assert_eq!(pool.start_epoch(), 1);
    assert_eq!(pool.end_epoch(), 3);
    let before = network.funds().value();
    pool.register_blob(&mut network, 7, true);
    pool.register_blob(&mut network, 8, false);
    // Only writing is paid: 2 FROST each.
    assert_eq!(before - network.funds().value(), 4);
    assert_eq!(pool.blob_count(), 2);
    assert_eq!(pool.used_encoded_bytes(), 2 * ENCODED);
    assert_eq!(pool.available_encoded_bytes(), 10_000 - 2 * ENCODED);
    assert!(pool.contains_blob(blob_id(7)));
    assert!(!pool.contains_blob(blob_id(9)));
    assert_eq!(event::events_by_type<StoragePoolCreated>().length(), 1);
    assert_eq!(event::events_by_type<PooledBlobRegistered>().length(), 2);
    network.finish(pool);
}

#[test]
fun deleted_blob_makes_room() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    pool.register_blob(&mut network, 7, true);
    let object_id = pool.blob_object_id(blob_id(7));
    pool.certify_blob(&mut network, 7, option::some(object_id));
    assert_eq!(network.system().live_blob(blob_id(7)).destroy_some().end_epoch(), 3);
    network.system_mut().delete_pooled_blob(&mut pool, blob_id(7));
    assert!(network.system().live_blob(blob_id(7)).is_none());
    assert_eq!(pool.used_encoded_bytes(), 0);
    assert_eq!(pool.blob_count(), 0);
    assert_eq!(event::events_by_type<PooledBlobCertified>().length(), 1);
    assert_eq!(event::events_by_type<PooledBlobDeleted>().length(), 1);
    let storage = pool.destroy();
    assert_eq!(storage.size(), 10_000);
    storage.destroy();
    network.destroy();
}

#[test]
fun ended_pool_is_emptied() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    pool.register_blob(&mut network, 7, false);
    network.next_epoch(ctx);
    network.next_epoch(ctx);
    network.system().burn_expired_pooled_blob(&mut pool, blob_id(7));
    pool.destroy().destroy();
    network.destroy();
}

#[test, expected_failure(abort_code = storage_pool::EInsufficientCapacity)]
fun third_blob_does_not_fit() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    pool.register_blob(&mut network, 8, true);
    pool.register_blob(&mut network, 9, true);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EInvalidBlobId)]
fun id_of_another_root_aborts() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    let (system, funds) = network.system_and_funds();
    system.register_pooled_blob(&mut pool, blob_id(8), 7, SIZE, 1, true, funds, ctx);
    abort
}

#[test, expected_failure(location = sui::dynamic_field, abort_code = 0)]
fun same_blob_twice_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    pool.register_blob(&mut network, 7, true);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EResourceBounds)]
fun registering_after_the_end_aborts() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    network.next_epoch(ctx);
    network.next_epoch(ctx);
    pool.register_blob(&mut network, 7, true);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EBlobNotDeletable)]
fun deleting_a_permanent_blob_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, false);
    network.system_mut().delete_pooled_blob(&mut pool, blob_id(7));
    abort
}

#[test, expected_failure(abort_code = storage_pool::EResourceBounds)]
fun burning_before_the_end_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, false);
    network.system().burn_expired_pooled_blob(&mut pool, blob_id(7));
    abort
}

#[test, expected_failure(abort_code = storage_pool::EPoolNotEmpty)]
fun destroying_a_used_pool_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, false);
    let _storage = pool.destroy();
    abort
}

// === Certificates ===

#[test, expected_failure(abort_code = storage_pool::EInvalidBlobId)]
fun certificate_of_another_blob_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, false);
    let message = test_network::confirmation(1, blob_id(8), option::none());
    network
        .system_mut()
        .certify_pooled_blob(&mut pool, blob_id(7), test_network::signature(), vector[15], message);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EAlreadyCertified)]
fun second_certificate_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, false);
    pool.certify_blob(&mut network, 7, option::none());
    pool.certify_blob(&mut network, 7, option::none());
    abort
}

#[test, expected_failure(abort_code = storage_pool::EResourceBounds)]
fun certificate_after_the_end_aborts() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    pool.register_blob(&mut network, 7, false);
    network.next_epoch(ctx);
    network.next_epoch(ctx);
    pool.certify_blob(&mut network, 7, option::none());
    abort
}

#[test, expected_failure(abort_code = storage_pool::EInvalidBlobPersistenceType)]
fun permanent_certificate_of_a_deletable_blob_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    pool.certify_blob(&mut network, 7, option::none());
    abort
}

#[test, expected_failure(abort_code = storage_pool::EInvalidBlobObject)]
fun certificate_of_another_object_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    pool.certify_blob(&mut network, 7, option::some(object::id_from_address(@0xA)));
    abort
}

// === Space ===

#[test]
fun prolonging_is_paid_for_all_reserved_space() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    pool.register_blob(&mut network, 7, false);
    pool.certify_blob(&mut network, 7, option::none());
    let before = network.funds().value();
    let (system, funds) = network.system_and_funds();
    system.extend_storage_pool(&mut pool, 3, funds);
    assert_eq!(before - network.funds().value(), 15);
    assert_eq!(pool.end_epoch(), 6);
    assert_eq!(event::events_by_type<StoragePoolExtended>().length(), 1);
    // The registry learns of it on request.
    assert_eq!(network.system().live_blob(blob_id(7)).destroy_some().end_epoch(), 3);
    network.system_mut().refresh_pooled_blobs(&pool, vector[blob_id(7)]);
    assert_eq!(network.system().live_blob(blob_id(7)).destroy_some().end_epoch(), 6);
    assert_eq!(network.system().live_blob(blob_id(7)).destroy_some().count(), 1);
    network.finish(pool);
}

#[test, expected_failure(abort_code = pooled_storage::ENotCertified)]
fun uncertified_blob_is_not_live() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, false);
    network.system_mut().refresh_pooled_blobs(&pool, vector[blob_id(7)]);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EResourceBounds)]
fun prolonging_an_ended_pool_aborts() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    network.next_epoch(ctx);
    network.next_epoch(ctx);
    let (system, funds) = network.system_and_funds();
    system.extend_storage_pool(&mut pool, 1, funds);
    abort
}

#[test]
fun pool_grows_by_payment() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    let before = network.funds().value();
    let (system, funds) = network.system_and_funds();
    system.increase_storage_pool_capacity(&mut pool, 1_048_577, funds);
    // Two units for two epochs.
    assert_eq!(before - network.funds().value(), 20);
    assert_eq!(pool.reserved_encoded_capacity_bytes(), 1_058_577);
    assert_eq!(network.system().used_capacity_size(), 1_058_577);
    network.finish(pool);
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidResourceSize)]
fun growing_by_nothing_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    let (system, funds) = network.system_and_funds();
    system.increase_storage_pool_capacity(&mut pool, 0, funds);
    abort
}

#[test]
fun pool_grows_by_storage_of_its_end() {
    let ctx = &mut tx_context::dummy();
    let (network, mut pool) = setup(ctx);
    let storage = storage_resource::create_storage(0, 3, 500, ctx);
    network.system().increase_storage_pool_capacity_with_storage(&mut pool, storage);
    assert_eq!(pool.reserved_encoded_capacity_bytes(), 10_500);
    network.finish(pool);
}

#[test, expected_failure(abort_code = storage_pool::EIncompatibleEndEpoch)]
fun storage_of_another_end_aborts() {
    let ctx = &mut tx_context::dummy();
    let (network, mut pool) = setup(ctx);
    let storage = storage_resource::create_storage(1, 4, 500, ctx);
    network.system().increase_storage_pool_capacity_with_storage(&mut pool, storage);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EResourceBounds)]
fun storage_that_has_not_started_aborts() {
    let ctx = &mut tx_context::dummy();
    let (network, mut pool) = setup(ctx);
    let storage = storage_resource::create_storage(2, 3, 500, ctx);
    network.system().increase_storage_pool_capacity_with_storage(&mut pool, storage);
    abort
}

#[test]
fun pool_can_be_made_of_storage() {
    let ctx = &mut tx_context::dummy();
    let network = test_network::four_nodes(ctx);
    let storage = storage_resource::create_storage(1, 4, 500, ctx);
    let pool = network.system().create_storage_pool_with_storage(storage, ctx);
    assert_eq!(pool.storage().size(), 500);
    network.finish(pool);
}

#[test, expected_failure(abort_code = storage_pool::EResourceBounds)]
fun pool_of_ended_storage_aborts() {
    let ctx = &mut tx_context::dummy();
    let network = test_network::four_nodes(ctx);
    let storage = storage_resource::create_storage(0, 1, 500, ctx);
    let _pool = network.system().create_storage_pool_with_storage(storage, ctx);
    abort
}

#[test]
fun unused_space_is_taken_out() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    pool.register_blob(&mut network, 7, true);
    // 5,488 bytes are unused.
    let storage = network.system().decrease_storage_pool_capacity_by_size(&mut pool, 488, ctx);
    assert_eq!(storage.size(), 488);
    assert_eq!(storage.end_epoch(), 3);
    assert_eq!(pool.reserved_encoded_capacity_bytes(), 9_512);
    let half = network.system().decrease_storage_pool_unused_capacity_by_percent(&mut pool, 50, ctx);
    assert_eq!(half.size(), 2_500);
    assert_eq!(pool.available_encoded_bytes(), 2_500);
    storage.destroy();
    half.destroy();
    network.finish(pool);
}

#[test, expected_failure(abort_code = storage_pool::EInsufficientCapacity)]
fun taking_used_space_aborts() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut pool) = setup(ctx);
    pool.register_blob(&mut network, 7, true);
    let _storage = network.system().decrease_storage_pool_capacity_by_size(&mut pool, 5_489, ctx);
    abort
}

#[test, expected_failure(abort_code = system::EZeroExtractSize)]
fun taking_nothing_aborts() {
    let ctx = &mut tx_context::dummy();
    let (network, mut pool) = setup(ctx);
    let _storage = network.system().decrease_storage_pool_unused_capacity_by_percent(&mut pool, 0, ctx);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EInvalidPercent)]
fun more_than_all_aborts() {
    let ctx = &mut tx_context::dummy();
    let (network, mut pool) = setup(ctx);
    let _storage = network.system().decrease_storage_pool_unused_capacity_by_percent(&mut pool, 101, ctx);
    abort
}

#[test, expected_failure(abort_code = storage_pool::EWrongVersion)]
fun pool_of_another_version_aborts() {
    let (_network, mut pool) = setup(&mut tx_context::dummy());
    pool.set_version_for_testing(2);
    pool.blob_count();
    abort
}

// === Attributes ===

#[test]
fun attributes_are_set_and_removed() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    let (key, value) = (b"type".to_string(), b"image".to_string());
    pool.insert_or_update_blob_metadata_pair(blob_id(7), key, value);
    let (removed_key, removed_value) = pool.remove_blob_metadata_pair(blob_id(7), &key);
    assert_eq!(removed_key, key);
    assert_eq!(removed_value, value);
    assert_eq!(pool.remove_blob_metadata_pair_if_exists(blob_id(7), &key), option::none());
    assert!(pool.add_or_replace_blob_metadata(blob_id(7), metadata::new()).is_some());
    pool.take_blob_metadata(blob_id(7));
    pool.add_blob_metadata(blob_id(7), metadata::new());
    // Attributes go with the blob.
    network.system_mut().delete_pooled_blob(&mut pool, blob_id(7));
    network.finish(pool);
}

#[test, expected_failure(abort_code = storage_pool::EDuplicateMetadata)]
fun attributes_twice_abort() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    pool.add_blob_metadata(blob_id(7), metadata::new());
    pool.add_blob_metadata(blob_id(7), metadata::new());
    abort
}

#[test, expected_failure(abort_code = storage_pool::EMissingMetadata)]
fun taking_no_attributes_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    pool.take_blob_metadata(blob_id(7));
    abort
}

#[test, expected_failure(abort_code = storage_pool::EMissingMetadata)]
fun removing_a_pair_of_no_attributes_aborts() {
    let (mut network, mut pool) = setup(&mut tx_context::dummy());
    pool.register_blob(&mut network, 7, true);
    pool.remove_blob_metadata_pair(blob_id(7), &b"type".to_string());
    abort
}
