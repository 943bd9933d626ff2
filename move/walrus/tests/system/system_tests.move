/// Space, prices and certificates. Four nodes with one shard each, 1 TiB a node: capacity 4 TiB. Storage costs 5
/// FROST per MiB and epoch, writing 2; payments can be made for 10 epochs. A blob of 1,000 bytes takes 4,512.
#[test_only]
module walrus::system_tests;

use std::unit_test::{assert_eq, destroy};
use sui::balance;
use sui::event;
use wal::wal::WAL;
use walrus::blob_registry;
use walrus::bls_aggregate;
use walrus::epoch_parameters;
use walrus::events::{BlobCertified, DenyListBlobDeleted, InvalidBlobID, ProtocolVersionUpdated};
use walrus::messages;
use walrus::system;
use walrus::system_state_inner;
use walrus::test_network::{Self, Network};

const MIB: u64 = 1_048_576;
const TIB: u64 = 1_099_511_627_776;

fun reserve(network: &mut Network, size: u64, epochs: u32, ctx: &mut TxContext) {
    let (system, funds) = network.system_and_funds();
    system.reserve_space(size, epochs, funds, ctx).destroy();
}

use fun reserve as Network.reserve;

/// Sum of payments waiting in the epochs [0, 10).
fun rewards(network: &Network): vector<u64> {
    vector::tabulate!(10, |i| network.system().future_accounting().ring_lookup(i as u32).rewards())
}

use fun rewards as Network.rewards;

// === Space ===

#[test]
fun space_is_paid_per_started_mebibyte_and_epoch() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let before = network.funds().value();
    network.reserve(2 * MIB + 1, 3, ctx);
    // 3 units * 5 FROST * 3 epochs.
    assert_eq!(before - network.funds().value(), 45);
    assert_eq!(network.rewards(), vector[15, 15, 15, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(network.system().used_capacity_size(), 2 * MIB + 1);
    assert_eq!(network.system().future_accounting().ring_lookup(2).used_capacity(), 2 * MIB + 1);
    assert_eq!(network.system().future_accounting().ring_lookup(3).used_capacity(), 0);
    network.destroy();
}

#[test]
fun space_can_start_later() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let (system, funds) = network.system_and_funds();
    let storage = system.reserve_space_for_epochs(MIB, 3, 5, funds, ctx);
    assert_eq!(storage.start_epoch(), 3);
    assert_eq!(storage.end_epoch(), 5);
    assert_eq!(network.rewards(), vector[0, 0, 5, 5, 0, 0, 0, 0, 0, 0]);
    assert_eq!(network.system().used_capacity_size(), 0);
    storage.destroy();
    network.destroy();
}

#[test]
fun space_that_would_have_started_starts_now() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let (system, funds) = network.system_and_funds();
    let storage = system.reserve_space_for_epochs(MIB, 0, 2, funds, ctx);
    assert_eq!(storage.start_epoch(), 1);
    storage.destroy();
    network.destroy();
}

#[test]
fun all_space_of_all_epochs_can_be_sold() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.reserve(4 * TIB, 10, ctx);
    assert_eq!(network.system().used_capacity_size(), network.system().total_capacity_size());
    network.destroy();
}

#[test, expected_failure(abort_code = system_state_inner::EStorageExceeded)]
fun more_space_than_there_is_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.reserve(4 * TIB, 10, ctx);
    network.reserve(1, 1, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidResourceSize)]
fun no_space_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.reserve(0, 1, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidEpochsAhead)]
fun no_epochs_abort() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.reserve(1, 0, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidEpochsAhead)]
fun too_many_epochs_abort() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.reserve(1, 11, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidEpochsAhead)]
fun period_in_the_past_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let (system, funds) = network.system_and_funds();
    let _storage = system.reserve_space_for_epochs(MIB, 0, 1, funds, ctx);
    abort
}

#[test, expected_failure(location = sui::balance, abort_code = 2)]
fun too_little_payment_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut payment = network.mint(9, ctx);
    let _storage = network.system_mut().reserve_space(MIB, 2, &mut payment, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidMaxEpochsAhead)]
fun ring_without_entries_aborts() {
    let _system = system::new_for_testing(0, &mut tx_context::dummy());
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidMaxEpochsAhead)]
fun ring_with_too_many_entries_aborts() {
    let _system = system::new_for_testing(1_001, &mut tx_context::dummy());
    abort
}

// === Blobs ===

#[test]
fun registering_charges_for_writing() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let blob = network.register_blob(7, 1_000, 2, true, ctx);
    // One unit: 5 FROST in both epochs, and 2 for writing now.
    assert_eq!(network.rewards(), vector[7, 5, 0, 0, 0, 0, 0, 0, 0, 0]);
    blob.burn();
    network.destroy();
}

#[test]
fun deleted_blob_leaves_its_space_for_another() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, true, ctx);
    let blob_id = blob.blob_id();
    network.certify_blob(&mut blob);
    assert_eq!(network.system().live_blob(blob_id).destroy_some().count(), 1);
    let storage = network.system_mut().delete_blob(blob);
    assert!(network.system().live_blob(blob_id).is_none());

    let other_id = walrus::blob::derive_blob_id(8, 1, 900);
    let (system, funds) = network.system_and_funds();
    let other = system.register_blob(storage, other_id, 8, 900, 1, true, funds, ctx);
    assert_eq!(other.end_epoch(), 3);
    other.burn();
    network.destroy();
}

#[test]
fun certificate_may_lack_a_third_of_the_shards() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    network.system_mut().certify_blob(&mut blob, test_network::signature(), vector[13], message);
    assert_eq!(*blob.certified_epoch(), option::some(1));
    blob.burn();
    network.destroy();
}

#[test, expected_failure(abort_code = bls_aggregate::ENotEnoughStake)]
fun certificate_of_half_the_shards_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    network.system_mut().certify_blob(&mut blob, test_network::signature(), vector[12], message);
    abort
}

#[test, expected_failure(abort_code = messages::EIncorrectEpoch)]
fun certificate_of_the_last_epoch_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 3, false, ctx);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    network.next_epoch(ctx);
    network.system_mut().certify_blob(&mut blob, test_network::signature(), vector[15], message);
    abort
}

#[test]
fun extending_charges_the_added_epochs() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    network.certify_blob(&mut blob);
    let (system, funds) = network.system_and_funds();
    system.extend_blob(&mut blob, 3, funds);
    assert_eq!(blob.end_epoch(), 6);
    assert_eq!(network.rewards(), vector[7, 5, 5, 5, 5, 0, 0, 0, 0, 0]);
    assert_eq!(network.system().live_blob(blob.blob_id()).destroy_some().end_epoch(), 6);
    assert_eq!(event::events_by_type<BlobCertified>().length(), 2);
    blob.burn();
    network.destroy();
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidEpochsAhead)]
fun extending_too_far_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    network.certify_blob(&mut blob);
    let (system, funds) = network.system_and_funds();
    system.extend_blob(&mut blob, 9, funds);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidEpochsAhead)]
fun extending_by_nothing_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    network.certify_blob(&mut blob);
    let (system, funds) = network.system_and_funds();
    system.extend_blob(&mut blob, 0, funds);
    abort
}

#[test]
fun third_of_the_shards_invalidates_a_blob_id() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let message = test_network::blob_id_message(2, 1, 99);
    let blob_id = network.system_mut().invalidate_blob_id(test_network::signature(), vector[3], message);
    assert_eq!(blob_id, 99);
    assert!(network.system().is_blob_invalid(99));
    assert!(!network.system().is_blob_invalid(98));
    assert_eq!(event::events_by_type<InvalidBlobID>().length(), 1);
    network.destroy();
}

#[test, expected_failure(abort_code = blob_registry::EInvalidatedBlobId)]
fun invalid_blob_cannot_be_certified() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    let message = test_network::blob_id_message(2, 1, blob.blob_id());
    network.system_mut().invalidate_blob_id(test_network::signature(), vector[3], message);
    network.certify_blob(&mut blob);
    abort
}

#[test, expected_failure(abort_code = blob_registry::EInvalidatedBlobId)]
fun invalid_blob_cannot_be_extended() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    network.certify_blob(&mut blob);
    let message = test_network::blob_id_message(2, 1, blob.blob_id());
    network.system_mut().invalidate_blob_id(test_network::signature(), vector[3], message);
    let (system, funds) = network.system_and_funds();
    system.extend_blob(&mut blob, 1, funds);
    abort
}

#[test]
fun ended_entries_can_be_pruned() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 1, false, ctx);
    network.certify_blob(&mut blob);
    network.next_epoch(ctx);
    network.system_mut().prune_blob_registry(vector[blob.blob_id()]);
    assert!(network.system().live_blob(blob.blob_id()).is_none());
    blob.burn();
    network.destroy();
}

// === Subsidies ===

#[test]
fun subsidy_is_spread_with_the_rest_now() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let subsidy = network.mint(100, ctx);
    network.system_mut().add_subsidy(subsidy, 3);
    assert_eq!(network.rewards(), vector[34, 33, 33, 0, 0, 0, 0, 0, 0, 0]);
    network.destroy();
}

#[test]
fun subsidies_reach_their_epochs() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let subsidies = vector[4, 0, 6].map!(|amount| balance::create_for_testing<WAL>(amount));
    network.system_mut().add_per_epoch_subsidies(subsidies);
    assert_eq!(network.rewards(), vector[4, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    network.destroy();
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidEpochsAhead)]
fun subsidy_over_no_epochs_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let subsidy = network.mint(100, ctx);
    network.system_mut().add_subsidy(subsidy, 0);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidEpochsAhead)]
fun too_many_subsidies_abort() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let subsidies = vector::tabulate!(11, |_| balance::create_for_testing<WAL>(1));
    network.system_mut().add_per_epoch_subsidies(subsidies);
    abort
}

// === Messages without state ===

#[test]
fun protocol_version_is_announced() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut message = test_network::header(6, 1);
    message.append(x"020000000300000000000000");
    let (system, cap) = network.system_and_cap(0);
    system.update_protocol_version(cap, test_network::signature(), vector[15], message);
    assert_eq!(event::events_by_type<ProtocolVersionUpdated>().length(), 1);
    network.destroy();
}

#[test]
fun deletion_of_a_denied_blob_is_announced() {
    let ctx = &mut tx_context::dummy();
    let network = test_network::four_nodes(ctx);
    let message = test_network::blob_id_message(5, 1, 99);
    network.system().delete_deny_listed_blob(test_network::signature(), vector[3], message);
    assert_eq!(event::events_by_type<DenyListBlobDeleted>().length(), 1);
    network.destroy();
}

// === Epoch change ===

#[test, expected_failure(abort_code = system_state_inner::EIncorrectCommittee)]
fun committee_of_the_epoch_after_next_aborts() {
    let mut system = system::new_for_testing(10, &mut tx_context::dummy());
    let committee = bls_aggregate::new_bls_committee(2, vector[]);
    let _rewards = system.advance_epoch(committee, &epoch_parameters::new(0));
    abort
}

// === Version ===

#[test, expected_failure(abort_code = system::EWrongVersion)]
fun other_version_cannot_be_used() {
    let ctx = &mut tx_context::dummy();
    let mut system = system::new_for_testing(10, ctx);
    system.set_version_for_testing(3);
    system.epoch();
    abort
}

#[test]
fun migration_moves_the_state() {
    let ctx = &mut tx_context::dummy();
    let mut system = system::new_for_testing(10, ctx);
    system.set_version_for_testing(3);
    system.set_new_package_id(object::id_from_address(@0xA));
    system.migrate();
    assert_eq!(system.version(), 4);
    assert_eq!(system.package_id(), object::id_from_address(@0xA));
    assert_eq!(system.epoch(), 0);
    destroy(system);
}

#[test, expected_failure(abort_code = system::EInvalidMigration)]
fun migration_without_upgrade_aborts() {
    let mut system = system::new_for_testing(10, &mut tx_context::dummy());
    system.set_version_for_testing(3);
    system.migrate();
    abort
}

#[test, expected_failure(abort_code = system::EInvalidMigration)]
fun migration_of_the_current_version_aborts() {
    let mut system = system::new_for_testing(10, &mut tx_context::dummy());
    system.set_new_package_id(object::id_from_address(@0xA));
    system.migrate();
    abort
}
