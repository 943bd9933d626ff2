/// Which node holds which shards.
module walrus::committee;

use sui::vec_map::{Self, VecMap};
use walrus::sort;

// === Errors ===

/// The new weights do not add up to the number of shards.
const EInvalidShardAssignment: u64 = 0;

// === Structs ===

/// Node id -> its shards, in ascending order of node id.
public struct Committee(VecMap<ID, vector<u16>>) has copy, drop, store;

// === Public functions ===

/// Shards of a member. Aborts (`vec_map`) if the node is none.
#[syntax(index)]
public fun shards(self: &Committee, node_id: &ID): &vector<u16> {
    &self.0[node_id]
}

/// Number of members.
public fun size(self: &Committee): u64 { self.0.length() }

public fun inner(self: &Committee): &VecMap<ID, vector<u16>> { &self.0 }

public fun to_inner(self: Committee): VecMap<ID, vector<u16>> {
    let Committee(members) = self;
    members
}

// === Package functions ===

public(package) fun empty(): Committee { Committee(vec_map::empty()) }

public(package) fun contains(self: &Committee, node_id: &ID): bool { self.0.contains(node_id) }

/// Number of shards of a node, 0 if it is no member.
public(package) fun weight(self: &Committee, node_id: &ID): u16 {
    if (self.contains(node_id)) self.0[node_id].length() as u16 else 0
}

/// The first committee: consecutive shards in order of node id.
public(package) fun initialize(weights: VecMap<ID, u16>): Committee {
    let (node_ids, weights) = sort::sorted_by_node_id(weights).into_keys_values();
    let mut next_shard = 0u16;
    let shards = weights.map!(|weight| {
        let first = next_shard;
        next_shard = first + weight;
        vector::tabulate!(weight as u64, |i| first + (i as u16))
    });
    Committee(vec_map::from_keys_values(node_ids, shards))
}

/// The next committee: members keep what they have as far as their new weight goes; only the surplus moves.
/// Aborts with `EInvalidShardAssignment` if the weights' sum differs from the number of shards held now.
public(package) fun transition(self: &Committee, weights: VecMap<ID, u16>): Committee {
    let mut spare = self.surplus(&weights);
    let (node_ids, weights) = sort::sorted_by_node_id(weights).into_keys_values();
    let shards = node_ids.zip_map_ref!(&weights, |node_id, weight| {
        let mut shards = self.kept(node_id, *weight);
        ((*weight as u64) - shards.length()).do!(|_| {
            assert!(!spare.is_empty(), EInvalidShardAssignment);
            shards.push_back(spare.pop_back());
        });
        shards
    });
    assert!(spare.is_empty(), EInvalidShardAssignment);
    Committee(vec_map::from_keys_values(node_ids, shards))
}

/// Members of `self` that `other` does not have.
public(package) fun difference(self: &Committee, other: &Committee): vector<ID> {
    self.0.keys().filter!(|node_id| !other.contains(node_id))
}

// === Private functions ===

/// Shards that change hands: all of those who leave, and the last ones of those whose weight falls.
fun surplus(self: &Committee, weights: &VecMap<ID, u16>): vector<u16> {
    let mut spare = vector[];
    self.0.keys().do!(|node_id| {
        let weight = weights.try_get(&node_id).destroy_or!(0) as u64;
        let mut shards = self.0[&node_id];
        while (shards.length() > weight) spare.push_back(shards.pop_back());
    });
    spare
}

/// The first `weight` shards of the node, or all if it has fewer, or none if it is no member.
fun kept(self: &Committee, node_id: &ID, weight: u16): vector<u16> {
    if (!self.contains(node_id)) return vector[];
    let mut shards = self.0[node_id];
    while (shards.length() > (weight as u64)) { shards.pop_back(); };
    shards
}
