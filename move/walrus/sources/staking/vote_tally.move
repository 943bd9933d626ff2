/// Parameters from weighted votes: the value that a quorum of shards can live with.
module walrus::vote_tally;

use sui::priority_queue;

// === Package functions ===

/// Smallest vote such that those who voted for it or less hold a quorum: the price most nodes accept.
/// `weights` are shards and add up to `n_shards`. The largest number if there are no votes.
public(package) fun quorum_below(votes: vector<u64>, weights: vector<u16>, n_shards: u16): u64 {
    let count = votes.length();
    let mut descending = priority_queue::new(priority_queue::create_entries(votes, weights));
    let mut at_or_below = n_shards;
    let mut accepted = std::u64::max_value!();
    let mut popped = 0;
    while (popped < count && is_quorum(n_shards, at_or_below)) {
        let (vote, weight) = descending.pop_max();
        accepted = vote;
        at_or_below = at_or_below - weight;
        popped = popped + 1;
    };
    accepted
}

/// Largest vote such that those who voted for it or more hold a quorum: what most nodes can carry.
/// `weights` are shards and add up to `n_shards`. 0 if there are no votes.
public(package) fun quorum_above(votes: vector<u64>, weights: vector<u16>, n_shards: u16): u64 {
    let count = votes.length();
    let mut descending = priority_queue::new(priority_queue::create_entries(votes, weights));
    let mut at_or_above = 0;
    let mut carried = 0;
    let mut popped = 0;
    while (popped < count && !is_quorum(n_shards, at_or_above)) {
        let (vote, weight) = descending.pop_max();
        carried = vote;
        at_or_above = at_or_above + weight;
        popped = popped + 1;
    };
    carried
}

/// Whether `weight` of `n_shards` is a quorum: 3w >= 2n + 1.
public(package) fun is_quorum(n_shards: u16, weight: u16): bool {
    3 * (weight as u64) >= 2 * (n_shards as u64) + 1
}
