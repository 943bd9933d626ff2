/// Space sold and rewards collected for every future epoch, in a ring of constant length.
module walrus::storage_accounting;

use sui::balance::{Self, Balance};
use wal::wal::WAL;

// === Errors ===

/// The epoch lies beyond what can be paid for today.
const ETooFarInFuture: u64 = 0;

// === Structs ===

/// One epoch: encoded bytes in use and the payments to share out when it ends.
public struct FutureAccounting has store {
    epoch: u32,
    used_capacity: u64,
    rewards_to_distribute: Balance<WAL>,
}

/// The entry for the epoch `i` ahead is at `(current_index + i) mod length`.
public struct FutureAccountingRingBuffer has store {
    current_index: u32,
    length: u32,
    ring_buffer: vector<FutureAccounting>,
}

// === Public functions ===

/// Number of epochs, the current one included, that can be paid for.
public fun max_epochs_ahead(self: &FutureAccountingRingBuffer): u32 { self.length }

/// The entry `epochs_ahead` of the current epoch. Aborts with `ETooFarInFuture` beyond the ring.
public fun ring_lookup(self: &FutureAccountingRingBuffer, epochs_ahead: u32): &FutureAccounting {
    &self.ring_buffer[self.slot(epochs_ahead)]
}

public fun epoch(self: &FutureAccounting): u32 { self.epoch }

/// Encoded bytes in use in that epoch.
public fun used_capacity(self: &FutureAccounting): u64 { self.used_capacity }

/// Payments for that epoch in FROST.
public fun rewards(self: &FutureAccounting): u64 { self.rewards_to_distribute.value() }

// === Package functions ===

/// A ring for the epochs 0 .. length - 1.
public(package) fun ring_new(length: u32): FutureAccountingRingBuffer {
    let ring_buffer = vector::tabulate!(length as u64, |epoch| empty_entry(epoch as u32));
    FutureAccountingRingBuffer { current_index: 0, length, ring_buffer }
}

/// Aborts with `ETooFarInFuture` beyond the ring.
public(package) fun ring_lookup_mut(
    self: &mut FutureAccountingRingBuffer,
    epochs_ahead: u32,
): &mut FutureAccounting {
    let slot = self.slot(epochs_ahead);
    &mut self.ring_buffer[slot]
}

/// Takes the current epoch's entry and makes room for one more epoch at the far end.
public(package) fun ring_pop_expand(self: &mut FutureAccountingRingBuffer): FutureAccounting {
    let current = self.current_index as u64;
    let next_epoch = self.ring_buffer[current].epoch + self.length;
    self.ring_buffer.push_back(empty_entry(next_epoch));
    let popped = self.ring_buffer.swap_remove(current);
    self.current_index = (self.current_index + 1) % self.length;
    popped
}

/// Adds encoded bytes to the epoch's use and returns the new total.
public(package) fun increase_used_capacity(self: &mut FutureAccounting, amount: u64): u64 {
    self.used_capacity = self.used_capacity + amount;
    self.used_capacity
}

/// Puts `per_epoch` FROST of `funds` into every epoch from `start` up to, not including, `end`.
public(package) fun deposit(
    self: &mut FutureAccountingRingBuffer,
    start: u32,
    end: u32,
    per_epoch: u64,
    funds: &mut Balance<WAL>,
) {
    start.range_do!(end, |epochs_ahead| self.add_rewards(epochs_ahead, funds.split(per_epoch)))
}

/// Aborts with `ETooFarInFuture` beyond the ring.
public(package) fun add_rewards(self: &mut FutureAccountingRingBuffer, epochs_ahead: u32, funds: Balance<WAL>) {
    self.ring_lookup_mut(epochs_ahead).rewards_to_distribute.join(funds);
}

public(package) fun rewards_balance(self: &mut FutureAccounting): &mut Balance<WAL> {
    &mut self.rewards_to_distribute
}

/// The payments of a finished epoch.
public(package) fun unwrap_balance(self: FutureAccounting): Balance<WAL> {
    let FutureAccounting { rewards_to_distribute, .. } = self;
    rewards_to_distribute
}

// === Private functions ===

fun empty_entry(epoch: u32): FutureAccounting {
    FutureAccounting { epoch, used_capacity: 0, rewards_to_distribute: balance::zero() }
}

fun slot(self: &FutureAccountingRingBuffer, epochs_ahead: u32): u64 {
    assert!(epochs_ahead < self.length, ETooFarInFuture);
    ((self.current_index + epochs_ahead) % self.length) as u64
}
