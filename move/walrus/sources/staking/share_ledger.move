/// The active stake of a pool, divided into shares, and what is going to leave it.
module walrus::share_ledger;

use sui::table::{Self, Table};
use walrus::pending_values::{Self, PendingValues};
use walrus::pool_exchange_rate::{Self, PoolExchangeRate};

// === Constants ===

/// Slashes leave a share worth at least 3/10 FROST.
const MIN_SHARE_VALUE: u128 = 3;
const SHARE_VALUE_UNIT: u128 = 10;

// === Structs ===

/// `wal_balance` FROST of active stake and rewards, divided into `num_shares`. Serialised as part of the pool, these
/// fields stand where the official clients expect them.
public struct ShareLedger has store {
    wal_balance: u64,
    num_shares: u64,
    /// Epoch -> shares that leave.
    pending_shares_withdraw: PendingValues,
    /// Epoch -> principal that leaves one epoch after it becomes active.
    pre_active_withdrawals: PendingValues,
}

/// Epoch -> value of shares; only epochs in which the pool took part are on record.
public struct RateHistory has store {
    exchange_rates: Table<u32, PoolExchangeRate>,
}

// === Ledger ===

public(package) fun empty(): ShareLedger {
    ShareLedger {
        wal_balance: 0,
        num_shares: 0,
        pending_shares_withdraw: pending_values::empty(),
        pre_active_withdrawals: pending_values::empty(),
    }
}

/// Books that shares leave at `epoch`.
public(package) fun withdraw_shares(self: &mut ShareLedger, epoch: u32, shares: u64) {
    self.pending_shares_withdraw.insert_or_add(epoch, shares);
}

/// Books that stake leaves at `epoch` which becomes active one epoch before.
public(package) fun withdraw_pre_active(self: &mut ShareLedger, epoch: u32, principal: u64) {
    self.pre_active_withdrawals.insert_or_add(epoch, principal);
}

/// Raises the value of all shares alike.
public(package) fun add_rewards(self: &mut ShareLedger, amount: u64) {
    self.wal_balance = self.wal_balance + amount;
}

/// Lowers the value of all shares alike.
public(package) fun remove_value(self: &mut ShareLedger, amount: u64) {
    self.wal_balance = self.wal_balance - amount;
}

/// Fixes the rate of `epoch` in the history, then lets `entering` FROST in and what is due out, at that rate.
/// Aborts in `table` if the rate of the epoch is fixed already.
public(package) fun advance(
    self: &mut ShareLedger,
    history: &mut RateHistory,
    epoch: u32,
    first_epoch: u32,
    entering: u64,
) {
    let rate = self.current_rate();
    history.exchange_rates.add(epoch, rate);
    self.wal_balance = self.wal_balance + entering;

    let mut leaving = self.pending_shares_withdraw.flush(epoch);
    leaving = leaving + self.pre_active_shares!(epoch, |at| history.rate_at(at, first_epoch, epoch));
    self.pre_active_withdrawals.flush(epoch);

    // Shares never add up to more than `num_shares`; the limit is there so that no pool can ever stop an epoch change.
    let value = rate.convert_to_wal_amount(leaving).min(self.wal_balance);
    self.wal_balance = self.wal_balance - value;
    self.num_shares = rate.convert_to_share_amount(self.wal_balance);
}

/// The active stake at `epoch` if `entering` FROST come and no reward or slash changes the rate before.
public(package) fun balance_at(
    self: &ShareLedger,
    history: &RateHistory,
    epoch: u32,
    first_epoch: u32,
    latest_epoch: u32,
    entering: u64,
): u64 {
    let rate = self.current_rate();
    let pre_active = self.pre_active_shares!(epoch, |at| if (at <= latest_epoch) {
        history.rate_at(at, first_epoch, latest_epoch)
    } else {
        rate
    });
    let leaving = self.pending_shares_withdraw.value_at(epoch) + pre_active;
    let balance = self.wal_balance + entering;
    balance - rate.convert_to_wal_amount(leaving).min(balance)
}

/// FROST that can be taken away. Shares keep a value of at least 0.3 FROST: with a supply of 5 * 10^18 FROST the
/// number of shares then always fits 64 bits.
public(package) fun slashable(self: &ShareLedger): u64 {
    let floor = ((self.num_shares as u128) * MIN_SHARE_VALUE).divide_and_round_up(SHARE_VALUE_UNIT) as u64;
    self.wal_balance - floor.min(self.wal_balance)
}

/// Value of shares now.
public(package) fun current_rate(self: &ShareLedger): PoolExchangeRate {
    pool_exchange_rate::new(self.wal_balance, self.num_shares)
}

public(package) fun wal_balance(self: &ShareLedger): u64 { self.wal_balance }

public(package) fun num_shares(self: &ShareLedger): u64 { self.num_shares }

// === History ===

/// A history that starts with flat shares.
public(package) fun new_history(first_epoch: u32, ctx: &mut TxContext): RateHistory {
    let mut exchange_rates = table::new(ctx);
    exchange_rates.add(first_epoch, pool_exchange_rate::flat());
    RateHistory { exchange_rates }
}

/// The rate at which stake entered that was due at `epoch`: the first one on record from then on. Stake due after
/// `latest_epoch` has not entered.
public(package) fun entry_rate(self: &RateHistory, epoch: u32, latest_epoch: u32): PoolExchangeRate {
    let mut epoch = epoch;
    while (epoch <= latest_epoch) {
        if (self.exchange_rates.contains(epoch)) return self.exchange_rates[epoch];
        epoch = epoch + 1;
    };
    pool_exchange_rate::flat()
}

/// The rate on record for `epoch`, or the last one before; flat before `first_epoch`. Nothing is on record after
/// `latest_epoch`.
public(package) fun rate_at(
    self: &RateHistory,
    epoch: u32,
    first_epoch: u32,
    latest_epoch: u32,
): PoolExchangeRate {
    let mut epoch = epoch.min(latest_epoch);
    while (epoch > first_epoch) {
        if (self.exchange_rates.contains(epoch)) return self.exchange_rates[epoch];
        epoch = epoch - 1;
    };
    pool_exchange_rate::flat()
}

// === Private functions ===

/// Shares of the stake that is to leave by `epoch`, bought at the rate of the epoch in which it became active.
macro fun pre_active_shares($self: &ShareLedger, $epoch: u32, $rate_at: |u32| -> PoolExchangeRate): u64 {
    let self = $self;
    let due = $epoch;
    let withdrawals = self.pre_active_withdrawals.inner();
    withdrawals.keys().fold!(0, |shares, epoch| if (epoch <= due) {
        shares + $rate_at(epoch - 1).convert_to_share_amount(withdrawals[&epoch])
    } else {
        shares
    })
}
