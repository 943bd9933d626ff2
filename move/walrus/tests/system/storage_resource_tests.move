#[test_only]
module walrus::storage_resource_tests;

use std::unit_test::assert_eq;
use walrus::storage_resource::{Self, Storage};

fun storage(start: u32, end: u32, size: u64): Storage {
    storage_resource::create_storage(start, end, size, &mut tx_context::dummy())
}

fun check(storage: Storage, start: u32, end: u32, size: u64) {
    assert_eq!(storage.start_epoch(), start);
    assert_eq!(storage.end_epoch(), end);
    assert_eq!(storage.size(), size);
    storage.destroy();
}

use fun check as Storage.check;

#[test]
fun period_is_cut_in_two() {
    let mut first = storage(1, 10, 5_000);
    let second = first.split_by_epoch(4, &mut tx_context::dummy());
    first.check(1, 4, 5_000);
    second.check(4, 10, 5_000);
}

#[test, expected_failure(abort_code = storage_resource::EInvalidEpoch)]
fun cut_at_the_start_aborts() {
    let _second = storage(1, 10, 5_000).split_by_epoch(1, &mut tx_context::dummy());
    abort
}

#[test, expected_failure(abort_code = storage_resource::EInvalidEpoch)]
fun cut_at_the_end_aborts() {
    let _second = storage(1, 10, 5_000).split_by_epoch(10, &mut tx_context::dummy());
    abort
}

#[test]
fun size_is_cut_in_two() {
    let mut first = storage(1, 10, 5_000);
    let second = first.split_by_size(1_000, &mut tx_context::dummy());
    first.check(1, 10, 1_000);
    second.check(1, 10, 4_000);
}

#[test]
fun the_rest_may_be_nothing() {
    let mut first = storage(1, 10, 5_000);
    first.split_by_size(5_000, &mut tx_context::dummy()).check(1, 10, 0);
    first.check(1, 10, 5_000);
}

#[test, expected_failure(abort_code = storage_resource::EIncompatibleAmount)]
fun cutting_more_than_there_is_aborts() {
    let _second = storage(1, 10, 5_000).split_by_size(5_001, &mut tx_context::dummy());
    abort
}

#[test]
fun later_period_is_joined() {
    let mut first = storage(1, 4, 5_000);
    first.fuse(storage(4, 10, 5_000));
    first.check(1, 10, 5_000);
}

#[test]
fun earlier_period_is_joined() {
    let mut first = storage(4, 10, 5_000);
    first.fuse(storage(1, 4, 5_000));
    first.check(1, 10, 5_000);
}

#[test]
fun sizes_of_one_period_add_up() {
    let mut first = storage(1, 10, 5_000);
    first.fuse(storage(1, 10, 200));
    first.check(1, 10, 5_200);
}

#[test, expected_failure(abort_code = storage_resource::EIncompatibleEpochs)]
fun gap_between_periods_aborts() {
    let mut first = storage(1, 4, 5_000);
    first.fuse_periods(storage(5, 10, 5_000));
    abort
}

#[test, expected_failure(abort_code = storage_resource::EIncompatibleAmount)]
fun periods_of_other_size_abort() {
    let mut first = storage(1, 4, 5_000);
    first.fuse_periods(storage(4, 10, 5_001));
    abort
}

#[test, expected_failure(abort_code = storage_resource::EIncompatibleEpochs)]
fun sizes_of_other_periods_abort() {
    let mut first = storage(1, 4, 5_000);
    first.fuse_amount(storage(1, 5, 5_000));
    abort
}

#[test, expected_failure(abort_code = storage_resource::EInvalidEpochRange)]
fun empty_period_aborts() {
    let _storage = storage(4, 4, 1);
    abort
}
