/// An operator's own money behind its node: lost before the stake of others.
module walrus::bond;

use sui::balance::{Self, Balance};
use wal::wal::WAL;
use walrus::pending_values::{Self, PendingValues};

// === Errors ===

/// The bond does not cover the amount.
const EInsufficientBond: u64 = 0;

// === Structs ===

/// `pending_withdrawals`: epoch -> FROST that may leave.
public struct Bond has store {
    balance: Balance<WAL>,
    pending_withdrawals: PendingValues,
}

// === Package functions ===

public(package) fun empty(): Bond {
    Bond { balance: balance::zero(), pending_withdrawals: pending_values::empty() }
}

public(package) fun deposit(self: &mut Bond, funds: Balance<WAL>) { self.balance.join(funds); }

/// Announces that `amount` leaves at `epoch`; from now on it does not cover shards any more.
/// Aborts with `EInsufficientBond`.
public(package) fun request_withdrawal(self: &mut Bond, amount: u64, epoch: u32) {
    assert!(amount > 0 && amount <= self.covering(), EInsufficientBond);
    self.pending_withdrawals.insert_or_add(epoch, amount);
}

/// Pays out what is due at `epoch`, as far as slashes left it.
public(package) fun withdraw(self: &mut Bond, epoch: u32): Balance<WAL> {
    let due = self.pending_withdrawals.flush(epoch);
    self.take(due)
}

/// Takes `amount`, or all if there is less.
public(package) fun take(self: &mut Bond, amount: u64): Balance<WAL> {
    let available = amount.min(self.value());
    self.balance.split(available)
}

public(package) fun value(self: &Bond): u64 { self.balance.value() }

/// What is not on its way out.
public(package) fun covering(self: &Bond): u64 {
    let leaving = self.pending_withdrawals.value_at(std::u32::max_value!());
    self.value() - leaving.min(self.value())
}
