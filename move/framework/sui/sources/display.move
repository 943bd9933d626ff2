/// How objects of a type are shown: text templates by name, such as `"name" -> "Blob {blob_id}"`.
module sui::display;

use std::string::String;
use sui::event;
use sui::package::Publisher;
use sui::vec_map::{Self, VecMap};

/// The publisher is not that of the type's package.
const ENotOwner: u64 = 0;
/// Not as many values as names.
const EVecLengthMismatch: u64 = 1;

/// The templates of type `T`; in force in the version last published.
public struct Display<phantom T: key> has key, store {
    id: UID,
    fields: VecMap<String, String>,
    version: u16,
}

/// Emitted by `new`.
public struct DisplayCreated<phantom T: key> has copy, drop { id: ID }

/// Emitted by `update_version`: what is to be shown from now on.
public struct VersionUpdated<phantom T: key> has copy, drop {
    id: ID,
    version: u16,
    fields: VecMap<String, String>,
}

/// Aborts with `ENotOwner`.
public fun new<T: key>(pub: &Publisher, ctx: &mut TxContext): Display<T> {
    assert!(is_authorized<T>(pub), ENotOwner);
    create_internal(ctx)
}

/// Aborts with `ENotOwner`, `EVecLengthMismatch`, or as `vec_map::insert` when a name comes twice.
public fun new_with_fields<T: key>(
    pub: &Publisher,
    fields: vector<String>,
    values: vector<String>,
    ctx: &mut TxContext,
): Display<T> {
    assert!(fields.length() == values.length(), EVecLengthMismatch);
    let mut display = new<T>(pub, ctx);
    fields.zip_do!(values, |name, value| display.add_internal(name, value));
    display
}

#[allow(lint(self_transfer, public_entry))]
/// Aborts with `ENotOwner`.
public entry fun create_and_keep<T: key>(pub: &Publisher, ctx: &mut TxContext) {
    transfer::public_transfer(new<T>(pub, ctx), ctx.sender())
}

#[allow(lint(public_entry))]
/// Puts the templates in force.
public entry fun update_version<T: key>(display: &mut Display<T>) {
    display.version = display.version + 1;
    event::emit(VersionUpdated<T> {
        id: display.id.to_inner(),
        version: display.version,
        fields: display.fields,
    })
}

#[allow(lint(public_entry))]
/// Aborts as `vec_map::insert` when the name is there already.
public entry fun add<T: key>(self: &mut Display<T>, name: String, value: String) { self.add_internal(name, value) }

#[allow(lint(public_entry))]
/// Aborts with `EVecLengthMismatch`, or as `vec_map::insert` when a name is there already.
public entry fun add_multiple<T: key>(self: &mut Display<T>, fields: vector<String>, values: vector<String>) {
    assert!(fields.length() == values.length(), EVecLengthMismatch);
    fields.zip_do!(values, |name, value| self.add_internal(name, value))
}

#[allow(lint(public_entry))]
/// Aborts as `vec_map::remove` when the name is not there.
public entry fun edit<T: key>(self: &mut Display<T>, name: String, value: String) {
    self.fields.remove(&name);
    self.add_internal(name, value)
}

#[allow(lint(public_entry))]
/// Aborts as `vec_map::remove` when the name is not there.
public entry fun remove<T: key>(self: &mut Display<T>, name: String) { self.fields.remove(&name); }

/// Whether the publisher may say how `T` is shown.
public fun is_authorized<T: key>(pub: &Publisher): bool { pub.from_package<T>() }

public fun version<T: key>(d: &Display<T>): u16 { d.version }

public fun fields<T: key>(d: &Display<T>): &VecMap<String, String> { &d.fields }

fun create_internal<T: key>(ctx: &mut TxContext): Display<T> {
    let id = object::new(ctx);
    event::emit(DisplayCreated<T> { id: id.to_inner() });
    Display { id, fields: vec_map::empty(), version: 0 }
}

fun add_internal<T: key>(display: &mut Display<T>, name: String, value: String) { display.fields.insert(name, value) }
