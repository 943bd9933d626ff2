#[test_only]
module sui::collection_tests;

use std::unit_test::assert_eq;
use sui::bag;
use sui::object_bag;
use sui::object_table;
use sui::priority_queue;
use sui::table;
use sui::vec_map;
use sui::vec_set;

public struct Thing has key, store { id: UID, value: u64 }

fun thing(value: u64, ctx: &mut TxContext): Thing { Thing { id: object::new(ctx), value } }

fun end(thing: Thing): u64 {
    let Thing { id, value } = thing;
    id.delete();
    value
}

#[test]
fun tables() {
    let mut ctx = tx_context::dummy();
    let mut table = table::new<u64, u8>(&mut ctx);
    table.add(7, 1);
    table.add(8, 2);
    *(&mut table[7]) = 5;
    assert_eq!(table[7], 5);
    assert_eq!(table.length(), 2);
    assert!(!table.contains(9));
    assert_eq!(table.remove(7), 5);
    assert_eq!(table.remove(8), 2);
    table.destroy_empty();
}

#[test]
fun objects_keep_their_ids() {
    let mut ctx = tx_context::dummy();
    let mut table = object_table::new<u8, Thing>(&mut ctx);
    let first = thing(11, &mut ctx);
    let id = object::id(&first);
    table.add(1, first);
    assert_eq!(table.value_id(1), option::some(id));
    assert_eq!(table.value_id(2), option::none());
    assert_eq!(table[1].value, 11);
    (&mut table[1]).value = 12;
    assert_eq!(table.remove(1).end(), 12);
    table.destroy_empty();
    let mut bag = object_bag::new(&mut ctx);
    bag.add(b"key", thing(3, &mut ctx));
    assert!(bag.contains_with_type<vector<u8>, Thing>(b"key"));
    assert_eq!(bag.remove<vector<u8>, Thing>(b"key").end(), 3);
    bag.destroy_empty();
}


#[test]
fun bags_hold_different_types() {
    let mut ctx = tx_context::dummy();
    let mut bag = bag::new(&mut ctx);
    bag.add(1u8, b"one");
    bag.add(1u16, 1u64);
    assert_eq!(bag.length(), 2);
    assert!(bag.contains_with_type<u8, vector<u8>>(1));
    assert!(!bag.contains_with_type<u8, u64>(1));
    assert_eq!(bag.remove(1u16), 1u64);
    assert_eq!(bag.remove(1u8), b"one");
    bag.destroy_empty();
}

#[test]
fun small_maps_and_sets() {
    let mut map = vec_map::from_keys_values(vector[1u64, 2, 3], vector[b"a", b"b", b"c"]);
    let (key, value) = map.remove(&1);
    assert_eq!(key, 1);
    assert_eq!(value, b"a");
    assert_eq!(map[&3], b"c");
    assert_eq!(map.get_idx(&3), 1);
    assert_eq!(map.try_get(&1), option::none());
    assert_eq!(map.keys(), vector[2, 3]);
    let (keys, values) = map.into_keys_values();
    assert_eq!(keys, vector[2, 3]);
    assert_eq!(values, vector[b"b", b"c"]);
    let mut set = vec_set::from_keys(vector[5u8, 6]);
    set.remove(&5);
    assert_eq!(set.into_keys(), vector[6]);
}

#[test]
fun queue_gives_the_highest_first() {
    let entries = priority_queue::create_entries(vector[3, 9, 1, 7], vector[30, 90, 10, 70]);
    let mut queue = priority_queue::new(entries);
    queue.insert(8, 80);
    let mut order = vector[];
    5u64.do!(|_| {
        let (priority, value) = queue.pop_max();
        order.push_back(priority);
        order.push_back(value);
    });
    assert_eq!(order, vector[9, 90, 8, 80, 7, 70, 3, 30, 1, 10]);
}

#[test, expected_failure(abort_code = 1, location = sui::dynamic_field)]
fun missing_entry() {
    let mut ctx = tx_context::dummy();
    let table = table::new<u64, u8>(&mut ctx);
    let _ = table[1];
    table.destroy_empty();
}

#[test, expected_failure(abort_code = 0, location = sui::table)]
fun table_with_entries_cannot_be_destroyed() {
    let mut ctx = tx_context::dummy();
    let mut table = table::new<u64, u8>(&mut ctx);
    table.add(1, 1);
    table.destroy_empty();
}

#[test, expected_failure(abort_code = 0, location = sui::vec_map)]
fun key_twice() { vec_map::from_keys_values(vector[1u8, 1], vector[1u8, 2]); }
