/// How many shards each node gets: the D'Hondt method with an upper limit for each node.
module walrus::apportionment;

use std::uq64_64;
use walrus::apportionment_queue::{Self, ApportionmentQueue};

// === Constants ===

/// From this many nodes on, no node gets more than a tenth of the shards.
const MIN_NODES_FOR_SHARDS_LIMIT: u64 = 20;
const SHARDS_LIMIT_DENOMINATOR: u64 = 10;

// === Package functions ===

/// Shards of each node, in proportion to its stake and at most `limits[i]`; they add up to `n_shards`.
/// Among equal quotients the node listed first wins.
///
/// Aborts with `apportionment_queue::EPopFromEmptyHeap` if the limits do not leave room for `n_shards`.
public(package) fun dhondt(n_shards: u16, stakes: &vector<u64>, limits: &vector<u16>): vector<u16> {
    let total_stake = (*stakes).fold!(0, |sum, stake| sum + stake);
    // A stake of this many FROST is sure of one seat: the bulk is handed out without the queue.
    let price = total_stake / ((n_shards as u64) + 1) + 1;
    let mut seats = stakes.zip_map_ref!(limits, |stake, limit| (*stake / price).min(*limit as u64) as u16);
    let given = seats.fold!(0u64, |sum, seats| sum + (seats as u64));

    let mut queue = apportionment_queue::new();
    stakes.length().do!(|i| queue.enqueue(i, stakes, &seats, limits));
    ((n_shards as u64) - given).do!(|_| {
        let (_, _, i) = queue.pop_max();
        let won = &mut seats[i];
        *won = *won + 1;
        queue.enqueue(i, stakes, &seats, limits);
    });
    seats
}

/// Largest number of shards one of `n_nodes` nodes may hold: a tenth, or twice the even share of a small committee.
public(package) fun max_shards_per_node(n_nodes: u64, n_shards: u16): u16 {
    let n_shards = n_shards as u64;
    if (n_nodes >= MIN_NODES_FOR_SHARDS_LIMIT) {
        (n_shards / SHARDS_LIMIT_DENOMINATOR) as u16
    } else {
        (n_shards * MIN_NODES_FOR_SHARDS_LIMIT).divide_and_round_up(n_nodes * SHARDS_LIMIT_DENOMINATOR) as u16
    }
}

// === Private functions ===

/// Puts node `i` in line for its next seat, unless it has reached its limit.
fun enqueue(
    queue: &mut ApportionmentQueue<u64>,
    i: u64,
    stakes: &vector<u64>,
    seats: &vector<u16>,
    limits: &vector<u16>,
) {
    if (seats[i] >= limits[i]) return;
    let quotient = uq64_64::from_quotient(stakes[i] as u128, (seats[i] as u128) + 1);
    queue.insert(quotient, stakes.length() - i, i);
}

use fun enqueue as ApportionmentQueue.enqueue;
