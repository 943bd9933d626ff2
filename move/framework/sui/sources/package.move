/// Proof of having published a package, and the right to upgrade it.
module sui::package;

use std::ascii::String;
use std::type_name;
use sui::types;

/// The value is not a one-time witness.
const ENotOneTimeWitness: u64 = 0;
/// A policy can only become more restrictive.
const ETooPermissive: u64 = 1;
/// An upgrade is authorized already and not yet committed.
const EAlreadyAuthorized: u64 = 2;
/// No upgrade is authorized.
const ENotAuthorized: u64 = 3;
/// The receipt belongs to another capability.
const EWrongUpgradeCap: u64 = 4;

/// Anything may change as long as interfaces and layouts stay.
const COMPATIBLE: u8 = 0;
/// Only new modules and functions may be added.
const ADDITIVE: u8 = 128;
/// Only dependencies may change.
const DEP_ONLY: u8 = 192;

/// Proof that its owner published the package it names.
public struct Publisher has key, store {
    id: UID,
    package: String,
    module_name: String,
}

/// The right to upgrade a package.
public struct UpgradeCap has key, store {
    id: UID,
    /// The newest version of the package; 0x0 while an upgrade is under way.
    package: ID,
    /// How many versions came before.
    version: u64,
    /// What upgrades may change.
    policy: u8,
}

/// Permission for one upgrade in this transaction.
public struct UpgradeTicket {
    cap: ID,
    package: ID,
    policy: u8,
    /// Of the modules and dependencies this upgrade will have.
    digest: vector<u8>,
}

/// Result of an upgrade, to be committed in this transaction.
public struct UpgradeReceipt {
    cap: ID,
    package: ID,
}

// === Publisher ===

/// Aborts with `ENotOneTimeWitness`.
public fun claim<OTW: drop>(otw: OTW, ctx: &mut TxContext): Publisher {
    assert!(types::is_one_time_witness(&otw), ENotOneTimeWitness);
    let name = type_name::with_original_ids<OTW>();
    Publisher { id: object::new(ctx), package: name.address_string(), module_name: name.module_string() }
}

#[allow(lint(self_transfer))]
/// Claims and gives the publisher to the sender. Aborts with `ENotOneTimeWitness`.
public fun claim_and_keep<OTW: drop>(otw: OTW, ctx: &mut TxContext) {
    sui::transfer::public_transfer(claim(otw, ctx), ctx.sender())
}

public fun burn_publisher(self: Publisher) {
    let Publisher { id, package: _, module_name: _ } = self;
    id.delete()
}

/// Whether `T` is from the publisher's package.
public fun from_package<T>(self: &Publisher): bool {
    type_name::with_original_ids<T>().address_string() == self.package
}

/// Whether `T` is from the publisher's module.
public fun from_module<T>(self: &Publisher): bool {
    let name = type_name::with_original_ids<T>();
    name.address_string() == self.package && name.module_string() == self.module_name
}

public fun published_module(self: &Publisher): &String { &self.module_name }

public fun published_package(self: &Publisher): &String { &self.package }

// === Upgrades ===

public fun upgrade_package(cap: &UpgradeCap): ID { cap.package }

public fun version(cap: &UpgradeCap): u64 { cap.version }

public fun upgrade_policy(cap: &UpgradeCap): u8 { cap.policy }

public fun ticket_package(ticket: &UpgradeTicket): ID { ticket.package }

public fun ticket_policy(ticket: &UpgradeTicket): u8 { ticket.policy }

public fun receipt_cap(receipt: &UpgradeReceipt): ID { receipt.cap }

public fun receipt_package(receipt: &UpgradeReceipt): ID { receipt.package }

public fun ticket_digest(ticket: &UpgradeTicket): &vector<u8> { &ticket.digest }

public fun compatible_policy(): u8 { COMPATIBLE }

public fun additive_policy(): u8 { ADDITIVE }

public fun dep_only_policy(): u8 { DEP_ONLY }

#[allow(lint(public_entry))]
/// Aborts with `ETooPermissive`.
public entry fun only_additive_upgrades(cap: &mut UpgradeCap) { cap.restrict(ADDITIVE) }

#[allow(lint(public_entry))]
/// Aborts with `ETooPermissive`.
public entry fun only_dep_upgrades(cap: &mut UpgradeCap) { cap.restrict(DEP_ONLY) }

#[allow(lint(public_entry))]
/// No upgrade is possible afterwards.
public entry fun make_immutable(cap: UpgradeCap) {
    let UpgradeCap { id, package: _, version: _, policy: _ } = cap;
    id.delete()
}

/// Permission to upgrade to what `digest` describes, under a policy no wider than the capability's.
/// Aborts with `EAlreadyAuthorized` or `ETooPermissive`.
public fun authorize_upgrade(cap: &mut UpgradeCap, policy: u8, digest: vector<u8>): UpgradeTicket {
    let none = object::id_from_address(@0x0);
    assert!(cap.package != none, EAlreadyAuthorized);
    assert!(policy >= cap.policy, ETooPermissive);
    let package = cap.package;
    cap.package = none;
    UpgradeTicket { cap: object::id(cap), package, policy, digest }
}

/// Takes note of the new version. Aborts with `EWrongUpgradeCap` or `ENotAuthorized`.
public fun commit_upgrade(cap: &mut UpgradeCap, receipt: UpgradeReceipt) {
    let UpgradeReceipt { cap: cap_id, package } = receipt;
    assert!(object::id(cap) == cap_id, EWrongUpgradeCap);
    assert!(cap.package.to_address() == @0x0, ENotAuthorized);
    cap.package = package;
    cap.version = cap.version + 1;
}

fun restrict(cap: &mut UpgradeCap, policy: u8) {
    assert!(cap.policy <= policy, ETooPermissive);
    cap.policy = policy;
}

// === For tests ===

#[test_only]
public fun test_claim<OTW: drop>(_: OTW, ctx: &mut TxContext): Publisher {
    let name = type_name::with_original_ids<OTW>();
    Publisher { id: object::new(ctx), package: name.address_string(), module_name: name.module_string() }
}

#[test_only]
/// The capability a publication would have made.
public fun test_publish(package: ID, ctx: &mut TxContext): UpgradeCap {
    UpgradeCap { id: object::new(ctx), package, version: 1, policy: COMPATIBLE }
}

#[test_only]
/// The receipt an upgrade would have made, with a new package id.
public fun test_upgrade(ticket: UpgradeTicket): UpgradeReceipt {
    let UpgradeTicket { cap, package, policy: _, digest: _ } = ticket;
    let mut seed = package.to_bytes();
    seed.append(cap.to_bytes());
    let package = object::id_from_bytes(sui::hash::blake2b256(&seed));
    UpgradeReceipt { cap, package }
}
