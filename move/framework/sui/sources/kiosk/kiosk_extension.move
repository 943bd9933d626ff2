/// Code of others that may place or lock items in a kiosk, as far as its owner permits.
module sui::kiosk_extension;

use sui::bag::{Self, Bag};
use sui::dynamic_field as df;
use sui::kiosk::{Kiosk, KioskOwnerCap};
use sui::transfer_policy::TransferPolicy;

/// The capability belongs to another kiosk.
const ENotOwner: u64 = 0;
/// The owner did not permit this.
const EExtensionNotAllowed: u64 = 2;
/// The extension is not installed.
const EExtensionNotInstalled: u64 = 3;

/// Permission bit: the extension may place items.
const PLACE: u128 = 1;
/// Permission bit: the extension may lock items, and so also place them.
const LOCK: u128 = 2;

/// An extension, named by a witness type of its module.
public struct Extension has store {
    /// For the extension alone, also while it is disabled.
    storage: Bag,
    permissions: u128,
    is_enabled: bool,
}

/// Name of an extension's field.
public struct ExtensionKey<phantom Ext> has copy, drop, store {}

/// Aborts with `ENotOwner`, or as `dynamic_field::add` when installed already.
public fun add<Ext: drop>(_ext: Ext, self: &mut Kiosk, cap: &KioskOwnerCap, permissions: u128, ctx: &mut TxContext) {
    assert!(self.has_access(cap), ENotOwner);
    df::add(
        self.uid_mut_as_owner(cap),
        ExtensionKey<Ext> {},
        Extension { storage: bag::new(ctx), permissions, is_enabled: true },
    )
}

/// Aborts with `ENotOwner` or `EExtensionNotInstalled`.
public fun disable<Ext: drop>(self: &mut Kiosk, cap: &KioskOwnerCap) {
    assert!(self.has_access(cap), ENotOwner);
    assert!(is_installed<Ext>(self), EExtensionNotInstalled);
    extension_mut<Ext>(self).is_enabled = false
}

/// Aborts with `ENotOwner` or `EExtensionNotInstalled`.
public fun enable<Ext: drop>(self: &mut Kiosk, cap: &KioskOwnerCap) {
    assert!(self.has_access(cap), ENotOwner);
    assert!(is_installed<Ext>(self), EExtensionNotInstalled);
    extension_mut<Ext>(self).is_enabled = true
}

/// Aborts with `ENotOwner`, `EExtensionNotInstalled`, or as `bag::destroy_empty` when it stores anything.
public fun remove<Ext: drop>(self: &mut Kiosk, cap: &KioskOwnerCap) {
    assert!(self.has_access(cap), ENotOwner);
    assert!(is_installed<Ext>(self), EExtensionNotInstalled);
    let extension: Extension = df::remove(self.uid_mut_as_owner(cap), ExtensionKey<Ext> {});
    let Extension { storage, permissions: _, is_enabled: _ } = extension;
    storage.destroy_empty()
}

/// Aborts with `EExtensionNotInstalled`.
public fun storage<Ext: drop>(_ext: Ext, self: &Kiosk): &Bag {
    assert!(is_installed<Ext>(self), EExtensionNotInstalled);
    &extension<Ext>(self).storage
}

/// Aborts with `EExtensionNotInstalled`.
public fun storage_mut<Ext: drop>(_ext: Ext, self: &mut Kiosk): &mut Bag {
    assert!(is_installed<Ext>(self), EExtensionNotInstalled);
    &mut extension_mut<Ext>(self).storage
}

/// Aborts with `EExtensionNotInstalled` or `EExtensionNotAllowed`.
public fun place<Ext: drop, T: key + store>(_ext: Ext, self: &mut Kiosk, item: T, _policy: &TransferPolicy<T>) {
    assert!(is_installed<Ext>(self), EExtensionNotInstalled);
    assert!(can_place<Ext>(self) || can_lock<Ext>(self), EExtensionNotAllowed);
    self.place_internal(item)
}

/// Aborts with `EExtensionNotInstalled` or `EExtensionNotAllowed`.
public fun lock<Ext: drop, T: key + store>(_ext: Ext, self: &mut Kiosk, item: T, _policy: &TransferPolicy<T>) {
    assert!(is_installed<Ext>(self), EExtensionNotInstalled);
    assert!(can_lock<Ext>(self), EExtensionNotAllowed);
    self.lock_internal(item)
}

public fun is_installed<Ext: drop>(self: &Kiosk): bool { df::exists_(self.uid(), ExtensionKey<Ext> {}) }

/// Aborts as `dynamic_field::borrow` does when not installed.
public fun is_enabled<Ext: drop>(self: &Kiosk): bool { extension<Ext>(self).is_enabled }

/// Whether it is enabled and may place items.
public fun can_place<Ext: drop>(self: &Kiosk): bool {
    is_enabled<Ext>(self) && extension<Ext>(self).permissions & PLACE != 0
}

/// Whether it is enabled and may lock items.
public fun can_lock<Ext: drop>(self: &Kiosk): bool {
    is_enabled<Ext>(self) && extension<Ext>(self).permissions & LOCK != 0
}

fun extension<Ext: drop>(self: &Kiosk): &Extension { df::borrow(self.uid(), ExtensionKey<Ext> {}) }

fun extension_mut<Ext: drop>(self: &mut Kiosk): &mut Extension {
    df::borrow_mut(self.uid_mut_internal(), ExtensionKey<Ext> {})
}
