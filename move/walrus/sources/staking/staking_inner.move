/// The state of the stake side: pools, committees, and the course of epochs.
///
/// `EpochChangeDone(t)` -- voting_end, from t + D/2 --> `NextParamsSelected(t)` -- initiate_epoch_change, from t + D
/// --> `EpochChangeSync(0)` -- epoch_sync_done, up to a quorum --> `EpochChangeDone(now)`.
/// Epoch 0 starts in `EpochChangeDone` and lasts until `first_epoch_start`.
module walrus::staking_inner;

use sui::balance::{Self, Balance};
use sui::bls12381::UncompressedG1;
use sui::clock::Clock;
use sui::coin::Coin;
use sui::group_ops::Element;
use sui::object_table::{Self, ObjectTable};
use sui::vec_map::{Self, VecMap};
use wal::wal::WAL;
use walrus::active_set::{Self, ActiveSet};
use walrus::apportionment;
use walrus::auth::Authenticated;
use walrus::bls_aggregate::{Self, BlsCommittee};
use walrus::committee::{Self, Committee};
use walrus::epoch_parameters::{Self, EpochParams};
use walrus::events;
use walrus::extended_field::{Self, ExtendedField};
use walrus::network_parameters::NetworkParameters;
use walrus::sort;
use walrus::staked_wal::StakedWal;
use walrus::staking_events;
use walrus::staking_pool::StakingPool;
use walrus::storage_node::StorageNodeCap;
use walrus::sync_progress::{Self, SyncProgress};
use walrus::vote_tally;
use walrus::walrus_context::{Self, WalrusContext};

// === Errors ===

/// It is not the time for this step of the epoch.
const EWrongEpochState: u64 = 0;
/// The report is for another epoch.
const EInvalidSyncEpoch: u64 = 1;
/// The node has reported for this epoch.
const EDuplicateSyncDone: u64 = 2;
/// No node has stake.
const ENoStake: u64 = 3;
/// The node is not in the committee.
const ENotInCommittee: u64 = 4;
/// There is no next committee.
const ENextCommitteeIsEmpty: u64 = 6;
/// No pool has this id.
const EPoolNotFound: u64 = 8;
/// As many amounts as nodes are needed.
const EMismatchedLengths: u64 = 11;

// === Constants ===

/// Nodes that compete for shards. Bounds the work of an epoch change.
const ACTIVE_SET_SIZE_LIMIT: u16 = 150;
/// Active stake a node needs to compete for shards, in FROST.
const MIN_STAKE: u64 = 0;

// === Structs ===

/// Step of the epoch. The order of variants is part of the layout clients know.
public enum EpochState has copy, drop, store {
    /// Shards move; weight of the nodes that hold theirs.
    EpochChangeSync(u16),
    /// Timestamp (ms) at which the epoch change was complete.
    EpochChangeDone(u64),
    /// The same timestamp, once the next committee is fixed.
    NextParamsSelected(u64),
}

/// The fields up to `next_epoch_public_keys` are what the official clients read; two of our own follow.
public struct StakingInnerV1 has store {
    n_shards: u16,
    /// In milliseconds, as is `first_epoch_start`.
    epoch_duration: u64,
    first_epoch_start: u64,
    pools: ObjectTable<ID, StakingPool>,
    epoch: u32,
    active_set: ExtendedField<ActiveSet>,
    next_committee: Option<Committee>,
    committee: Committee,
    previous_committee: Committee,
    next_epoch_params: Option<EpochParams>,
    epoch_state: EpochState,
    next_epoch_public_keys: ExtendedField<VecMap<ID, Element<UncompressedG1>>>,
    parameters: NetworkParameters,
    sync_progress: SyncProgress,
}

// === Creation ===

/// Epoch 0, without nodes.
public(package) fun new(
    epoch_zero_duration: u64,
    epoch_duration: u64,
    n_shards: u16,
    parameters: NetworkParameters,
    clock: &Clock,
    ctx: &mut TxContext,
): StakingInnerV1 {
    let now = clock.timestamp_ms();
    StakingInnerV1 {
        n_shards,
        epoch_duration,
        first_epoch_start: now + epoch_zero_duration,
        pools: object_table::new(ctx),
        epoch: 0,
        active_set: extended_field::new(active_set::new(ACTIVE_SET_SIZE_LIMIT, MIN_STAKE), ctx),
        next_committee: option::none(),
        committee: committee::empty(),
        previous_committee: committee::empty(),
        next_epoch_params: option::none(),
        epoch_state: EpochState::EpochChangeDone(now),
        next_epoch_public_keys: extended_field::new(vec_map::empty(), ctx),
        parameters,
        sync_progress: sync_progress::new(now),
    }
}

// === Pools ===

/// Takes a new pool in; it competes for shards once it has stake.
public(package) fun add_pool(self: &mut StakingInnerV1, pool: StakingPool) {
    self.pools.add(pool.node_id(), pool)
}

/// Aborts with `EPoolNotFound`.
public(package) fun pool(self: &StakingInnerV1, node_id: ID): &StakingPool {
    assert!(self.pools.contains(node_id), EPoolNotFound);
    &self.pools[node_id]
}

/// Aborts with `EPoolNotFound`.
public(package) fun pool_mut(self: &mut StakingInnerV1, node_id: ID): &mut StakingPool {
    assert!(self.pools.contains(node_id), EPoolNotFound);
    &mut self.pools[node_id]
}

/// The network as `node_id`'s pool sees it.
public(package) fun context(self: &StakingInnerV1, node_id: &ID): WalrusContext {
    walrus_context::new(
        self.epoch,
        self.next_committee.is_some(),
        self.committee.contains(node_id),
        self.next_committee.is_some_and!(|next| next.contains(node_id)),
    )
}

/// The network as a node sees it that is in no committee yet.
public(package) fun newcomer_context(self: &StakingInnerV1): WalrusContext {
    walrus_context::new(self.epoch, self.next_committee.is_some(), false, false)
}

// === Stake ===

/// Aborts with `EPoolNotFound` or as `staking_pool::stake`.
public(package) fun stake_with_pool(
    self: &mut StakingInnerV1,
    to_stake: Coin<WAL>,
    node_id: ID,
    ctx: &mut TxContext,
): StakedWal {
    let wctx = self.context(&node_id);
    let staked_wal = self.pool_mut(node_id).stake(to_stake.into_balance(), &wctx, ctx);
    self.refresh_active_set(node_id, wctx.next_open_epoch());
    staked_wal
}

/// Aborts with `EPoolNotFound` or as `staking_pool::request_withdraw_stake`.
public(package) fun request_withdraw_stake(self: &mut StakingInnerV1, staked_wal: &mut StakedWal) {
    let node_id = staked_wal.node_id();
    let wctx = self.context(&node_id);
    self.pool_mut(node_id).request_withdraw_stake(staked_wal, &wctx);
    self.refresh_active_set(node_id, wctx.next_open_epoch());
}

/// Aborts with `EPoolNotFound` or as `staking_pool::withdraw_stake`.
public(package) fun withdraw_stake(self: &mut StakingInnerV1, staked_wal: StakedWal): Balance<WAL> {
    let node_id = staked_wal.node_id();
    let wctx = self.context(&node_id);
    let payout = self.pool_mut(node_id).withdraw_stake(staked_wal, &wctx);
    self.refresh_active_set(node_id, wctx.next_open_epoch());
    payout
}

/// Lets a node compete for shards again after it was displaced by others.
public(package) fun try_join_active_set(self: &mut StakingInnerV1, node_id: ID) {
    let wctx = self.context(&node_id);
    self.refresh_active_set(node_id, wctx.next_open_epoch());
}

/// Adds commission to several nodes' pools; it can be collected at once only between the selection of parameters
/// and the epoch change. Aborts with `EMismatchedLengths` or `EPoolNotFound`.
public(package) fun add_commission_to_pools(
    self: &mut StakingInnerV1,
    node_ids: vector<ID>,
    commissions: vector<Balance<WAL>>,
) {
    assert!(node_ids.length() == commissions.length(), EMismatchedLengths);
    let epoch = self.epoch;
    let blocked = match (self.epoch_state) {
        EpochState::NextParamsSelected(_) => false,
        _ => true,
    };
    node_ids.zip_do!(commissions, |node_id, commission| {
        staking_events::emit_commission_added(epoch, node_id, commission.value());
        self.pool_mut(node_id).add_commission(commission, blocked);
    })
}

// === Course of an epoch ===

/// Fixes committee, keys and capacity of the next epoch.
/// Aborts with `EWrongEpochState` before half of the epoch has passed or at the second call, `ENoStake` if no node
/// has stake.
public(package) fun voting_end(self: &mut StakingInnerV1, clock: &Clock) {
    let done_at = match (self.epoch_state) {
        EpochState::EpochChangeDone(done_at) => done_at,
        _ => abort EWrongEpochState,
    };
    assert!(self.has_passed(done_at, self.epoch_duration / 2, clock), EWrongEpochState);

    self.unblock_commissions();
    self.select_committee();
    self.next_epoch_params = option::some(self.next_params());
    self.epoch_state = EpochState::NextParamsSelected(done_at);
    events::emit_epoch_parameters_selected(self.epoch + 1);
}

/// Moves to the next epoch: the next committee takes over, the old members' pools receive their rewards.
/// Aborts with `EWrongEpochState` before the epoch has passed or without `voting_end`.
public(package) fun initiate_epoch_change(
    self: &mut StakingInnerV1,
    clock: &Clock,
    rewards: VecMap<ID, Balance<WAL>>,
) {
    let done_at = match (self.epoch_state) {
        EpochState::NextParamsSelected(done_at) => done_at,
        _ => abort EWrongEpochState,
    };
    assert!(self.has_passed(done_at, self.epoch_duration, clock), EWrongEpochState);

    self.epoch = self.epoch + 1;
    self.previous_committee = self.committee;
    self.committee = self.next_committee.extract();
    self.epoch_state = EpochState::EpochChangeSync(0);
    self.sync_progress = sync_progress::new(clock.timestamp_ms());
    self.advance_pools(rewards);
    events::emit_epoch_change_start(self.epoch);
}

/// Notes that a member holds all its shards; a quorum completes the epoch change. Later reports are noted too.
/// Aborts with `EInvalidSyncEpoch`, `EDuplicateSyncDone` or `ENotInCommittee`.
public(package) fun epoch_sync_done(self: &mut StakingInnerV1, cap: &mut StorageNodeCap, epoch: u32, clock: &Clock) {
    assert!(epoch == self.epoch, EInvalidSyncEpoch);
    assert!(cap.last_epoch_sync_done() < self.epoch, EDuplicateSyncDone);
    cap.set_last_epoch_sync_done(self.epoch);
    let node_id = cap.node_id();
    assert!(self.committee.contains(&node_id), ENotInCommittee);

    self.sync_progress.add(node_id);
    match (self.epoch_state) {
        EpochState::EpochChangeSync(weight) => {
            let weight = weight + self.committee.weight(&node_id);
            self.epoch_state = EpochState::EpochChangeSync(weight);
            if (self.is_quorum(weight)) self.complete_epoch_change(clock);
        },
        _ => (),
    };
    events::emit_shards_received(self.epoch, self.committee[&node_id]);
}

/// Completes an epoch change that has waited longer than the network's timeout for a quorum of reports.
/// Aborts with `EWrongEpochState` before that, or if no epoch change is under way.
public(package) fun force_sync_done(self: &mut StakingInnerV1, clock: &Clock) {
    let weight = match (self.epoch_state) {
        EpochState::EpochChangeSync(weight) => weight,
        _ => abort EWrongEpochState,
    };
    let deadline = self.sync_progress.started_at_ms() + self.parameters.sync_timeout_ms();
    assert!(clock.timestamp_ms() >= deadline, EWrongEpochState);
    let missing = self.committee.inner().keys().filter!(|node_id| !self.sync_progress.has_reported(node_id));
    staking_events::emit_epoch_sync_forced(self.epoch, weight, missing);
    self.complete_epoch_change(clock);
}

/// The signers of the next epoch, in the order of its committee. Can be taken once.
/// Aborts with `ENextCommitteeIsEmpty`.
public(package) fun take_next_bls_committee(self: &mut StakingInnerV1): BlsCommittee {
    assert!(self.next_committee.is_some(), ENextCommitteeIsEmpty);
    let keys = self.next_epoch_public_keys.swap(vec_map::empty());
    let next = self.next_committee.borrow();
    let (node_ids, keys) = keys.into_keys_values();
    let members = node_ids.zip_map!(
        keys,
        |node_id, key| bls_aggregate::new_bls_committee_member(key, next.weight(&node_id), node_id),
    );
    bls_aggregate::new_bls_committee(self.epoch + 1, members)
}

/// The committee that the current stakes lead to. Aborts with `ENoStake`.
public(package) fun compute_next_committee(self: &StakingInnerV1): Committee {
    let weights = self.apportion();
    if (self.committee.size() == 0) {
        committee::initialize(weights)
    } else {
        self.committee.transition(weights)
    }
}

/// Storage and write price that follow from the committee's votes; the largest numbers without a committee.
public(package) fun price_votes(self: &StakingInnerV1): (u64, u64) {
    let node_ids = self.committee.inner().keys();
    let weights = node_ids.map_ref!(|node_id| self.committee.weight(node_id));
    let storage_votes = node_ids.map_ref!(|node_id| self.pools[*node_id].voting_params().storage_price());
    let write_votes = node_ids.map_ref!(|node_id| self.pools[*node_id].voting_params().write_price());
    (
        vote_tally::quorum_below(storage_votes, weights, self.n_shards),
        vote_tally::quorum_below(write_votes, weights, self.n_shards),
    )
}

/// Announces the node's votes. Aborts with `EPoolNotFound`.
public(package) fun emit_votes(self: &StakingInnerV1, node_id: ID) {
    let votes = self.pool(node_id).voting_params();
    staking_events::emit_vote_cast(
        self.epoch,
        node_id,
        votes.storage_price(),
        votes.write_price(),
        votes.node_capacity(),
    );
}

// === Penalties ===

/// Takes up to `penalty` FROST from a current member: commission, then bond, then active stake. Returns what was
/// taken; emits `Slashed`.
public(package) fun slash(self: &mut StakingInnerV1, node_id: ID, penalty: u64, reason: u8): Balance<WAL> {
    let (mut taken, bond, stake) = self.pool_mut(node_id).slash(penalty);
    let epoch = self.epoch;
    staking_events::emit_slashed(epoch, node_id, reason, taken.value(), bond.value(), stake.value());
    taken.join(bond);
    taken.join(stake);
    let wctx = self.context(&node_id);
    self.refresh_active_set(node_id, wctx.next_open_epoch());
    taken
}

/// Whether a member has reported that it holds all its shards of this epoch.
public(package) fun has_reported(self: &StakingInnerV1, node_id: &ID): bool {
    self.sync_progress.has_reported(node_id)
}

// === Governance ===

/// Whether the caller may vote for the node.
public(package) fun check_governance_authorization(
    self: &StakingInnerV1,
    node_id: ID,
    auth: Authenticated,
): bool {
    auth.matches(self.pool(node_id).governance_authorized())
}

/// Whether `weight` shards are a quorum.
public(package) fun is_quorum(self: &StakingInnerV1, weight: u16): bool {
    vote_tally::is_quorum(self.n_shards, weight)
}

// === Getters ===

public(package) fun epoch(self: &StakingInnerV1): u32 { self.epoch }

public(package) fun n_shards(self: &StakingInnerV1): u16 { self.n_shards }

public(package) fun committee(self: &StakingInnerV1): &Committee { &self.committee }

public(package) fun previous_committee(self: &StakingInnerV1): &Committee { &self.previous_committee }

public(package) fun parameters(self: &StakingInnerV1): &NetworkParameters { &self.parameters }

/// Parameters fixed for the next epoch. Aborts with `ENextCommitteeIsEmpty` before `voting_end`.
public(package) fun next_epoch_params(self: &StakingInnerV1): &EpochParams {
    assert!(self.next_epoch_params.is_some(), ENextCommitteeIsEmpty);
    self.next_epoch_params.borrow()
}

// === Private functions ===

/// Whether `duration` ms have passed since `done_at`; epoch 0 waits for the first epoch's start instead.
fun has_passed(self: &StakingInnerV1, done_at: u64, duration: u64, clock: &Clock): bool {
    let due = if (self.epoch == 0) self.first_epoch_start else done_at + duration;
    clock.timestamp_ms() >= due
}

fun complete_epoch_change(self: &mut StakingInnerV1, clock: &Clock) {
    self.epoch_state = EpochState::EpochChangeDone(clock.timestamp_ms());
    events::emit_epoch_change_done(self.epoch);
}

/// Lets the members of the previous committee collect what they earned in it.
fun unblock_commissions(self: &mut StakingInnerV1) {
    self.previous_committee.inner().keys().do!(|node_id| self.pools[node_id].unblock_commission())
}

/// Fixes the next committee and the keys its members will sign with.
fun select_committee(self: &mut StakingInnerV1) {
    let next = self.compute_next_committee();
    let node_ids = next.inner().keys();
    let keys = node_ids.map_ref!(|node_id| *self.pools[*node_id].node_info().next_epoch_public_key());
    self.next_epoch_public_keys.swap(sort::sorted_by_node_id(vec_map::from_keys_values(node_ids, keys)));
    self.next_committee = option::some(next);
}

/// Shards of each node of the active set that gets any.
fun apportion(self: &StakingInnerV1): VecMap<ID, u16> {
    let active_set = self.active_set.borrow();
    assert!(active_set.total_stake() > 0, ENoStake);
    let (node_ids, stakes) = active_set.active_ids_and_stake();
    let seats = apportionment::dhondt(self.n_shards, &stakes, &self.shard_limits(&node_ids));
    let mut weights = vec_map::empty();
    node_ids.zip_do!(seats, |node_id, seats| if (seats > 0) weights.insert(node_id, seats));
    weights
}

/// Most shards each node may get: the committee's limit, and no more than its bond covers. If the bonds together
/// do not cover all shards they are disregarded, since shards must be held by someone.
fun shard_limits(self: &StakingInnerV1, node_ids: &vector<ID>): vector<u16> {
    let limit = apportionment::max_shards_per_node(node_ids.length(), self.n_shards);
    let unbonded = node_ids.map_ref!(|_| limit);
    let per_shard = self.parameters.min_bond_per_shard();
    if (per_shard == 0) return unbonded;
    let bonded = node_ids.map_ref!(|node_id| {
        (self.pools[*node_id].bond().covering() / per_shard).min(limit as u64) as u16
    });
    let covered = bonded.fold!(0u64, |sum, shards| sum + (shards as u64));
    if (covered >= (self.n_shards as u64)) bonded else unbonded
}

/// Capacity that a quorum of the next committee can carry: a node that offers c bytes for w of n shards votes for
/// a network of c * n / w bytes.
fun next_params(self: &StakingInnerV1): EpochParams {
    let next = self.next_committee.borrow();
    let node_ids = next.inner().keys();
    let weights = node_ids.map_ref!(|node_id| next.weight(node_id));
    let votes = node_ids.zip_map_ref!(&weights, |node_id, weight| {
        let offered = self.pools[*node_id].voting_params().node_capacity() as u128;
        (offered * (self.n_shards as u128) / (*weight as u128)).min(std::u64::max_value!() as u128) as u64
    });
    epoch_parameters::new(vote_tally::quorum_above(votes, weights, self.n_shards))
}

/// Advances the pools of the old members with their rewards, then those of the new ones.
fun advance_pools(self: &mut StakingInnerV1, rewards: VecMap<ID, Balance<WAL>>) {
    let (node_ids, rewards) = rewards.into_keys_values();
    node_ids.zip_do!(rewards, |node_id, reward| self.advance_pool(node_id, reward));
    self.committee.difference(&self.previous_committee).do!(|node_id| self.advance_pool(node_id, balance::zero()))
}

fun advance_pool(self: &mut StakingInnerV1, node_id: ID, reward: Balance<WAL>) {
    let wctx = self.context(&node_id);
    self.pools[node_id].advance_epoch(reward, &wctx);
    self.refresh_active_set(node_id, wctx.next_open_epoch());
}

/// Brings the active set up to the stake the node will have at `epoch`.
fun refresh_active_set(self: &mut StakingInnerV1, node_id: ID, epoch: u32) {
    let stake = self.pool(node_id).wal_balance_at_epoch(epoch);
    self.active_set.borrow_mut().insert_or_update(node_id, stake);
}
