#[test_only]
module walrus::committee_tests;

use std::unit_test::assert_eq;
use sui::vec_map::{Self, VecMap};
use walrus::committee::{Self, Committee};

fun node(address: address): ID { object::id_from_address(address) }

fun weights(nodes: vector<address>, weights: vector<u16>): VecMap<ID, u16> {
    vec_map::from_keys_values(nodes.map!(|address| node(address)), weights)
}

/// Nodes 0x1, 0x2, 0x3 with the shards 0-3, 4-6 and 7-9.
fun first(): Committee {
    committee::initialize(weights(vector[@0x2, @0x1, @0x3], vector[3, 4, 3]))
}

/// Every shard of 0 .. 9 is held once, and members are in order.
fun check_complete(committee: &Committee) {
    let mut held = vector::tabulate!(10, |_| 0u8);
    committee.inner().keys().do!(|id| committee[&id].do!(|shard| {
        let times = &mut held[shard as u64];
        *times = *times + 1;
    }));
    assert_eq!(held, vector::tabulate!(10, |_| 1));
    let numbers = committee.inner().keys().map!(|id| id.to_address().to_u256());
    (numbers.length() - 1).do!(|i| assert!(numbers[i] < numbers[i + 1]));
}

use fun check_complete as Committee.check_complete;

#[test]
fun first_committee_holds_ranges_in_order_of_id() {
    let committee = first();
    assert_eq!(committee.size(), 3);
    assert_eq!(committee[&node(@0x1)], vector[0, 1, 2, 3]);
    assert_eq!(committee[&node(@0x2)], vector[4, 5, 6]);
    assert_eq!(committee[&node(@0x3)], vector[7, 8, 9]);
    assert_eq!(committee.weight(&node(@0x1)), 4);
    assert_eq!(committee.weight(&node(@0x9)), 0);
    committee.check_complete();
}

#[test]
fun nothing_moves_while_weights_stay() {
    let committee = first();
    let next = committee.transition(weights(vector[@0x3, @0x2, @0x1], vector[3, 3, 4]));
    assert_eq!(next, committee);
}

#[test]
fun only_the_surplus_moves() {
    let next = first().transition(weights(vector[@0x1, @0x2, @0x3], vector[2, 3, 5]));
    assert_eq!(next[&node(@0x1)], vector[0, 1]);
    assert_eq!(next[&node(@0x2)], vector[4, 5, 6]);
    let grown = next[&node(@0x3)];
    assert_eq!(vector[grown[0], grown[1], grown[2]], vector[7, 8, 9]);
    next.check_complete();
}

#[test]
fun newcomer_takes_over_from_a_leaver() {
    let next = first().transition(weights(vector[@0x0, @0x2, @0x3], vector[4, 3, 3]));
    assert_eq!(next[&node(@0x2)], vector[4, 5, 6]);
    assert_eq!(next[&node(@0x3)], vector[7, 8, 9]);
    assert_eq!(next.inner().keys()[0], node(@0x0));
    next.check_complete();
    assert_eq!(next.difference(&first()), vector[node(@0x0)]);
    assert_eq!(first().difference(&next), vector[node(@0x1)]);
}

#[test, expected_failure(abort_code = committee::EInvalidShardAssignment)]
fun more_shards_than_there_are_abort() {
    first().transition(weights(vector[@0x1, @0x2], vector[6, 5]));
}

#[test, expected_failure(abort_code = committee::EInvalidShardAssignment)]
fun fewer_shards_than_there_are_abort() {
    first().transition(weights(vector[@0x1, @0x2], vector[4, 5]));
}
