/// Which members of a new committee have reported that they hold their shards.
module walrus::sync_progress;

use sui::vec_set::{Self, VecSet};

// === Structs ===

/// Reports since the epoch change began at `started_at_ms`.
public struct SyncProgress has drop, store {
    started_at_ms: u64,
    reported: VecSet<ID>,
}

// === Package functions ===

public(package) fun new(started_at_ms: u64): SyncProgress {
    SyncProgress { started_at_ms, reported: vec_set::empty() }
}

public(package) fun add(self: &mut SyncProgress, node_id: ID) { self.reported.insert(node_id) }

public(package) fun has_reported(self: &SyncProgress, node_id: &ID): bool { self.reported.contains(node_id) }

public(package) fun started_at_ms(self: &SyncProgress): u64 { self.started_at_ms }
