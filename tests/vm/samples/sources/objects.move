/// Objects, dynamic fields, events and the one-time witness.
module samples::objects;

use std::bcs;
use std::string::{Self, String};
use std::type_name;
use sui::dynamic_field as field;
use sui::event;
use sui::types;

public struct OBJECTS has drop {}

public struct Thing has key, store { id: UID, value: u64, name: String }
public struct Made has copy, drop { thing: ID, by: address }

fun init(witness: OBJECTS, ctx: &mut TxContext) {
    assert!(types::is_one_time_witness(&witness), 1);
    transfer::public_transfer(make(1, b"first", ctx), ctx.sender());
}

public fun make(value: u64, name: vector<u8>, ctx: &mut TxContext): Thing {
    let thing = Thing { id: object::new(ctx), value, name: string::utf8(name) };
    event::emit(Made { thing: object::id(&thing), by: ctx.sender() });
    thing
}

public fun give(thing: Thing, to: address) { transfer::transfer(thing, to) }

public fun share(thing: Thing) { transfer::share_object(thing) }

public fun freeze_it(thing: Thing) { transfer::freeze_object(thing) }

public fun destroy(thing: Thing): u64 {
    let Thing { id, value, .. } = thing;
    id.delete();
    value
}

public fun put(thing: &mut Thing, key: u64, value: vector<u8>) { field::add(&mut thing.id, key, value) }

public fun append(thing: &mut Thing, key: u64, byte: u8) {
    field::borrow_mut<u64, vector<u8>>(&mut thing.id, key).push_back(byte)
}

public fun get(thing: &Thing, key: u64): vector<u8> { *field::borrow(&thing.id, key) }

public fun get_number(thing: &Thing, key: u64): u64 { *field::borrow(&thing.id, key) }

public fun take(thing: &mut Thing, key: u64): vector<u8> { field::remove(&mut thing.id, key) }

public fun has(thing: &Thing, key: u64): vector<bool> {
    vector[
        field::exists_(&thing.id, key),
        field::exists_with_type<u64, vector<u8>>(&thing.id, key),
        field::exists_with_type<u64, u64>(&thing.id, key),
    ]
}

public fun serialised(thing: &Thing): vector<u8> { bcs::to_bytes(thing) }

public fun number_bytes(n: u64): vector<u8> { bcs::to_bytes(&n) }

public fun name_of<T>(): vector<u8> { type_name::with_defining_ids<T>().into_string().into_bytes() }

public fun context(ctx: &TxContext): (address, u64, u64, Option<address>) {
    (ctx.sender(), ctx.epoch(), ctx.epoch_timestamp_ms(), ctx.sponsor())
}

public fun is_witness(thing: Empty): bool { types::is_one_time_witness(&thing) }

public struct Empty has drop {}

public fun empty(): Empty { Empty {} }
