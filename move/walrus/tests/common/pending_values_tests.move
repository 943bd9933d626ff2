#[test_only]
module walrus::pending_values_tests;

use std::unit_test::assert_eq;
use walrus::pending_values;

#[test]
fun amounts_of_one_epoch_add_up() {
    let mut pending = pending_values::empty();
    pending.insert_or_add(3, 10);
    pending.insert_or_add(3, 5);
    pending.insert_or_add(5, 7);
    assert_eq!(pending.value_at(2), 0);
    assert_eq!(pending.value_at(3), 15);
    assert_eq!(pending.value_at(5), 22);
}

#[test]
fun flushing_takes_what_is_due() {
    let mut pending = pending_values::empty();
    pending.insert_or_add(5, 7);
    pending.insert_or_add(3, 15);
    assert_eq!(pending.flush(4), 15);
    assert_eq!(pending.flush(4), 0);
    assert!(!pending.is_empty());
    assert_eq!(pending.flush(5), 7);
    assert!(pending.is_empty());
}

#[test]
fun replaced_value_counts_alone() {
    let mut pending = pending_values::empty();
    pending.insert_or_replace(2, 100);
    pending.insert_or_replace(2, 300);
    pending.insert_or_replace(4, 500);
    assert_eq!(pending.latest_at(1), option::none());
    assert_eq!(pending.latest_at(3), option::some(300));
    assert_eq!(pending.latest_at(4), option::some(500));
}

#[test]
fun reducing_leaves_the_rest() {
    let mut pending = pending_values::empty();
    pending.insert_or_add(3, 10);
    pending.reduce(3, 4);
    assert_eq!(pending.value_at(3), 6);
}

#[test, expected_failure(abort_code = pending_values::EMissingEpochValue)]
fun reducing_nothing_aborts() {
    pending_values::empty().reduce(3, 1)
}

#[test, expected_failure(abort_code = pending_values::EReduceValueTooLarge)]
fun reducing_too_much_aborts() {
    let mut pending = pending_values::empty();
    pending.insert_or_add(3, 10);
    pending.reduce(3, 11);
}
