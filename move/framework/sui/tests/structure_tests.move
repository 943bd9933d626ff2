/// Linked tables, vectors in tables, versioned values, lent objects and derived objects.
#[test_only]
module sui::structure_tests;

use std::unit_test::assert_eq;
use sui::borrow;
use sui::derived_object;
use sui::linked_table;
use sui::table_vec;
use sui::test_utils::destroy;
use sui::versioned;

public struct Thing has key, store { id: UID }

#[test]
fun linked_table_keeps_its_order() {
    let mut ctx = tx_context::dummy();
    let mut table = linked_table::new<u8, u64>(&mut ctx);
    table.push_back(2, 20);
    table.push_front(1, 10);
    table.push_back(3, 30);
    table.push_back(4, 40);
    assert_eq!(*table.next(1), option::some(2));
    assert_eq!(*table.prev(3), option::some(2));
    assert_eq!(table.remove(2), 20);
    assert_eq!(*table.next(1), option::some(3));
    assert_eq!(*table.front(), option::some(1));
    assert_eq!(*table.back(), option::some(4));
    let (key, value) = table.pop_front();
    assert_eq!(key, 1);
    assert_eq!(value, 10);
    let (key, _) = table.pop_back();
    assert_eq!(key, 4);
    assert_eq!(table.length(), 1);
    *(&mut table[3]) = 31;
    assert_eq!(table.remove(3), 31);
    assert!(table.front().is_none() && table.back().is_none());
    table.destroy_empty();
}

#[test, expected_failure(abort_code = 1, location = sui::linked_table)]
fun nothing_to_pop() {
    let mut ctx = tx_context::dummy();
    let mut table = linked_table::new<u8, u64>(&mut ctx);
    table.pop_front();
    table.destroy_empty();
}

#[test]
fun vector_in_a_table() {
    let mut ctx = tx_context::dummy();
    let mut v = table_vec::singleton(1u64, &mut ctx);
    v.push_back(2);
    v.push_back(3);
    v.swap(0, 2);
    assert_eq!(v[0], 3);
    assert_eq!(v.swap_remove(0), 3);
    assert_eq!(v[0], 1);
    assert_eq!(v.pop_back(), 2);
    assert_eq!(v.length(), 1);
    v.drop();
}

#[test, expected_failure(abort_code = 0, location = sui::table_vec)]
fun position_outside_the_vector() {
    let mut ctx = tx_context::dummy();
    let v = table_vec::empty<u64>(&mut ctx);
    let _ = v[0];
    v.drop();
}

#[test]
fun value_changes_its_type_with_the_version() {
    let mut ctx = tx_context::dummy();
    let mut value = versioned::create(1, 7u64, &mut ctx);
    let (old, cap) = value.remove_value_for_upgrade<u64>();
    value.upgrade(2, vector[old as u8], cap);
    assert_eq!(value.version(), 2);
    assert_eq!(*value.load_value<vector<u8>>(), vector[7]);
    assert_eq!(value.destroy<vector<u8>>(), vector[7]);
}

#[test, expected_failure(abort_code = 0, location = sui::versioned)]
fun version_that_does_not_grow() {
    let mut ctx = tx_context::dummy();
    let mut value = versioned::create(1, 7u64, &mut ctx);
    let (old, cap) = value.remove_value_for_upgrade<u64>();
    value.upgrade(1, old, cap);
    value.destroy<u64>();
}

#[test]
fun lent_object_comes_back() {
    let mut ctx = tx_context::dummy();
    let mut owner = borrow::new(Thing { id: object::new(&mut ctx) }, &mut ctx);
    let (thing, duty) = owner.borrow();
    owner.put_back(thing, duty);
    destroy(owner.destroy());
}

#[test, expected_failure(abort_code = 1, location = sui::borrow)]
fun another_object_comes_back() {
    let mut ctx = tx_context::dummy();
    let mut owner = borrow::new(Thing { id: object::new(&mut ctx) }, &mut ctx);
    let (thing, duty) = owner.borrow();
    owner.put_back(Thing { id: object::new(&mut ctx) }, duty);
    destroy(owner.destroy());
    destroy(thing);
}

#[test]
fun derived_identity_is_known_beforehand() {
    let mut ctx = tx_context::dummy();
    let mut parent = object::new(&mut ctx);
    let expected = derived_object::derive_address(parent.to_inner(), b"key");
    assert!(!derived_object::exists(&parent, b"key"));
    let derived = derived_object::claim(&mut parent, b"key");
    assert_eq!(derived.to_address(), expected);
    assert!(derived_object::exists(&parent, b"key"));
    derived.delete();
    destroy(parent);
}

#[test, expected_failure(abort_code = derived_object::EObjectAlreadyExists)]
fun identity_is_derived_once() {
    let mut ctx = tx_context::dummy();
    let mut parent = object::new(&mut ctx);
    derived_object::claim(&mut parent, b"key").delete();
    derived_object::claim(&mut parent, b"key").delete();
    destroy(parent);
}
