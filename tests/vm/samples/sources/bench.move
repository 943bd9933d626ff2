/// Work to measure: pure loops, and a call as contracts make them.
module samples::bench;

use sui::balance::{Self, Balance};
use sui::coin::Coin;
use sui::event;
use sui::table::{Self, Table};

const EEmpty: u64 = 7;

public struct Vault<phantom T> has key { id: UID, funds: Balance<T>, notes: Table<address, u64> }
public struct Deposited has copy, drop { vault: ID, who: address, amount: u64 }

public fun sum_loop(n: u64): u64 {
    let mut i = 0;
    let mut sum = 0;
    while (i < n) { sum = sum + i * 3 % 7; i = i + 1 };
    sum
}

public fun fibonacci(n: u64): u64 { if (n < 2) n else fibonacci(n - 1) + fibonacci(n - 2) }

public fun sieve(n: u64): u64 {
    let mut composite = vector[false, false];
    let mut i = 2;
    while (i < n) { composite.push_back(false); i = i + 1 };
    let mut count = 0;
    let mut p = 2;
    while (p < n) {
        if (!composite[p]) {
            count = count + 1;
            let mut k = p * p;
            while (k < n) { *(&mut composite[k]) = true; k = k + p };
        };
        p = p + 1;
    };
    count
}

public fun new_vault<T>(ctx: &mut TxContext): Vault<T> {
    Vault { id: object::new(ctx), funds: balance::zero(), notes: table::new(ctx) }
}

/// Takes a coin in, writes down who brought how much, and tells of it.
public fun deposit<T>(vault: &mut Vault<T>, coin: Coin<T>, ctx: &TxContext) {
    let amount = coin.value();
    assert!(amount > 0, EEmpty);
    let who = ctx.sender();
    if (vault.notes.contains(who)) {
        let note = &mut vault.notes[who];
        *note = *note + amount
    } else vault.notes.add(who, amount);
    vault.funds.join(coin.into_balance());
    event::emit(Deposited { vault: object::id(vault), who, amount });
}

public fun share<T>(vault: Vault<T>) { transfer::share_object(vault) }
