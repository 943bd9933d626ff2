/// The right of another contract to punish nodes, within a limit: how courts outside this package slash.
module walrus::penalty_authority;

use sui::balance::Balance;
use wal::wal::WAL;
use walrus::staking::Staking;
use walrus::upgrade::EmergencyUpgradeCap;

// === Errors ===

/// A penalty lies in 1 .. the authority's limit, and a limit in 1 ..= 3,000 basis points.
const EInvalidPenalty: u64 = 0;
/// Only current members can be slashed.
const ENotInCommittee: u64 = 1;

// === Constants ===

/// Largest penalty any authority can have: 30 %.
const MAX_BASIS_POINTS: u16 = 3_000;
const BASIS_POINTS: u128 = 10_000;
/// Reason in `Slashed`: contract with an authority.
const REASON_AUTHORITY: u8 = 1;

// === Structs ===

/// Each use takes at most `max_basis_points` of a node's active stake.
public struct PenaltyAuthority has key, store {
    id: UID,
    max_basis_points: u16,
}

// === Public functions ===

/// Grants an authority; who may replace the whole package may do this, too. Aborts with `EInvalidPenalty`.
public fun grant(_cap: &EmergencyUpgradeCap, max_basis_points: u16, ctx: &mut TxContext): PenaltyAuthority {
    assert!(max_basis_points > 0 && max_basis_points <= MAX_BASIS_POINTS, EInvalidPenalty);
    PenaltyAuthority { id: object::new(ctx), max_basis_points }
}

public fun max_basis_points(self: &PenaltyAuthority): u16 { self.max_basis_points }

/// Takes `basis_points` of a current member's active stake from its commission, its bond and its stakers, in this
/// order, and returns it; emits `Slashed`. Aborts with `EInvalidPenalty` or `ENotInCommittee`.
public fun slash(
    self: &PenaltyAuthority,
    staking: &mut Staking,
    node_id: ID,
    basis_points: u16,
): Balance<WAL> {
    assert!(basis_points > 0 && basis_points <= self.max_basis_points, EInvalidPenalty);
    assert!(staking.get_current_node_weight(node_id) > 0, ENotInCommittee);
    let stake = staking.inner().pool(node_id).wal_balance() as u128;
    let penalty = (stake * (basis_points as u128) / BASIS_POINTS) as u64;
    staking.inner_mut().slash(node_id, penalty, REASON_AUTHORITY)
}
