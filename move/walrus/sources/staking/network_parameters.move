/// Settings of one network that no vote changes.
module walrus::network_parameters;

// === Structs ===

/// `sync_timeout_ms`: how long a committee may take to report its shards before anyone can complete the epoch
/// change. `min_bond_per_shard`: FROST of its own an operator must put up for every shard; 0 asks for none.
public struct NetworkParameters has copy, drop, store {
    sync_timeout_ms: u64,
    min_bond_per_shard: u64,
}

// === Public functions ===

public fun new(sync_timeout_ms: u64, min_bond_per_shard: u64): NetworkParameters {
    NetworkParameters { sync_timeout_ms, min_bond_per_shard }
}

/// No bond; the sync may take as long as an epoch.
public fun default(epoch_duration_ms: u64): NetworkParameters {
    new(epoch_duration_ms, 0)
}

public fun sync_timeout_ms(self: &NetworkParameters): u64 { self.sync_timeout_ms }

public fun min_bond_per_shard(self: &NetworkParameters): u64 { self.min_bond_per_shard }
