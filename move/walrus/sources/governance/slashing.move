/// Penalties decided by a quorum of the storage nodes: a node loses its commission, or also part of what is staked
/// with it. What is taken is burned.
module walrus::slashing;

use sui::coin;
use sui::table::{Self, Table};
use sui::vec_set::{Self, VecSet};
use wal::wal::ProtectedTreasury;
use walrus::auth::Authenticated;
use walrus::staking::Staking;
use walrus::staking_events;

// === Errors ===

/// The caller may not vote for the node, or the node is not in the committee.
const ENotAuthorized: u64 = 0;
/// The node has voted against this candidate.
const EDuplicateVote: u64 = 1;
/// Nobody has voted against this node.
const ENoProposalForNode: u64 = 2;
/// The votes are from another epoch.
const EWrongEpoch: u64 = 3;
/// The votes are no quorum.
const ENotEnoughVotes: u64 = 4;
/// A penalty on stake lies in 1 ..= 3,000 basis points.
const EInvalidPenalty: u64 = 5;
/// Only the stake of current members can be slashed.
const ENotInCommittee: u64 = 6;

// === Constants ===

/// Reason in `Slashed`: vote of the committee.
const REASON_VOTE: u8 = 0;
/// Largest penalty on stake at once: 30 %.
const MAX_STAKE_PENALTY: u16 = 3_000;
const BASIS_POINTS: u128 = 10_000;

// === Structs ===

/// Votes against one node, good for one epoch.
public struct SlashingProposal has drop, store {
    epoch: u32,
    node_id: ID,
    voting_weight: u16,
    voters: VecSet<ID>,
}

/// Shared object with the votes against nodes: on commission by candidate, on stake by candidate and penalty.
public struct SlashingManager has key {
    id: UID,
    slashing_candidates: Table<ID, SlashingProposal>,
    stake_penalties: Table<StakePenalty, SlashingProposal>,
}

/// A penalty of so many basis points of the active stake.
public struct StakePenalty has copy, drop, store {
    node_id: ID,
    basis_points: u16,
}

// === Commission ===

/// Votes in a node's name, with its shards, to burn a candidate's commission.
/// Aborts with `ENotAuthorized` or `EDuplicateVote`.
public fun vote_for_slashing(
    self: &mut SlashingManager,
    staking: &Staking,
    auth: Authenticated,
    voter_node_id: ID,
    candidate_node_id: ID,
) {
    let weight = authorized_weight(staking, auth, voter_node_id);
    self.slashing_candidates.vote(candidate_node_id, staking.epoch(), candidate_node_id, voter_node_id, weight)
}

/// Burns all commission of a candidate a quorum has voted against in this epoch; anyone may call it.
/// Aborts with `ENoProposalForNode`, `EWrongEpoch` or `ENotEnoughVotes`.
public fun execute_slashing(
    self: &mut SlashingManager,
    staking: &mut Staking,
    treasury: &mut ProtectedTreasury,
    candidate_node_id: ID,
    ctx: &mut TxContext,
) {
    self.slashing_candidates.take_decided(candidate_node_id, staking);
    let commission = staking.inner_mut().pool_mut(candidate_node_id).take_commission();
    staking_events::emit_slashed(staking.epoch(), candidate_node_id, REASON_VOTE, commission.value(), 0, 0);
    treasury.burn(coin::from_balance(commission, ctx));
}

/// Removes proposals of past epochs among those given; others are left alone.
public fun cleanup_slashing_proposals(self: &mut SlashingManager, staking: &Staking, node_ids: vector<ID>) {
    let epoch = staking.epoch();
    node_ids.do!(|node_id| self.slashing_candidates.remove_past(node_id, epoch))
}

// === Stake ===

/// Votes in a node's name, with its shards, for a penalty of `basis_points` of a candidate's active stake.
/// Aborts with `EInvalidPenalty`, `ENotAuthorized` or `EDuplicateVote`.
public fun vote_for_stake_penalty(
    self: &mut SlashingManager,
    staking: &Staking,
    auth: Authenticated,
    voter_node_id: ID,
    candidate_node_id: ID,
    basis_points: u16,
) {
    assert!(basis_points > 0 && basis_points <= MAX_STAKE_PENALTY, EInvalidPenalty);
    let weight = authorized_weight(staking, auth, voter_node_id);
    let key = StakePenalty { node_id: candidate_node_id, basis_points };
    self.stake_penalties.vote(key, staking.epoch(), candidate_node_id, voter_node_id, weight)
}

/// Executes a penalty a quorum has voted for in this epoch; anyone may call it. The node's commission and bond pay
/// first, its stakers the rest.
/// Aborts with `ENoProposalForNode`, `EWrongEpoch`, `ENotEnoughVotes` or `ENotInCommittee`.
public fun execute_stake_penalty(
    self: &mut SlashingManager,
    staking: &mut Staking,
    treasury: &mut ProtectedTreasury,
    candidate_node_id: ID,
    basis_points: u16,
    ctx: &mut TxContext,
) {
    self.stake_penalties.take_decided(StakePenalty { node_id: candidate_node_id, basis_points }, staking);
    assert!(staking.get_current_node_weight(candidate_node_id) > 0, ENotInCommittee);
    let stake = staking.inner().pool(candidate_node_id).wal_balance() as u128;
    let penalty = (stake * (basis_points as u128) / BASIS_POINTS) as u64;
    let taken = staking.inner_mut().slash(candidate_node_id, penalty, REASON_VOTE);
    treasury.burn(coin::from_balance(taken, ctx));
}

/// Removes proposals of past epochs among those given; others are left alone.
public fun cleanup_stake_penalties(
    self: &mut SlashingManager,
    staking: &Staking,
    candidate_node_id: ID,
    basis_points: vector<u16>,
) {
    let epoch = staking.epoch();
    basis_points.do!(|basis_points| {
        self.stake_penalties.remove_past(StakePenalty { node_id: candidate_node_id, basis_points }, epoch)
    })
}

// === Package functions ===

/// Creates and shares the manager.
public(package) fun create(ctx: &mut TxContext) {
    transfer::share_object(new(ctx))
}

// === Private functions ===

fun new(ctx: &mut TxContext): SlashingManager {
    SlashingManager {
        id: object::new(ctx),
        slashing_candidates: table::new(ctx),
        stake_penalties: table::new(ctx),
    }
}

/// Shards of the node the caller votes for. Aborts with `ENotAuthorized`.
fun authorized_weight(staking: &Staking, auth: Authenticated, node_id: ID): u16 {
    assert!(staking.check_governance_authorization(node_id, auth), ENotAuthorized);
    let weight = staking.get_current_node_weight(node_id);
    assert!(weight > 0, ENotAuthorized);
    weight
}

/// Counts a vote in the proposal of this epoch, which it opens if need be. Aborts with `EDuplicateVote`.
fun vote<K: copy + drop + store>(
    proposals: &mut Table<K, SlashingProposal>,
    key: K,
    epoch: u32,
    node_id: ID,
    voter_node_id: ID,
    weight: u16,
) {
    proposals.remove_past(key, epoch);
    if (!proposals.contains(key)) {
        proposals.add(key, SlashingProposal { epoch, node_id, voting_weight: 0, voters: vec_set::empty() });
    };
    let proposal = &mut proposals[key];
    assert!(!proposal.voters.contains(&voter_node_id), EDuplicateVote);
    proposal.voters.insert(voter_node_id);
    proposal.voting_weight = proposal.voting_weight + weight;
    staking_events::emit_slashing_vote_cast(epoch, voter_node_id, node_id, proposal.voting_weight);
}

/// Removes a proposal that a quorum has voted for in this epoch.
/// Aborts with `ENoProposalForNode`, `EWrongEpoch` or `ENotEnoughVotes`.
fun take_decided<K: copy + drop + store>(
    proposals: &mut Table<K, SlashingProposal>,
    key: K,
    staking: &Staking,
) {
    assert!(proposals.contains(key), ENoProposalForNode);
    let proposal = proposals.remove(key);
    assert!(proposal.epoch == staking.epoch(), EWrongEpoch);
    assert!(staking.is_quorum(proposal.voting_weight), ENotEnoughVotes);
}

fun remove_past<K: copy + drop + store>(proposals: &mut Table<K, SlashingProposal>, key: K, epoch: u32) {
    if (proposals.contains(key) && proposals[key].epoch < epoch) {
        proposals.remove(key);
    }
}

use fun vote as Table.vote;
use fun take_decided as Table.take_decided;
use fun remove_past as Table.remove_past;

// === Test functions ===

#[test_only]
public fun new_for_testing(ctx: &mut TxContext): SlashingManager { new(ctx) }
