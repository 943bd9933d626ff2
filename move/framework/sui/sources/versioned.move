/// A value whose type may change from version to version of a package.
module sui::versioned;

use sui::dynamic_field;

/// The new version does not follow, or the capability belongs to another object.
const EInvalidUpgrade: u64 = 0;

/// The value is a dynamic field named by the version.
public struct Versioned has key, store {
    id: UID,
    version: u64,
}

/// The duty to put a value back.
public struct VersionChangeCap {
    versioned_id: ID,
    old_version: u64,
}

public fun create<T: store>(init_version: u64, init_value: T, ctx: &mut TxContext): Versioned {
    let mut self = Versioned { id: object::new(ctx), version: init_version };
    dynamic_field::add(&mut self.id, init_version, init_value);
    self
}

public fun version(self: &Versioned): u64 { self.version }

/// Aborts as `dynamic_field::borrow` when the value is not a `T`.
public fun load_value<T: store>(self: &Versioned): &T { dynamic_field::borrow(&self.id, self.version) }

/// Aborts as `dynamic_field::borrow_mut` when the value is not a `T`.
public fun load_value_mut<T: store>(self: &mut Versioned): &mut T {
    dynamic_field::borrow_mut(&mut self.id, self.version)
}

/// Takes the value out, for `upgrade` to put another in.
public fun remove_value_for_upgrade<T: store>(self: &mut Versioned): (T, VersionChangeCap) {
    let value = dynamic_field::remove(&mut self.id, self.version);
    (value, VersionChangeCap { versioned_id: object::id(self), old_version: self.version })
}

/// Aborts with `EInvalidUpgrade` when the capability is another object's, or the version does not grow.
public fun upgrade<T: store>(self: &mut Versioned, new_version: u64, new_value: T, cap: VersionChangeCap) {
    let VersionChangeCap { versioned_id, old_version } = cap;
    assert!(versioned_id == object::id(self), EInvalidUpgrade);
    assert!(old_version < new_version, EInvalidUpgrade);
    dynamic_field::add(&mut self.id, new_version, new_value);
    self.version = new_version;
}

/// Ends the object and returns its value.
public fun destroy<T: store>(self: Versioned): T {
    let Versioned { mut id, version } = self;
    let value = dynamic_field::remove(&mut id, version);
    id.delete();
    value
}
