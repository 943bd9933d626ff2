/// A table whose entries stand in an order, each knowing its neighbours.
module sui::linked_table;

use sui::dynamic_field as field;

/// A table with entries cannot be destroyed.
const ETableNotEmpty: u64 = 0;
/// There is no entry to take.
const ETableIsEmpty: u64 = 1;

public struct LinkedTable<K: copy + drop + store, phantom V: store> has key, store {
    id: UID,
    size: u64,
    head: Option<K>,
    tail: Option<K>,
}

/// What is stored under a key.
public struct Node<K: copy + drop + store, V: store> has store {
    prev: Option<K>,
    next: Option<K>,
    value: V,
}

public fun new<K: copy + drop + store, V: store>(ctx: &mut TxContext): LinkedTable<K, V> {
    LinkedTable { id: object::new(ctx), size: 0, head: option::none(), tail: option::none() }
}

/// The first key.
public fun front<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>): &Option<K> { &table.head }

/// The last key.
public fun back<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>): &Option<K> { &table.tail }

/// Aborts with `dynamic_field::EFieldAlreadyExists`.
public fun push_front<K: copy + drop + store, V: store>(table: &mut LinkedTable<K, V>, k: K, value: V) {
    let old_head = table.head.swap_or_fill(k);
    if (table.tail.is_none()) table.tail.fill(k);
    old_head.do_ref!(|old| field::borrow_mut<K, Node<K, V>>(&mut table.id, *old).prev = option::some(k));
    field::add(&mut table.id, k, Node { prev: option::none(), next: old_head, value });
    table.size = table.size + 1;
}

/// Aborts with `dynamic_field::EFieldAlreadyExists`.
public fun push_back<K: copy + drop + store, V: store>(table: &mut LinkedTable<K, V>, k: K, value: V) {
    if (table.head.is_none()) table.head.fill(k);
    let old_tail = table.tail.swap_or_fill(k);
    old_tail.do_ref!(|old| field::borrow_mut<K, Node<K, V>>(&mut table.id, *old).next = option::some(k));
    field::add(&mut table.id, k, Node { prev: old_tail, next: option::none(), value });
    table.size = table.size + 1;
}

/// Aborts with `dynamic_field::EFieldDoesNotExist`.
#[syntax(index)]
public fun borrow<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>, k: K): &V {
    &field::borrow<K, Node<K, V>>(&table.id, k).value
}

/// Aborts with `dynamic_field::EFieldDoesNotExist`.
#[syntax(index)]
public fun borrow_mut<K: copy + drop + store, V: store>(table: &mut LinkedTable<K, V>, k: K): &mut V {
    &mut field::borrow_mut<K, Node<K, V>>(&mut table.id, k).value
}

/// The key before. Aborts with `dynamic_field::EFieldDoesNotExist`.
public fun prev<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>, k: K): &Option<K> {
    &field::borrow<K, Node<K, V>>(&table.id, k).prev
}

/// The key after. Aborts with `dynamic_field::EFieldDoesNotExist`.
public fun next<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>, k: K): &Option<K> {
    &field::borrow<K, Node<K, V>>(&table.id, k).next
}

/// Aborts with `dynamic_field::EFieldDoesNotExist`.
public fun remove<K: copy + drop + store, V: store>(table: &mut LinkedTable<K, V>, k: K): V {
    let Node { prev, next, value } = field::remove<K, Node<K, V>>(&mut table.id, k);
    table.size = table.size - 1;
    prev.do_ref!(|prev| field::borrow_mut<K, Node<K, V>>(&mut table.id, *prev).next = next);
    next.do_ref!(|next| field::borrow_mut<K, Node<K, V>>(&mut table.id, *next).prev = prev);
    if (table.head.borrow() == &k) table.head = next;
    if (table.tail.borrow() == &k) table.tail = prev;
    value
}

/// Takes the first entry. Aborts with `ETableIsEmpty`.
public fun pop_front<K: copy + drop + store, V: store>(table: &mut LinkedTable<K, V>): (K, V) {
    assert!(table.head.is_some(), ETableIsEmpty);
    let head = *table.head.borrow();
    (head, table.remove(head))
}

/// Takes the last entry. Aborts with `ETableIsEmpty`.
public fun pop_back<K: copy + drop + store, V: store>(table: &mut LinkedTable<K, V>): (K, V) {
    assert!(table.tail.is_some(), ETableIsEmpty);
    let tail = *table.tail.borrow();
    (tail, table.remove(tail))
}

public fun contains<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>, k: K): bool {
    field::exists_with_type<K, Node<K, V>>(&table.id, k)
}

public fun length<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>): u64 { table.size }

public fun is_empty<K: copy + drop + store, V: store>(table: &LinkedTable<K, V>): bool { table.size == 0 }

/// Aborts with `ETableNotEmpty`.
public fun destroy_empty<K: copy + drop + store, V: store>(table: LinkedTable<K, V>) {
    let LinkedTable { id, size, head: _, tail: _ } = table;
    assert!(size == 0, ETableNotEmpty);
    id.delete()
}

/// Drops a table, its entries too: their storage fee is lost.
public fun drop<K: copy + drop + store, V: drop + store>(table: LinkedTable<K, V>) {
    let LinkedTable { id, size: _, head: _, tail: _ } = table;
    id.delete()
}
