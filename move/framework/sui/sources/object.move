/// Identity of objects: every object begins with a `UID` that no other object ever has.
module sui::object;

use std::bcs;
use sui::address;


const SUI_CLOCK_OBJECT_ID: address = @0x6;
const SUI_AUTHENTICATOR_STATE_ID: address = @0x7;
const SUI_RANDOM_ID: address = @0x8;
const SUI_COIN_REGISTRY_OBJECT_ID: address = @0xc;
const SUI_DENY_LIST_OBJECT_ID: address = @0x403;
const SUI_ACCUMULATOR_ROOT_OBJECT_ID: address = @0xacc;

public use fun id_to_address as ID.to_address;
public use fun id_to_bytes as ID.to_bytes;
public use fun uid_as_inner as UID.as_inner;
public use fun uid_to_inner as UID.to_inner;
public use fun uid_to_address as UID.to_address;
public use fun uid_to_bytes as UID.to_bytes;

/// The id of an object, as plain data: it may be copied and says nothing about whether the object exists.
public struct ID has copy, drop, store { bytes: address }

/// The identity of an object. Can neither be copied nor dropped, only made by `new` and ended by `delete`.
public struct UID has store { id: ID }

// === ID ===

public fun id_to_bytes(id: &ID): vector<u8> { bcs::to_bytes(&id.bytes) }

public fun id_to_address(id: &ID): address { id.bytes }

/// Aborts as `address::from_bytes` does unless there are 32 bytes.
public fun id_from_bytes(bytes: vector<u8>): ID { id_from_address(address::from_bytes(bytes)) }

public fun id_from_address(bytes: address): ID { ID { bytes } }

// === UID ===

public fun uid_as_inner(uid: &UID): &ID { &uid.id }

public fun uid_to_inner(uid: &UID): ID { uid.id }

public fun uid_to_bytes(uid: &UID): vector<u8> { bcs::to_bytes(&uid.id.bytes) }

public fun uid_to_address(uid: &UID): address { uid.id.bytes }

/// A fresh identity.
public fun new(ctx: &mut TxContext): UID { UID { id: ID { bytes: ctx.fresh_object_address() } } }

/// Ends an identity; its object no longer exists afterwards.
public fun delete(id: UID) {
    let UID { id: ID { bytes } } = id;
    delete_impl(bytes)
}

// === Objects ===

public fun id<T: key>(obj: &T): ID { borrow_uid(obj).id }

public fun borrow_id<T: key>(obj: &T): &ID { &borrow_uid(obj).id }

public fun id_bytes<T: key>(obj: &T): vector<u8> { bcs::to_bytes(&borrow_uid(obj).id) }

public fun id_address<T: key>(obj: &T): address { borrow_uid(obj).id.bytes }

native fun borrow_uid<T: key>(obj: &T): &UID;

/// The identity of a dynamic field or derived object, whose address is a hash of its parent and name.
public(package) fun new_uid_from_hash(bytes: address): UID {
    record_new_uid(bytes);
    UID { id: ID { bytes } }
}

native fun delete_impl(id: address);

native fun record_new_uid(id: address);

// === System objects ===

public(package) fun clock(): UID { system(SUI_CLOCK_OBJECT_ID) }

public(package) fun authenticator_state(): UID { system(SUI_AUTHENTICATOR_STATE_ID) }

public(package) fun randomness_state(): UID { system(SUI_RANDOM_ID) }

public(package) fun sui_deny_list_object_id(): UID { system(SUI_DENY_LIST_OBJECT_ID) }

public(package) fun sui_accumulator_root_object_id(): UID { system(SUI_ACCUMULATOR_ROOT_OBJECT_ID) }

public(package) fun sui_accumulator_root_address(): address { SUI_ACCUMULATOR_ROOT_OBJECT_ID }

public(package) fun sui_coin_registry_object_id(): UID { system(SUI_COIN_REGISTRY_OBJECT_ID) }

public(package) fun sui_coin_registry_address(): address { SUI_COIN_REGISTRY_OBJECT_ID }

fun system(bytes: address): UID { UID { id: ID { bytes } } }

// === For tests ===

#[test_only]
/// The id of the object made last in this transaction.
public fun last_created(ctx: &TxContext): ID { ID { bytes: ctx.last_created_object_id() } }
