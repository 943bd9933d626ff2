/// A desk that changes SUI into WAL and back at a fixed rate: how test networks hand out WAL.
module wal_exchange::wal_exchange;

use sui::balance::{Self, Balance};
use sui::coin::{Self, Coin};
use sui::sui::SUI;
use wal::wal::WAL;

// === Errors ===

/// The desk does not hold enough of what was asked for.
const EInsufficientFunds: u64 = 0;
/// The coin is smaller than the amount to change.
const EInsufficientInput: u64 = 1;
/// The capability belongs to another desk.
const EUnauthorizedAdmin: u64 = 2;
/// A rate needs two amounts above zero.
const EInvalidExchangeRate: u64 = 3;

// === Structs ===

/// `wal` FROST are worth `sui` MIST.
public struct ExchangeRate has copy, drop, store {
    wal: u64,
    sui: u64,
}

/// Shared object with the desk's funds.
public struct Exchange has key, store {
    id: UID,
    wal: Balance<WAL>,
    sui: Balance<SUI>,
    rate: ExchangeRate,
    admin: ID,
}

/// The right to take funds out and to set the rate.
public struct AdminCap has key, store {
    id: UID,
}

// === Creation ===

/// Shares an empty desk at one to one.
public fun new(ctx: &mut TxContext): AdminCap {
    share(balance::zero(), ctx)
}

/// Shares a desk at one to one that holds `amount` FROST of `wal`. Aborts with `EInsufficientInput`.
public fun new_funded(wal: &mut Coin<WAL>, amount: u64, ctx: &mut TxContext): AdminCap {
    share(take(wal, amount), ctx)
}

// === Funds ===

/// Adds `amount` FROST; anyone may. Aborts with `EInsufficientInput`.
public fun add_wal(self: &mut Exchange, wal: &mut Coin<WAL>, amount: u64) {
    self.wal.join(take(wal, amount));
}

/// Adds `amount` MIST; anyone may. Aborts with `EInsufficientInput`.
public fun add_sui(self: &mut Exchange, sui: &mut Coin<SUI>, amount: u64) {
    self.sui.join(take(sui, amount));
}

/// Adds a whole coin; anyone may.
public fun add_all_wal(self: &mut Exchange, wal: Coin<WAL>) {
    self.wal.join(wal.into_balance());
}

/// Adds a whole coin; anyone may.
public fun add_all_sui(self: &mut Exchange, sui: Coin<SUI>) {
    self.sui.join(sui.into_balance());
}

/// Aborts with `EUnauthorizedAdmin` or `EInsufficientFunds`.
public fun withdraw_wal(self: &mut Exchange, cap: &AdminCap, amount: u64, ctx: &mut TxContext): Coin<WAL> {
    self.assert_admin(cap);
    pay(&mut self.wal, amount, ctx)
}

/// Aborts with `EUnauthorizedAdmin` or `EInsufficientFunds`.
public fun withdraw_sui(self: &mut Exchange, cap: &AdminCap, amount: u64, ctx: &mut TxContext): Coin<SUI> {
    self.assert_admin(cap);
    pay(&mut self.sui, amount, ctx)
}

/// From now on `wal` FROST are worth `sui` MIST. Aborts with `EUnauthorizedAdmin` or `EInvalidExchangeRate`.
public fun set_exchange_rate(self: &mut Exchange, cap: &AdminCap, wal: u64, sui: u64) {
    self.assert_admin(cap);
    assert!(wal > 0 && sui > 0, EInvalidExchangeRate);
    self.rate = ExchangeRate { wal, sui };
}

// === Exchange ===

/// Changes a whole coin into WAL, rounded down. Aborts with `EInsufficientFunds`.
public fun exchange_all_for_wal(self: &mut Exchange, sui: Coin<SUI>, ctx: &mut TxContext): Coin<WAL> {
    let amount = self.rate.to_wal(sui.value());
    self.add_all_sui(sui);
    pay(&mut self.wal, amount, ctx)
}

/// Changes `amount_sui` MIST into WAL, rounded down. Aborts with `EInsufficientInput` or `EInsufficientFunds`.
public fun exchange_for_wal(
    self: &mut Exchange,
    sui: &mut Coin<SUI>,
    amount_sui: u64,
    ctx: &mut TxContext,
): Coin<WAL> {
    self.add_sui(sui, amount_sui);
    let amount = self.rate.to_wal(amount_sui);
    pay(&mut self.wal, amount, ctx)
}

/// Changes a whole coin into SUI, rounded down. Aborts with `EInsufficientFunds`.
public fun exchange_all_for_sui(self: &mut Exchange, wal: Coin<WAL>, ctx: &mut TxContext): Coin<SUI> {
    let amount = self.rate.to_sui(wal.value());
    self.add_all_wal(wal);
    pay(&mut self.sui, amount, ctx)
}

/// Changes `amount_wal` FROST into SUI, rounded down. Aborts with `EInsufficientInput` or `EInsufficientFunds`.
public fun exchange_for_sui(
    self: &mut Exchange,
    wal: &mut Coin<WAL>,
    amount_wal: u64,
    ctx: &mut TxContext,
): Coin<SUI> {
    self.add_wal(wal, amount_wal);
    let amount = self.rate.to_sui(amount_wal);
    pay(&mut self.sui, amount, ctx)
}

// === Private functions ===

fun share(wal: Balance<WAL>, ctx: &mut TxContext): AdminCap {
    let cap = AdminCap { id: object::new(ctx) };
    transfer::share_object(Exchange {
        id: object::new(ctx),
        wal,
        sui: balance::zero(),
        rate: ExchangeRate { wal: 1, sui: 1 },
        admin: object::id(&cap),
    });
    cap
}

fun assert_admin(self: &Exchange, cap: &AdminCap) {
    assert!(self.admin == object::id(cap), EUnauthorizedAdmin)
}

fun to_wal(self: &ExchangeRate, sui: u64): u64 {
    ((sui as u128) * (self.wal as u128) / (self.sui as u128)) as u64
}

fun to_sui(self: &ExchangeRate, wal: u64): u64 {
    ((wal as u128) * (self.sui as u128) / (self.wal as u128)) as u64
}

fun take<T>(coin: &mut Coin<T>, amount: u64): Balance<T> {
    assert!(coin.value() >= amount, EInsufficientInput);
    coin.balance_mut().split(amount)
}

fun pay<T>(funds: &mut Balance<T>, amount: u64, ctx: &mut TxContext): Coin<T> {
    assert!(funds.value() >= amount, EInsufficientFunds);
    coin::from_balance(funds.split(amount), ctx)
}
