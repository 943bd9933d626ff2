/// Splitting, joining and sending coins in one call.
module sui::pay;

use sui::coin::Coin;

/// There is no coin to join.
const ENoCoins: u64 = 0;

/// Gives the coin to the sender.
public fun keep<T>(c: Coin<T>, ctx: &TxContext) { transfer::public_transfer(c, ctx.sender()) }

#[allow(lint(public_entry))]
/// Splits off `split_amount` and keeps it. Aborts with `balance::ENotEnough`.
public entry fun split<T>(coin: &mut Coin<T>, split_amount: u64, ctx: &mut TxContext) {
    keep(coin.split(split_amount, ctx), ctx)
}

#[allow(lint(public_entry))]
/// Splits off every amount and keeps it. Aborts with `balance::ENotEnough`.
public entry fun split_vec<T>(self: &mut Coin<T>, split_amounts: vector<u64>, ctx: &mut TxContext) {
    split_amounts.do!(|amount| split(self, amount, ctx))
}

#[allow(lint(public_entry))]
/// Splits off `amount` and sends it. Aborts with `balance::ENotEnough`.
public entry fun split_and_transfer<T>(c: &mut Coin<T>, amount: u64, recipient: address, ctx: &mut TxContext) {
    transfer::public_transfer(c.split(amount, ctx), recipient)
}

#[allow(lint(public_entry))]
/// Divides into `n` coins of equal amounts and keeps them. Aborts as `coin::divide_into_n` does.
public entry fun divide_and_keep<T>(self: &mut Coin<T>, n: u64, ctx: &mut TxContext) {
    self.divide_into_n(n, ctx).do!(|coin| keep(coin, ctx))
}

#[allow(lint(public_entry))]
public entry fun join<T>(self: &mut Coin<T>, coin: Coin<T>) { self.join(coin) }

#[allow(lint(public_entry))]
public entry fun join_vec<T>(self: &mut Coin<T>, coins: vector<Coin<T>>) { coins.do!(|coin| self.join(coin)) }

#[allow(lint(public_entry))]
/// Joins the coins and sends the sum. Aborts with `ENoCoins`.
public entry fun join_vec_and_transfer<T>(mut coins: vector<Coin<T>>, receiver: address) {
    assert!(!coins.is_empty(), ENoCoins);
    let mut self = coins.pop_back();
    join_vec(&mut self, coins);
    transfer::public_transfer(self, receiver)
}
