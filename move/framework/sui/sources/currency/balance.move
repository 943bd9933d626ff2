/// Amounts of a currency, without identity. Coins are objects around them.
module sui::balance;

public use fun sui::coin::from_balance as Balance.into_coin;

/// A balance that is not zero cannot be destroyed.
const ENonZero: u64 = 0;
/// The supply would exceed the largest amount, or fall below zero.
const EOverflow: u64 = 1;
/// The balance is smaller than what is taken from it.
const ENotEnough: u64 = 2;
/// Only the system makes staking rewards.
const ENotSystemAddress: u64 = 3;
/// Staking rewards are SUI only.
const ENotSUI: u64 = 4;

const SUI_TYPE_NAME: vector<u8> = b"0000000000000000000000000000000000000000000000000000000000000002::sui::SUI";
const MAX_SUPPLY: u64 = 18446744073709551615;

/// How much of a currency there is; who has it can make and unmake balances.
public struct Supply<phantom T> has store { value: u64 }

/// An amount of a currency.
public struct Balance<phantom T> has store { value: u64 }

public fun value<T>(self: &Balance<T>): u64 { self.value }

public fun supply_value<T>(supply: &Supply<T>): u64 { supply.value }

/// A new currency, proven by a witness only its module can make.
public fun create_supply<T: drop>(_: T): Supply<T> { Supply { value: 0 } }

/// Makes `value`. Aborts with `EOverflow` when the supply would reach 2^64 - 1 or more.
public fun increase_supply<T>(self: &mut Supply<T>, value: u64): Balance<T> {
    assert!(value < (MAX_SUPPLY - self.value), EOverflow);
    self.value = self.value + value;
    Balance { value }
}

/// Unmakes a balance and returns its amount. Aborts with `EOverflow` when the supply is smaller.
public fun decrease_supply<T>(self: &mut Supply<T>, balance: Balance<T>): u64 {
    let Balance { value } = balance;
    assert!(self.value >= value, EOverflow);
    self.value = self.value - value;
    value
}

public fun zero<T>(): Balance<T> { Balance { value: 0 } }

/// Adds a balance and returns the sum.
public fun join<T>(self: &mut Balance<T>, balance: Balance<T>): u64 {
    let Balance { value } = balance;
    self.value = self.value + value;
    self.value
}

/// Takes `value` out. Aborts with `ENotEnough`.
public fun split<T>(self: &mut Balance<T>, value: u64): Balance<T> {
    assert!(self.value >= value, ENotEnough);
    self.value = self.value - value;
    Balance { value }
}

/// Takes everything out.
public fun withdraw_all<T>(self: &mut Balance<T>): Balance<T> {
    let value = self.value;
    self.split(value)
}

/// Aborts with `ENonZero`.
public fun destroy_zero<T>(balance: Balance<T>) {
    assert!(balance.value == 0, ENonZero);
    let Balance { value: _ } = balance;
}

public(package) fun create_supply_internal<T>(): Supply<T> { Supply { value: 0 } }

/// Ends a supply and returns how much there was.
public(package) fun destroy_supply<T>(self: Supply<T>): u64 {
    let Supply { value } = self;
    value
}

#[allow(unused_function)]
/// Called by the network when it pays rewards. Aborts with `ENotSystemAddress` or `ENotSUI`.
fun create_staking_rewards<T>(value: u64, ctx: &TxContext): Balance<T> {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    assert!(is_sui<T>(), ENotSUI);
    Balance { value }
}

#[allow(unused_function)]
/// Called by the network when it refunds storage fees. Aborts with `ENotSystemAddress` or `ENotSUI`.
fun destroy_storage_rebates<T>(self: Balance<T>, ctx: &TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    assert!(is_sui<T>(), ENotSUI);
    let Balance { value: _ } = self;
}

fun is_sui<T>(): bool { std::type_name::with_original_ids<T>().into_string().into_bytes() == SUI_TYPE_NAME }

// === For tests ===

#[test_only]
public fun create_for_testing<T>(value: u64): Balance<T> { Balance { value } }

#[test_only]
public fun destroy_for_testing<T>(self: Balance<T>): u64 {
    let Balance { value } = self;
    value
}

#[test_only]
public fun create_supply_for_testing<T>(): Supply<T> { Supply { value: 0 } }
