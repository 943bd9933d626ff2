/// A node's votes on the parameters of the network.
module walrus::voting_params;

// === Structs ===

/// Prices in FROST per MiB (storage: and epoch), capacity in bytes.
public struct VotingParams has copy, drop, store {
    storage_price: u64,
    write_price: u64,
    node_capacity: u64,
}

// === Package functions ===

public(package) fun new(storage_price: u64, write_price: u64, node_capacity: u64): VotingParams {
    VotingParams { storage_price, write_price, node_capacity }
}

public(package) fun storage_price(self: &VotingParams): u64 { self.storage_price }

public(package) fun write_price(self: &VotingParams): u64 { self.write_price }

public(package) fun node_capacity(self: &VotingParams): u64 { self.node_capacity }

public(package) fun set_storage_price(self: &mut VotingParams, price: u64) { self.storage_price = price; }

public(package) fun set_write_price(self: &mut VotingParams, price: u64) { self.write_price = price; }

public(package) fun set_node_capacity(self: &mut VotingParams, capacity: u64) { self.node_capacity = capacity; }
