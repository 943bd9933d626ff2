#[test_only]
module walrus::blob_registry_tests;

use std::unit_test::{assert_eq, destroy};
use walrus::blob_registry::{Self, BlobRegistry};

const BLOB: u256 = 7;

fun check(registry: &BlobRegistry, epoch: u32, end_epoch: u32, count: u32) {
    let entry = registry.live_blob(BLOB, epoch).destroy_some();
    assert_eq!(entry.end_epoch(), end_epoch);
    assert_eq!(entry.count(), count);
}

use fun check as BlobRegistry.check;

#[test]
fun certified_objects_of_one_id_are_counted() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.certified(BLOB, 5, 1);
    registry.certified(BLOB, 3, 1);
    registry.check(1, 5, 2);
    registry.deleted(BLOB);
    registry.check(1, 5, 1);
    registry.deleted(BLOB);
    assert!(registry.live_blob(BLOB, 1).is_none());
    destroy(registry);
}

#[test]
fun live_until_the_end() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.certified(BLOB, 5, 1);
    assert!(registry.live_blob(BLOB, 4).is_some());
    assert!(registry.live_blob(BLOB, 5).is_none());
    destroy(registry);
}

#[test]
fun ended_entry_is_started_anew() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.certified(BLOB, 5, 1);
    registry.certified(BLOB, 5, 1);
    registry.certified(BLOB, 9, 5);
    registry.check(5, 9, 1);
    assert_eq!(registry.live_blob(BLOB, 5).destroy_some().since_epoch(), 5);
    registry.certified(BLOB, 12, 7);
    assert_eq!(registry.live_blob(BLOB, 7).destroy_some().since_epoch(), 5);
    destroy(registry);
}

#[test]
fun extension_moves_the_end_only_forward() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.certified(BLOB, 5, 1);
    registry.extended(BLOB, 8, 2);
    registry.check(2, 8, 1);
    registry.extended(BLOB, 6, 2);
    registry.check(2, 8, 1);
    destroy(registry);
}

#[test]
fun invalid_id_is_no_longer_live() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.certified(BLOB, 5, 1);
    assert!(!registry.is_invalid(BLOB));
    registry.invalidated(BLOB, 2);
    registry.invalidated(BLOB, 3);
    assert!(registry.is_invalid(BLOB));
    assert!(registry.live_blob(BLOB, 2).is_none());
    destroy(registry);
}

#[test]
fun only_ended_entries_are_pruned() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.certified(BLOB, 5, 1);
    registry.prune(vector[BLOB, 8], 4);
    registry.check(4, 5, 1);
    registry.prune(vector[BLOB], 5);
    // Deleting the object later finds nothing to count down.
    registry.deleted(BLOB);
    registry.certified(BLOB, 9, 5);
    registry.check(5, 9, 1);
    destroy(registry);
}

#[test, expected_failure(abort_code = blob_registry::EInvalidatedBlobId)]
fun certifying_an_invalid_id_aborts() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.invalidated(BLOB, 1);
    registry.certified(BLOB, 5, 1);
    abort
}

#[test, expected_failure(abort_code = blob_registry::EInvalidatedBlobId)]
fun extending_an_invalid_id_aborts() {
    let mut registry = blob_registry::new(&mut tx_context::dummy());
    registry.invalidated(BLOB, 1);
    registry.extended(BLOB, 5, 1);
    abort
}
