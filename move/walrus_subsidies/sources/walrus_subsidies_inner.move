/// What subsidies are paid, and from which funds.
module walrus_subsidies::walrus_subsidies_inner;

use sui::bag::{Self, Bag};
use sui::balance::{Self, Balance};
use sui::clock::Clock;
use wal::wal::WAL;
use walrus::staking::Staking;
use walrus::system::System;
use walrus_subsidies::epoch_balance_ring_buffer::{Self, EpochBalanceRingBuffer};

// === Errors ===

/// A rate is at most 100 times the payments.
const EInvalidSubsidyRate: u64 = 0;
/// The funds do not cover what is due.
const EInsufficientFundsInPool: u64 = 1;
/// The subsidy of a node that holds all shards would not fit 64 bits.
const ESubsidyTooLarge: u64 = 2;

// === Constants ===

const BASIS_POINTS: u128 = 10_000;
/// 100 times the payments, in basis points.
const MAX_SUBSIDY_RATE: u32 = 1_000_000;
/// Shards a node can have at most.
const MAX_SHARDS: u128 = 1_000;

// === Structs ===

/// `system_subsidy_rate` is in basis points of what users pay; `base_subsidy` and `subsidy_per_shard` are FROST a
/// node gets for each epoch.
public struct WalrusSubsidiesInnerV1 has store {
    system_subsidy_rate: u32,
    subsidy_pool: Balance<WAL>,
    base_subsidy: u64,
    subsidy_per_shard: u64,
    /// Last epoch in which nodes were paid.
    latest_epoch: u32,
    /// Rewards of each coming epoch as they were after the last subsidy.
    already_subsidized_balances: EpochBalanceRingBuffer,
    /// When subsidies were last paid, in ms.
    last_subsidized_ts: u64,
    extra_fields: Bag,
}

// === Package functions ===

/// Pays nodes from the next epoch on, and tops up all payments for the current and coming epochs.
/// Aborts with `EInvalidSubsidyRate` or `ESubsidyTooLarge`.
public(package) fun new(
    system: &System,
    staking: &Staking,
    system_subsidy_rate: u32,
    base_subsidy: u64,
    subsidy_per_shard: u64,
    ctx: &mut TxContext,
): WalrusSubsidiesInnerV1 {
    assert_rate(system_subsidy_rate);
    assert_node_subsidy(base_subsidy, subsidy_per_shard);
    WalrusSubsidiesInnerV1 {
        system_subsidy_rate,
        subsidy_pool: balance::zero(),
        base_subsidy,
        subsidy_per_shard,
        latest_epoch: staking.epoch(),
        already_subsidized_balances: epoch_balance_ring_buffer::new(
            system.future_accounting().max_epochs_ahead(),
        ),
        last_subsidized_ts: 0,
        extra_fields: bag::new(ctx),
    }
}

public(package) fun add_funds(self: &mut WalrusSubsidiesInnerV1, funds: Balance<WAL>) {
    self.subsidy_pool.join(funds);
}

/// Aborts with `EInsufficientFundsInPool`.
public(package) fun withdraw(self: &mut WalrusSubsidiesInnerV1, amount: u64): Balance<WAL> {
    assert!(self.subsidy_pool.value() >= amount, EInsufficientFundsInPool);
    self.subsidy_pool.split(amount)
}

/// Aborts with `EInvalidSubsidyRate`.
public(package) fun set_system_subsidy_rate(self: &mut WalrusSubsidiesInnerV1, rate: u32) {
    assert_rate(rate);
    self.system_subsidy_rate = rate;
}

/// Aborts with `ESubsidyTooLarge`.
public(package) fun set_base_subsidy(self: &mut WalrusSubsidiesInnerV1, base_subsidy: u64) {
    assert_node_subsidy(base_subsidy, self.subsidy_per_shard);
    self.base_subsidy = base_subsidy;
}

/// Aborts with `ESubsidyTooLarge`.
public(package) fun set_subsidy_per_shard(self: &mut WalrusSubsidiesInnerV1, subsidy_per_shard: u64) {
    assert_node_subsidy(self.base_subsidy, subsidy_per_shard);
    self.subsidy_per_shard = subsidy_per_shard;
}

/// Pays what is due: once in an epoch the nodes of the epoch before, and each time the share on top of what users
/// have paid since. All or nothing: aborts with `EInsufficientFundsInPool`.
public(package) fun process(
    self: &mut WalrusSubsidiesInnerV1,
    staking: &mut Staking,
    system: &mut System,
    clock: &Clock,
) {
    let passed = staking.epoch() - self.latest_epoch;
    if (passed > 0) {
        self.latest_epoch = staking.epoch();
        self.already_subsidized_balances.advance(passed);
        self.pay_nodes(staking);
    };
    self.top_up(system);
    self.last_subsidized_ts = clock.timestamp_ms();
}

/// FROST left for subsidies.
public(package) fun funds(self: &WalrusSubsidiesInnerV1): u64 { self.subsidy_pool.value() }

// === Private functions ===

/// Gives every member of the previous committee its subsidy as commission.
fun pay_nodes(self: &mut WalrusSubsidiesInnerV1, staking: &mut Staking) {
    let committee = *staking.previous_committee();
    let node_ids = committee.inner().keys();
    let subsidies = node_ids.map_ref!(|node_id| {
        let subsidy = self.base_subsidy + self.subsidy_per_shard * committee.shards(node_id).length();
        self.withdraw(subsidy)
    });
    staking.add_commission_to_pools(node_ids, subsidies);
}

/// Adds the subsidy to the rewards of every epoch in which they grew since the last time.
fun top_up(self: &mut WalrusSubsidiesInnerV1, system: &mut System) {
    let rate = self.system_subsidy_rate as u128;
    let subsidies = vector::tabulate!(self.already_subsidized_balances.length() as u64, |i| {
        let epochs_ahead = i as u32;
        let rewards = system.future_accounting().ring_lookup(epochs_ahead).rewards();
        let seen = self.already_subsidized_balances.get(epochs_ahead).min(rewards);
        let subsidy = (((rewards - seen) as u128) * rate / BASIS_POINTS) as u64;
        self.already_subsidized_balances.set(epochs_ahead, rewards + subsidy);
        self.withdraw(subsidy)
    });
    system.add_per_epoch_subsidies(subsidies);
}

fun assert_rate(rate: u32) {
    assert!(rate <= MAX_SUBSIDY_RATE, EInvalidSubsidyRate)
}

fun assert_node_subsidy(base_subsidy: u64, subsidy_per_shard: u64) {
    let largest = (base_subsidy as u128) + MAX_SHARDS * (subsidy_per_shard as u128);
    assert!(largest <= std::u64::max_value!() as u128, ESubsidyTooLarge)
}
