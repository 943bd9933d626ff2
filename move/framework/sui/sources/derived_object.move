/// Objects whose ids follow from a parent and a key, so that anybody can compute them.
module sui::derived_object;

use sui::dynamic_field as df;

#[error]
const EObjectAlreadyExists: vector<u8> = b"an object was already derived from this key";

/// Name of the field of the parent that marks an id as taken.
public struct Claimed(ID) has copy, drop, store;

/// Wraps keys, so that derived ids differ from those of dynamic fields.
public struct DerivedObjectKey<K: copy + drop + store>(K) has copy, drop, store;

public enum ClaimedStatus has store {
    /// The id was given out, and is so for ever.
    Reserved,
}

/// The identity of an object derived from `parent` and `key`. Aborts when it was given out before.
public fun claim<K: copy + drop + store>(parent: &mut UID, key: K): UID {
    let addr = derive_address(parent.to_inner(), key);
    let id = addr.to_id();
    assert!(!df::exists_(parent, Claimed(id)), EObjectAlreadyExists);
    let uid = object::new_uid_from_hash(addr);
    df::add(parent, Claimed(id), ClaimedStatus::Reserved);
    uid
}

/// Whether the identity was given out.
public fun exists<K: copy + drop + store>(parent: &UID, key: K): bool {
    let addr = derive_address(parent.to_inner(), key);
    df::exists_(parent, Claimed(addr.to_id()))
}

/// The address that identity has or would have.
public fun derive_address<K: copy + drop + store>(parent: ID, key: K): address {
    df::hash_type_and_key(parent.to_address(), DerivedObjectKey(key))
}
