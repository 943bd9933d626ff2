#[test_only]
module walrus::active_set_tests;

use std::unit_test::assert_eq;
use walrus::active_set::{Self, ActiveSet};

fun node(address: address): ID { object::id_from_address(address) }

fun check(set: &ActiveSet, nodes: vector<address>, stakes: vector<u64>) {
    let (ids, staked) = set.active_ids_and_stake();
    assert_eq!(ids, nodes.map!(|address| node(address)));
    assert_eq!(staked, stakes);
    assert_eq!(set.total_stake(), stakes.fold!(0, |sum, stake| sum + stake));
    assert_eq!(set.size() as u64, stakes.length());
}

use fun check as ActiveSet.check;

#[test]
fun nodes_are_taken_in_up_to_the_limit() {
    let mut set = active_set::new(2, 0);
    assert!(set.insert_or_update(node(@0x1), 10));
    assert!(set.insert_or_update(node(@0x2), 20));
    assert!(!set.insert_or_update(node(@0x3), 5));
    set.check(vector[@0x1, @0x2], vector[10, 20]);
}

#[test]
fun more_stake_displaces_the_least() {
    let mut set = active_set::new(2, 0);
    set.insert_or_update(node(@0x1), 10);
    set.insert_or_update(node(@0x2), 20);
    assert!(set.insert_or_update(node(@0x3), 11));
    set.check(vector[@0x3, @0x2], vector[11, 20]);
}

#[test]
fun equal_stake_displaces_nobody() {
    let mut set = active_set::new(1, 0);
    set.insert_or_update(node(@0x1), 10);
    assert!(!set.insert_or_update(node(@0x2), 10));
    set.check(vector[@0x1], vector[10]);
}

#[test]
fun stake_of_a_member_is_updated() {
    let mut set = active_set::new(2, 0);
    set.insert_or_update(node(@0x1), 10);
    set.insert_or_update(node(@0x2), 20);
    assert!(set.insert_or_update(node(@0x2), 1));
    set.check(vector[@0x1, @0x2], vector[10, 1]);
}

#[test]
fun node_without_stake_leaves() {
    let mut set = active_set::new(3, 0);
    set.insert_or_update(node(@0x1), 10);
    set.insert_or_update(node(@0x2), 20);
    set.insert_or_update(node(@0x3), 30);
    assert!(!set.insert_or_update(node(@0x1), 0));
    set.check(vector[@0x3, @0x2], vector[30, 20]);
}

#[test]
fun stake_below_the_threshold_is_too_little() {
    let mut set = active_set::new(3, 100);
    assert!(!set.insert_or_update(node(@0x1), 99));
    assert!(set.insert_or_update(node(@0x1), 100));
    assert!(!set.insert_or_update(node(@0x1), 99));
    set.check(vector[], vector[]);
    assert_eq!(set.threshold_stake(), 100);
    assert_eq!(set.max_size(), 3);
}

#[test, expected_failure(abort_code = active_set::EZeroMaxSize)]
fun set_without_room_aborts() {
    active_set::new(0, 0);
}
