/// The nodes that compete for shards: the ones with the most stake, up to a fixed number.
module walrus::active_set;

// === Errors ===

/// An active set needs room for at least one node.
const EZeroMaxSize: u64 = 0;

// === Structs ===

public struct ActiveSetEntry has copy, drop, store {
    node_id: ID,
    staked_amount: u64,
}

/// At most `max_size` nodes with at least `threshold_stake` FROST each, in no order; `total_stake` is their sum.
public struct ActiveSet has copy, drop, store {
    max_size: u16,
    threshold_stake: u64,
    nodes: vector<ActiveSetEntry>,
    total_stake: u64,
}

// === Package functions ===

/// Aborts with `EZeroMaxSize`.
public(package) fun new(max_size: u16, threshold_stake: u64): ActiveSet {
    assert!(max_size > 0, EZeroMaxSize);
    ActiveSet { max_size, threshold_stake, nodes: vector[], total_stake: 0 }
}

/// Takes the node in with its stake, or updates it; if the set is full it replaces the node with the least stake,
/// provided that is less. Too little stake removes the node. Returns whether the node is in the set afterwards.
public(package) fun insert_or_update(self: &mut ActiveSet, node_id: ID, staked_amount: u64): bool {
    if (staked_amount == 0 || staked_amount < self.threshold_stake) {
        self.remove(node_id);
        return false
    };
    let place = self.find(node_id);
    if (place.is_some()) {
        self.replace(place.destroy_some(), node_id, staked_amount);
        return true
    };
    self.insert(node_id, staked_amount)
}

/// Removes the node if it is in the set.
public(package) fun remove(self: &mut ActiveSet, node_id: ID) {
    self.find(node_id).do!(|i| {
        let removed = self.nodes.swap_remove(i);
        self.total_stake = self.total_stake - removed.staked_amount;
    })
}

public(package) fun size(self: &ActiveSet): u16 { self.nodes.length() as u16 }

public(package) fun total_stake(self: &ActiveSet): u64 { self.total_stake }

/// Node ids and stakes, in the set's order.
public(package) fun active_ids_and_stake(self: &ActiveSet): (vector<ID>, vector<u64>) {
    (self.nodes.map_ref!(|entry| entry.node_id), self.nodes.map_ref!(|entry| entry.staked_amount))
}

// === Private functions ===

fun find(self: &ActiveSet, node_id: ID): Option<u64> {
    self.nodes.find_index!(|entry| entry.node_id == node_id)
}

fun insert(self: &mut ActiveSet, node_id: ID, staked_amount: u64): bool {
    if (self.nodes.length() < (self.max_size as u64)) {
        self.nodes.push_back(ActiveSetEntry { node_id, staked_amount });
        self.total_stake = self.total_stake + staked_amount;
        return true
    };
    let smallest = self.smallest();
    if (self.nodes[smallest].staked_amount >= staked_amount) return false;
    self.replace(smallest, node_id, staked_amount);
    true
}

fun replace(self: &mut ActiveSet, i: u64, node_id: ID, staked_amount: u64) {
    let entry = &mut self.nodes[i];
    self.total_stake = self.total_stake - entry.staked_amount + staked_amount;
    *entry = ActiveSetEntry { node_id, staked_amount };
}

/// Index of the first entry with the least stake.
fun smallest(self: &ActiveSet): u64 {
    let mut smallest = 0;
    self.nodes.length().do!(|i| {
        if (self.nodes[i].staked_amount < self.nodes[smallest].staked_amount) smallest = i;
    });
    smallest
}

// === Test functions ===

#[test_only]
public fun max_size(self: &ActiveSet): u16 { self.max_size }

#[test_only]
public fun threshold_stake(self: &ActiveSet): u64 { self.threshold_stake }
