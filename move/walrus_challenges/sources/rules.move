/// What a court asks for, and what it takes.
module walrus_challenges::rules;

// === Errors ===

/// A court needs a time to answer, a penalty, room for a challenge, and a bounty of at most 100 %.
const EInvalidRules: u64 = 0;

// === Structs ===

/// An accuser puts up `accusation_bond` FROST. The accused has `response_window_ms` to answer, or loses
/// `penalty_basis_points` of its active stake, `bounty_percent` of it to the accuser. At most `max_open` challenges
/// are open against a node at a time.
public struct Rules has copy, drop, store {
    response_window_ms: u64,
    accusation_bond: u64,
    penalty_basis_points: u16,
    bounty_percent: u8,
    max_open: u64,
}

// === Public functions ===

/// Aborts with `EInvalidRules`.
public fun new(
    response_window_ms: u64,
    accusation_bond: u64,
    penalty_basis_points: u16,
    bounty_percent: u8,
    max_open: u64,
): Rules {
    assert!(response_window_ms > 0 && penalty_basis_points > 0 && max_open > 0, EInvalidRules);
    assert!(bounty_percent <= 100, EInvalidRules);
    Rules { response_window_ms, accusation_bond, penalty_basis_points, bounty_percent, max_open }
}

public fun response_window_ms(self: &Rules): u64 { self.response_window_ms }

public fun accusation_bond(self: &Rules): u64 { self.accusation_bond }

public fun penalty_basis_points(self: &Rules): u16 { self.penalty_basis_points }

public fun bounty_percent(self: &Rules): u8 { self.bounty_percent }

public fun max_open(self: &Rules): u64 { self.max_open }
