/// Depends on the other module of this package, and on the framework.
module play::uses;

use play::toys::{Self, Toy};
use sui::coin::Coin;

public fun twice(toy: &mut Toy) {
    let size = toy.size();
    toys::grow(toy, size);
}

/// Halves a coin.
public fun half<T>(coin: &mut Coin<T>, ctx: &mut TxContext): Coin<T> {
    let amount = coin.value() / 2;
    coin.split(amount, ctx)
}

public enum Mood has copy, drop, store {
    Happy,
    Sad { since: u64, why: vector<u8> },
}
