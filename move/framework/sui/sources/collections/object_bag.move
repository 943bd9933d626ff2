/// A map whose values are objects of any types that keep their own ids; see `sui::bag`.
module sui::object_bag;

use sui::dynamic_object_field as ofield;

/// A bag with entries cannot be destroyed.
const EBagNotEmpty: u64 = 0;

public struct ObjectBag has key, store {
    id: UID,
    size: u64,
}

public fun new(ctx: &mut TxContext): ObjectBag { ObjectBag { id: object::new(ctx), size: 0 } }

/// Aborts with `dynamic_field::EFieldAlreadyExists`.
public fun add<K: copy + drop + store, V: key + store>(bag: &mut ObjectBag, k: K, v: V) {
    ofield::add(&mut bag.id, k, v);
    bag.size = bag.size + 1;
}

/// Aborts with `dynamic_field::EFieldDoesNotExist` or `EFieldTypeMismatch`.
#[syntax(index)]
public fun borrow<K: copy + drop + store, V: key + store>(bag: &ObjectBag, k: K): &V { ofield::borrow(&bag.id, k) }

/// Aborts with `dynamic_field::EFieldDoesNotExist` or `EFieldTypeMismatch`.
#[syntax(index)]
public fun borrow_mut<K: copy + drop + store, V: key + store>(bag: &mut ObjectBag, k: K): &mut V {
    ofield::borrow_mut(&mut bag.id, k)
}

/// Aborts with `dynamic_field::EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun remove<K: copy + drop + store, V: key + store>(bag: &mut ObjectBag, k: K): V {
    let v = ofield::remove(&mut bag.id, k);
    bag.size = bag.size - 1;
    v
}

/// Whether there is an entry, of whatever type.
public fun contains<K: copy + drop + store>(bag: &ObjectBag, k: K): bool { ofield::exists_<K>(&bag.id, k) }

/// Whether there is an entry whose value has type `V`.
public fun contains_with_type<K: copy + drop + store, V: key + store>(bag: &ObjectBag, k: K): bool {
    ofield::exists_with_type<K, V>(&bag.id, k)
}

public fun length(bag: &ObjectBag): u64 { bag.size }

public fun is_empty(bag: &ObjectBag): bool { bag.size == 0 }

/// Aborts with `EBagNotEmpty`.
public fun destroy_empty(bag: ObjectBag) {
    let ObjectBag { id, size } = bag;
    assert!(size == 0, EBagNotEmpty);
    id.delete()
}

/// The id of the object under `k`.
public fun value_id<K: copy + drop + store>(bag: &ObjectBag, k: K): Option<ID> { ofield::id(&bag.id, k) }
