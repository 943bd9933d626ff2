/// A stake in one node's pool. The WAL lies in the pool; this object is the claim on it.
module walrus::staked_wal;

use walrus::walrus_context::WalrusContext;

// === Errors ===

/// The stake is not being withdrawn.
const ENotWithdrawing: u64 = 0;
/// The stakes differ in node, activation epoch or state.
const EMetadataMismatch: u64 = 1;
/// The amount must be smaller than the stake.
const EInvalidAmount: u64 = 2;
/// The stake is being withdrawn already.
const EAlreadyWithdrawing: u64 = 6;
/// A stake must be at least 1 WAL.
const EStakeBelowThreshold: u64 = 7;

// === Constants ===

/// Smallest stake: 1 WAL in FROST.
const MIN_STAKING_THRESHOLD: u64 = 1_000_000_000;

// === Structs ===

public enum StakedWalState has copy, drop, store {
    Staked,
    Withdrawing { withdraw_epoch: u32 },
}

/// `principal` FROST staked with `node_id`, earning from `activation_epoch` on.
public struct StakedWal has key, store {
    id: UID,
    state: StakedWalState,
    node_id: ID,
    principal: u64,
    activation_epoch: u32,
}

// === Public functions ===

public fun node_id(self: &StakedWal): ID { self.node_id }

/// FROST that were staked; the claim may be worth more (rewards) or less (slashes).
public fun value(self: &StakedWal): u64 { self.principal }

public fun activation_epoch(self: &StakedWal): u32 { self.activation_epoch }

public fun is_staked(self: &StakedWal): bool { self.state == StakedWalState::Staked }

public fun is_withdrawing(self: &StakedWal): bool { !self.is_staked() }

/// Epoch from which a requested withdrawal is paid. Aborts with `ENotWithdrawing`.
public fun withdraw_epoch(self: &StakedWal): u32 {
    match (self.state) {
        StakedWalState::Staked => abort ENotWithdrawing,
        StakedWalState::Withdrawing { withdraw_epoch } => withdraw_epoch,
    }
}

/// Joins another stake with the same node, activation epoch and state. Aborts with `EMetadataMismatch`.
public fun join(self: &mut StakedWal, other: StakedWal) {
    let StakedWal { id, state, node_id, principal, activation_epoch } = other;
    id.delete();
    assert!(
        self.node_id == node_id && self.activation_epoch == activation_epoch && self.state == state,
        EMetadataMismatch,
    );
    self.principal = self.principal + principal;
}

/// Takes `amount` FROST of the stake into an object of its own.
/// Aborts with `EInvalidAmount` if it is all or more, `EStakeBelowThreshold` if a part is below 1 WAL.
public fun split(self: &mut StakedWal, amount: u64, ctx: &mut TxContext): StakedWal {
    assert!(amount < self.principal, EInvalidAmount);
    self.principal = self.principal - amount;
    assert!(amount >= MIN_STAKING_THRESHOLD && self.principal >= MIN_STAKING_THRESHOLD, EStakeBelowThreshold);
    StakedWal {
        id: object::new(ctx),
        state: self.state,
        node_id: self.node_id,
        principal: amount,
        activation_epoch: self.activation_epoch,
    }
}

// === Package functions ===

/// Aborts with `EStakeBelowThreshold` below 1 WAL.
public(package) fun mint(node_id: ID, principal: u64, activation_epoch: u32, ctx: &mut TxContext): StakedWal {
    assert!(principal >= MIN_STAKING_THRESHOLD, EStakeBelowThreshold);
    StakedWal { id: object::new(ctx), state: StakedWalState::Staked, node_id, principal, activation_epoch }
}

/// Destroys the claim; the pool pays it.
public(package) fun burn(self: StakedWal) {
    let StakedWal { id, .. } = self;
    id.delete();
}

/// Aborts with `EAlreadyWithdrawing`.
public(package) fun set_withdrawing(self: &mut StakedWal, withdraw_epoch: u32) {
    assert!(self.is_staked(), EAlreadyWithdrawing);
    self.state = StakedWalState::Withdrawing { withdraw_epoch };
}

/// Whether the stake has not counted for a committee yet, so that it can leave at once.
public(package) fun can_withdraw_early(self: &StakedWal, wctx: &WalrusContext): bool {
    let next = wctx.epoch() + 1;
    self.is_staked()
        && (self.activation_epoch > next || (self.activation_epoch == next && !wctx.in_next_committee()))
}
