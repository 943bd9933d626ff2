/// How the payments of an ended epoch are shared out.
module walrus::rewards;

use sui::balance::Balance;
use sui::vec_map::{Self, VecMap};
use wal::wal::WAL;
use walrus::bls_aggregate::BlsCommittee;

// === Constants ===

/// Share of each epoch's payments that is burned, in percent.
const BURN_PERCENT: u128 = 3;

// === Package functions ===

/// Takes out the share to be burned, rounded down.
public(package) fun take_burn(payments: &mut Balance<WAL>): Balance<WAL> {
    let burned = (payments.value() as u128) * BURN_PERCENT / 100;
    payments.split(burned as u64)
}

/// Splits the payments among the members by weight and by the data each had to store: of `used` bytes those it
/// denies do not count. What rounding leaves stays in `payments`, and everything if nothing was stored.
public(package) fun share_out(
    payments: &mut Balance<WAL>,
    committee: &BlsCommittee,
    used: u64,
    deny_list_sizes: &VecMap<ID, u64>,
): VecMap<ID, Balance<WAL>> {
    let (node_ids, weights) = committee.to_vec_map().into_keys_values();
    let stored = node_ids.zip_map_ref!(&weights, |node_id, weight| {
        let denied = deny_list_sizes.try_get(node_id).destroy_or!(0);
        (*weight as u128) * ((used - denied.min(used)) as u128)
    });
    let total = stored.fold!(0u128, |sum, value| sum + value).max(1);
    let amount = payments.value() as u128;
    let rewards = stored.map!(|value| payments.split(mul_div(value, amount, total)));
    vec_map::from_keys_values(node_ids, rewards)
}

// === Private functions ===

/// floor(a * b / c), for results that fit 64 bits.
fun mul_div(a: u128, b: u128, c: u128): u64 {
    ((a as u256) * (b as u256) / (c as u256)) as u64
}
