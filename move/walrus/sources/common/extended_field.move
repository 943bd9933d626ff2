/// A value stored behind an object id of its own, so that the struct holding it has a constant size (32 bytes)
/// whatever the value becomes later.
module walrus::extended_field;

use sui::dynamic_field as df;

// === Structs ===

/// Owns one value of type `T` as a dynamic field.
public struct ExtendedField<phantom T: store> has key, store {
    id: UID,
}

/// The only key below an `ExtendedField`.
public struct Key() has copy, drop, store;

// === Public functions ===

/// Stores `value` behind a fresh id.
public fun new<T: store>(value: T, ctx: &mut TxContext): ExtendedField<T> {
    let mut id = object::new(ctx);
    df::add(&mut id, Key(), value);
    ExtendedField { id }
}

/// Reads the value.
public fun borrow<T: store>(self: &ExtendedField<T>): &T {
    df::borrow(&self.id, Key())
}

/// Opens the value for change.
public fun borrow_mut<T: store>(self: &mut ExtendedField<T>): &mut T {
    df::borrow_mut(&mut self.id, Key())
}

/// Replaces the value and returns the old one.
public fun swap<T: store>(self: &mut ExtendedField<T>, value: T): T {
    let old = df::remove(&mut self.id, Key());
    df::add(&mut self.id, Key(), value);
    old
}

/// Returns the value and deletes the id.
public fun destroy<T: store>(self: ExtendedField<T>): T {
    let ExtendedField { mut id } = self;
    let value = df::remove(&mut id, Key());
    id.delete();
    value
}
