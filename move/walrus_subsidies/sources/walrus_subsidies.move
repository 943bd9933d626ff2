/// Subsidies that keep a young network going: on top of what users pay for storage, and for the nodes directly.
module walrus_subsidies::walrus_subsidies;

use sui::balance::Balance;
use sui::clock::Clock;
use sui::coin::{Self, Coin};
use sui::dynamic_field as df;
use wal::wal::WAL;
use walrus::staking::Staking;
use walrus::system::System;
use walrus_subsidies::walrus_subsidies_inner::{Self, WalrusSubsidiesInnerV1};

// === Errors ===

/// The capability belongs to another object.
const EUnauthorizedAdminCap: u64 = 0;
/// The object belongs to another version of the package.
const EWrongVersion: u64 = 1;

// === Constants ===

/// Version of the object this package works on.
const VERSION: u64 = 3;

// === Structs ===

/// Shared shell around the state of its version.
public struct WalrusSubsidies has key, store {
    id: UID,
    version: u64,
    package_id: ID,
}

/// The right to change rates and to take funds out.
public struct AdminCap has key, store {
    id: UID,
    subsidies_id: ID,
}

/// Key of the state.
public struct SubsidiesInnerKey() has copy, drop, store;

// === Creation ===

/// Shares subsidies without funds: `system_subsidy_rate` basis points of what users pay, and for every node of an
/// ended epoch `base_subsidy` FROST and `subsidy_per_shard` FROST a shard.
/// Aborts as `walrus_subsidies_inner::new`.
public fun new(
    system: &System,
    staking: &Staking,
    system_subsidy_rate: u32,
    base_subsidy: u64,
    subsidy_per_shard: u64,
    ctx: &mut TxContext,
): AdminCap {
    let package_id = object::id_from_address(std::type_name::defining_id<WalrusSubsidies>());
    let mut subsidies = WalrusSubsidies { id: object::new(ctx), version: VERSION, package_id };
    let inner = walrus_subsidies_inner::new(
        system,
        staking,
        system_subsidy_rate,
        base_subsidy,
        subsidy_per_shard,
        ctx,
    );
    df::add(&mut subsidies.id, SubsidiesInnerKey(), inner);
    let cap = AdminCap { id: object::new(ctx), subsidies_id: object::id(&subsidies) };
    transfer::share_object(subsidies);
    cap
}

// === Funds ===

/// Adds to the funds; anyone may.
public fun add_coin(self: &mut WalrusSubsidies, coin: Coin<WAL>) { self.add_balance(coin.into_balance()) }

/// Adds to the funds; anyone may.
public fun add_balance(self: &mut WalrusSubsidies, balance: Balance<WAL>) { self.inner_mut().add_funds(balance) }

/// Takes funds out. Aborts with `EUnauthorizedAdminCap` or `walrus_subsidies_inner::EInsufficientFundsInPool`.
public fun withdraw_balance(self: &mut WalrusSubsidies, cap: &AdminCap, amount: u64, ctx: &mut TxContext): Coin<WAL> {
    self.assert_admin(cap);
    coin::from_balance(self.inner_mut().withdraw(amount), ctx)
}

/// FROST left for subsidies.
public fun funds(self: &WalrusSubsidies): u64 { self.inner().funds() }

// === Rates ===

/// Aborts with `EUnauthorizedAdminCap` or `walrus_subsidies_inner::EInvalidSubsidyRate`.
public fun set_system_subsidy_rate(self: &mut WalrusSubsidies, cap: &AdminCap, rate: u32) {
    self.assert_admin(cap);
    self.inner_mut().set_system_subsidy_rate(rate)
}

/// Aborts with `EUnauthorizedAdminCap` or `walrus_subsidies_inner::ESubsidyTooLarge`.
public fun set_base_subsidy(self: &mut WalrusSubsidies, cap: &AdminCap, base_subsidy: u64) {
    self.assert_admin(cap);
    self.inner_mut().set_base_subsidy(base_subsidy)
}

/// Aborts with `EUnauthorizedAdminCap` or `walrus_subsidies_inner::ESubsidyTooLarge`.
public fun set_subsidy_per_shard(self: &mut WalrusSubsidies, cap: &AdminCap, subsidy_per_shard: u64) {
    self.assert_admin(cap);
    self.inner_mut().set_subsidy_per_shard(subsidy_per_shard)
}

// === Payment ===

/// Pays what is due; anyone may call it. Aborts with `walrus_subsidies_inner::EInsufficientFundsInPool`.
public fun process_subsidies(self: &mut WalrusSubsidies, staking: &mut Staking, system: &mut System, clock: &Clock) {
    self.inner_mut().process(staking, system, clock)
}

// === Private functions ===

fun assert_admin(self: &WalrusSubsidies, cap: &AdminCap) {
    assert!(cap.subsidies_id == object::id(self), EUnauthorizedAdminCap)
}

fun inner(self: &WalrusSubsidies): &WalrusSubsidiesInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow(&self.id, SubsidiesInnerKey())
}

fun inner_mut(self: &mut WalrusSubsidies): &mut WalrusSubsidiesInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow_mut(&mut self.id, SubsidiesInnerKey())
}

// === Test functions ===

#[test_only]
public fun set_version_for_testing(self: &mut WalrusSubsidies, version: u64) { self.version = version; }
