/// Penalties decided by a quorum of the storage nodes: the commission of a node is burned.
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

// === Constants ===

/// Reason in `Slashed`: vote of the committee.
const REASON_VOTE: u8 = 0;

// === Structs ===

/// Votes against one node, good for one epoch.
public struct SlashingProposal has drop, store {
    epoch: u32,
    node_id: ID,
    voting_weight: u16,
    voters: VecSet<ID>,
}

/// Shared object with the votes against nodes, by candidate.
public struct SlashingManager has key {
    id: UID,
    slashing_candidates: Table<ID, SlashingProposal>,
}

// === Public functions ===

/// Votes against a candidate in a node's name with its shards. Aborts with `ENotAuthorized` or `EDuplicateVote`.
public fun vote_for_slashing(
    self: &mut SlashingManager,
    staking: &Staking,
    auth: Authenticated,
    voter_node_id: ID,
    candidate_node_id: ID,
) {
    assert!(staking.check_governance_authorization(voter_node_id, auth), ENotAuthorized);
    let weight = staking.get_current_node_weight(voter_node_id);
    assert!(weight > 0, ENotAuthorized);
    let epoch = staking.epoch();
    self.open_proposal(candidate_node_id, epoch);

    let proposal = &mut self.slashing_candidates[candidate_node_id];
    assert!(!proposal.voters.contains(&voter_node_id), EDuplicateVote);
    proposal.voters.insert(voter_node_id);
    proposal.voting_weight = proposal.voting_weight + weight;
    staking_events::emit_slashing_vote_cast(epoch, voter_node_id, candidate_node_id, proposal.voting_weight);
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
    assert!(self.slashing_candidates.contains(candidate_node_id), ENoProposalForNode);
    let proposal = self.slashing_candidates.remove(candidate_node_id);
    let epoch = staking.epoch();
    assert!(proposal.epoch == epoch, EWrongEpoch);
    assert!(staking.is_quorum(proposal.voting_weight), ENotEnoughVotes);

    let commission = staking.inner_mut().pool_mut(candidate_node_id).take_commission();
    staking_events::emit_slashed(epoch, candidate_node_id, REASON_VOTE, commission.value(), 0, 0);
    treasury.burn(coin::from_balance(commission, ctx));
}

/// Removes proposals of past epochs among those given; others are left alone.
public fun cleanup_slashing_proposals(self: &mut SlashingManager, staking: &Staking, node_ids: vector<ID>) {
    let epoch = staking.epoch();
    node_ids.do!(|node_id| {
        if (self.slashing_candidates.contains(node_id) && self.slashing_candidates[node_id].epoch < epoch) {
            self.slashing_candidates.remove(node_id);
        }
    })
}

// === Package functions ===

/// Creates and shares the manager.
public(package) fun create(ctx: &mut TxContext) {
    transfer::share_object(SlashingManager { id: object::new(ctx), slashing_candidates: table::new(ctx) })
}

// === Private functions ===

/// Makes sure there is a proposal of this epoch against the candidate.
fun open_proposal(self: &mut SlashingManager, node_id: ID, epoch: u32) {
    if (self.slashing_candidates.contains(node_id)) {
        if (self.slashing_candidates[node_id].epoch == epoch) return;
        self.slashing_candidates.remove(node_id);
    };
    self
        .slashing_candidates
        .add(node_id, SlashingProposal { epoch, node_id, voting_weight: 0, voters: vec_set::empty() });
}
