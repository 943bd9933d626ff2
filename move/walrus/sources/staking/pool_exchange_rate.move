/// Value of a pool's shares at one epoch.
module walrus::pool_exchange_rate;

// === Structs ===

/// One FROST a share, or `wal_amount` FROST for `share_amount` shares. Rewards raise the value of a share above
/// one FROST, slashes can lower it below.
public enum PoolExchangeRate has copy, drop, store {
    Flat,
    Variable { wal_amount: u128, share_amount: u128 },
}

// === Package functions ===

public(package) fun flat(): PoolExchangeRate { PoolExchangeRate::Flat }

/// An empty pool starts flat.
public(package) fun new(wal_amount: u64, share_amount: u64): PoolExchangeRate {
    if (wal_amount == 0 || share_amount == 0) return PoolExchangeRate::Flat;
    PoolExchangeRate::Variable { wal_amount: wal_amount as u128, share_amount: share_amount as u128 }
}

/// Value of `shares` in FROST, rounded down.
public(package) fun convert_to_wal_amount(self: &PoolExchangeRate, shares: u64): u64 {
    match (self) {
        PoolExchangeRate::Flat => shares,
        PoolExchangeRate::Variable { wal_amount, share_amount } => {
            ((shares as u128) * *wal_amount / *share_amount) as u64
        },
    }
}

/// Shares worth `wal` FROST, rounded down.
public(package) fun convert_to_share_amount(self: &PoolExchangeRate, wal: u64): u64 {
    match (self) {
        PoolExchangeRate::Flat => wal,
        PoolExchangeRate::Variable { wal_amount, share_amount } => {
            ((wal as u128) * *share_amount / *wal_amount) as u64
        },
    }
}

/// Whether a share is worth less under `self` than under `earlier`: the pool was slashed in between.
public(package) fun is_below(self: &PoolExchangeRate, earlier: &PoolExchangeRate): bool {
    let (wal, shares) = self.amounts();
    let (earlier_wal, earlier_shares) = earlier.amounts();
    wal * earlier_shares < earlier_wal * shares
}

// === Private functions ===

fun amounts(self: &PoolExchangeRate): (u256, u256) {
    match (self) {
        PoolExchangeRate::Flat => (1, 1),
        PoolExchangeRate::Variable { wal_amount, share_amount } => (*wal_amount as u256, *share_amount as u256),
    }
}
