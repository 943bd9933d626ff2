/// Events of stake, rewards and penalties, for operators, stakers and auditors. Amounts are FROST, epochs Walrus
/// epochs.
module walrus::staking_events;

use sui::event;
use walrus::auth::Authorized;

// === Structs ===

/// A node registered as candidate. Emitted by `staking::register_candidate`.
public struct NodeRegistered has copy, drop {
    epoch: u32,
    node_id: ID,
    capability_id: ID,
    commission_rate: u16,
}

/// WAL was staked; it earns from `activation_epoch` on. Emitted by `staking::stake_with_pool`.
public struct Staked has copy, drop {
    epoch: u32,
    node_id: ID,
    staked_wal_id: ID,
    amount: u64,
    activation_epoch: u32,
}

/// A stake will be paid out from `withdraw_epoch` on. Emitted by `staking::request_withdraw_stake`.
public struct StakeWithdrawalRequested has copy, drop {
    epoch: u32,
    node_id: ID,
    staked_wal_id: ID,
    amount: u64,
    withdraw_epoch: u32,
}

/// A stake of `principal` FROST was paid out with `payout`. Emitted by `staking::withdraw_stake`.
public struct StakeWithdrawn has copy, drop {
    epoch: u32,
    node_id: ID,
    staked_wal_id: ID,
    principal: u64,
    payout: u64,
}

/// A new commission rate (basis points) was set for `effective_epoch`. Emitted by `staking::set_next_commission`.
public struct CommissionRateChanged has copy, drop {
    epoch: u32,
    node_id: ID,
    commission_rate: u16,
    effective_epoch: u32,
}

/// The right to collect commission went to `receiver`. Emitted by `staking::set_commission_receiver`.
public struct CommissionReceiverChanged has copy, drop {
    epoch: u32,
    node_id: ID,
    receiver: Authorized,
}

/// The right to vote for the node went to `authorized`. Emitted by `staking::set_governance_authorized`.
public struct GovernanceAuthorizedChanged has copy, drop {
    epoch: u32,
    node_id: ID,
    authorized: Authorized,
}

/// Commission was paid to its receiver. Emitted by `staking::collect_commission`.
public struct CommissionCollected has copy, drop {
    epoch: u32,
    node_id: ID,
    amount: u64,
}

/// Commission was given to a node. Emitted by `staking::add_commission_to_pools`.
public struct CommissionAdded has copy, drop {
    epoch: u32,
    node_id: ID,
    amount: u64,
}

/// A member's reward of the ended epoch: `commission` to its operator, the rest to its stakers.
/// Emitted by `staking::initiate_epoch_change_v2`.
public struct RewardPaid has copy, drop {
    epoch: u32,
    node_id: ID,
    reward: u64,
    commission: u64,
}

/// The operator's bond grew. Emitted by `staking::deposit_bond`.
public struct BondDeposited has copy, drop {
    epoch: u32,
    node_id: ID,
    amount: u64,
    bond: u64,
}

/// Part of the bond will be paid out from `withdraw_epoch` on. Emitted by `staking::request_bond_withdrawal`.
public struct BondWithdrawalRequested has copy, drop {
    epoch: u32,
    node_id: ID,
    amount: u64,
    withdraw_epoch: u32,
}

/// Part of the bond was paid out. Emitted by `staking::withdraw_bond`.
public struct BondWithdrawn has copy, drop {
    epoch: u32,
    node_id: ID,
    amount: u64,
}

/// A node's parameter votes, prices in FROST per MiB, capacity in bytes. Emitted by the `staking::set_..._vote` calls.
public struct VoteCast has copy, drop {
    epoch: u32,
    node_id: ID,
    storage_price: u64,
    write_price: u64,
    node_capacity: u64,
}

/// The epoch change was completed without a quorum of reports; `missing` did not report in time.
/// Emitted by `staking::force_sync_done`.
public struct EpochSyncForced has copy, drop {
    epoch: u32,
    reported_weight: u16,
    missing: vector<ID>,
}

/// A node voted for an upgrade; `voting_weight` is the weight of all votes so far.
/// Emitted by `upgrade::vote_for_upgrade`.
public struct UpgradeVoteCast has copy, drop {
    epoch: u32,
    node_id: ID,
    package_digest: vector<u8>,
    voting_weight: u16,
}

/// A node voted to slash a candidate; `voting_weight` is the weight of all votes so far.
/// Emitted by the `slashing` votes.
public struct SlashingVoteCast has copy, drop {
    epoch: u32,
    voter_node_id: ID,
    candidate_node_id: ID,
    voting_weight: u16,
}

/// A node lost funds. `reason`: 0 vote of the committee, 1 contract with an authority. Amounts in FROST. Emitted where the slash is executed.
public struct Slashed has copy, drop {
    epoch: u32,
    node_id: ID,
    reason: u8,
    commission: u64,
    bond: u64,
    stake: u64,
}

// === Package functions ===

public(package) fun emit_node_registered(epoch: u32, node_id: ID, capability_id: ID, commission_rate: u16) {
    event::emit(NodeRegistered { epoch, node_id, capability_id, commission_rate });
}

public(package) fun emit_staked(
    epoch: u32,
    node_id: ID,
    staked_wal_id: ID,
    amount: u64,
    activation_epoch: u32,
) {
    event::emit(Staked { epoch, node_id, staked_wal_id, amount, activation_epoch });
}

public(package) fun emit_stake_withdrawal_requested(
    epoch: u32,
    node_id: ID,
    staked_wal_id: ID,
    amount: u64,
    withdraw_epoch: u32,
) {
    event::emit(StakeWithdrawalRequested { epoch, node_id, staked_wal_id, amount, withdraw_epoch });
}

public(package) fun emit_stake_withdrawn(
    epoch: u32,
    node_id: ID,
    staked_wal_id: ID,
    principal: u64,
    payout: u64,
) {
    event::emit(StakeWithdrawn { epoch, node_id, staked_wal_id, principal, payout });
}

public(package) fun emit_commission_rate_changed(
    epoch: u32,
    node_id: ID,
    commission_rate: u16,
    effective_epoch: u32,
) {
    event::emit(CommissionRateChanged { epoch, node_id, commission_rate, effective_epoch });
}

public(package) fun emit_commission_receiver_changed(epoch: u32, node_id: ID, receiver: Authorized) {
    event::emit(CommissionReceiverChanged { epoch, node_id, receiver });
}

public(package) fun emit_governance_authorized_changed(epoch: u32, node_id: ID, authorized: Authorized) {
    event::emit(GovernanceAuthorizedChanged { epoch, node_id, authorized });
}

public(package) fun emit_commission_collected(epoch: u32, node_id: ID, amount: u64) {
    event::emit(CommissionCollected { epoch, node_id, amount });
}

public(package) fun emit_commission_added(epoch: u32, node_id: ID, amount: u64) {
    event::emit(CommissionAdded { epoch, node_id, amount });
}

public(package) fun emit_reward_paid(epoch: u32, node_id: ID, reward: u64, commission: u64) {
    event::emit(RewardPaid { epoch, node_id, reward, commission });
}

public(package) fun emit_bond_deposited(epoch: u32, node_id: ID, amount: u64, bond: u64) {
    event::emit(BondDeposited { epoch, node_id, amount, bond });
}

public(package) fun emit_bond_withdrawal_requested(
    epoch: u32,
    node_id: ID,
    amount: u64,
    withdraw_epoch: u32,
) {
    event::emit(BondWithdrawalRequested { epoch, node_id, amount, withdraw_epoch });
}

public(package) fun emit_bond_withdrawn(epoch: u32, node_id: ID, amount: u64) {
    event::emit(BondWithdrawn { epoch, node_id, amount });
}

public(package) fun emit_vote_cast(
    epoch: u32,
    node_id: ID,
    storage_price: u64,
    write_price: u64,
    node_capacity: u64,
) {
    event::emit(VoteCast { epoch, node_id, storage_price, write_price, node_capacity });
}

public(package) fun emit_epoch_sync_forced(epoch: u32, reported_weight: u16, missing: vector<ID>) {
    event::emit(EpochSyncForced { epoch, reported_weight, missing });
}

public(package) fun emit_upgrade_vote_cast(
    epoch: u32,
    node_id: ID,
    package_digest: vector<u8>,
    voting_weight: u16,
) {
    event::emit(UpgradeVoteCast { epoch, node_id, package_digest, voting_weight });
}

public(package) fun emit_slashing_vote_cast(
    epoch: u32,
    voter_node_id: ID,
    candidate_node_id: ID,
    voting_weight: u16,
) {
    event::emit(SlashingVoteCast { epoch, voter_node_id, candidate_node_id, voting_weight });
}

public(package) fun emit_slashed(
    epoch: u32,
    node_id: ID,
    reason: u8,
    commission: u64,
    bond: u64,
    stake: u64,
) {
    event::emit(Slashed { epoch, node_id, reason, commission, bond, stake });
}
