#[test_only]
module walrus::sort_tests;

use std::unit_test::assert_eq;
use sui::vec_map;
use walrus::sort;

fun id(address: address): ID { object::id_from_address(address) }

#[test]
fun entries_come_in_order_of_node_id() {
    // The first byte of an id counts most: 0x0100..00 comes after 0x..03.
    let large = id(@0x0100000000000000000000000000000000000000000000000000000000000000);
    let sorted = sort::sorted_by_node_id(
        vec_map::from_keys_values(vector[large, id(@0x3), id(@0x1), id(@0x2)], vector[9u8, 3, 1, 2]),
    );
    let (ids, values) = sorted.into_keys_values();
    assert_eq!(ids, vector[id(@0x1), id(@0x2), id(@0x3), large]);
    assert_eq!(values, vector[1, 2, 3, 9]);
}

#[test]
fun nothing_to_sort() {
    assert!(sort::sorted_by_node_id(vec_map::empty<ID, u8>()).is_empty());
}
