/// Penalties by vote. Four nodes of 1,000 WAL with one shard each: three votes are a quorum.
#[test_only]
module walrus::slashing_tests;

use std::unit_test::{assert_eq, destroy};
use sui::balance;
use sui::event;
use wal::wal::WAL;
use walrus::auth;
use walrus::slashing::{Self, SlashingManager};
use walrus::staking_events::{GovernanceAuthorizedChanged, Slashed, SlashingVoteCast};
use walrus::staking_pool;
use walrus::test_network::{Self, Network};

/// 1,000 WAL.
const STAKE: u64 = 1_000_000_000_000;
/// 10 % in basis points.
const TENTH: u16 = 1_000;

fun vote(manager: &mut SlashingManager, network: &Network, voter: u64, candidate: u64) {
    let ctx = &tx_context::dummy();
    let auth = auth::authenticate_sender(ctx);
    manager.vote_for_slashing(network.staking(), auth, network.node_id(voter), network.node_id(candidate))
}

fun execute(manager: &mut SlashingManager, network: &mut Network, candidate: u64) {
    let ctx = &mut tx_context::dummy();
    let node_id = network.node_id(candidate);
    let (staking, _, treasury, _) = network.parts();
    manager.execute_slashing(staking, treasury, node_id, ctx)
}

fun vote_stake(manager: &mut SlashingManager, network: &Network, voter: u64, candidate: u64, basis_points: u16) {
    let auth = auth::authenticate_sender(&tx_context::dummy());
    manager.vote_for_stake_penalty(
        network.staking(),
        auth,
        network.node_id(voter),
        network.node_id(candidate),
        basis_points,
    )
}

fun execute_stake(manager: &mut SlashingManager, network: &mut Network, candidate: u64, basis_points: u16) {
    let ctx = &mut tx_context::dummy();
    let node_id = network.node_id(candidate);
    let (staking, _, treasury, _) = network.parts();
    manager.execute_stake_penalty(staking, treasury, node_id, basis_points, ctx)
}

use fun vote as SlashingManager.vote;
use fun execute as SlashingManager.execute;
use fun vote_stake as SlashingManager.vote_stake;
use fun execute_stake as SlashingManager.execute_stake;

fun give_commission(network: &mut Network, i: u64, amount: u64) {
    let node_id = network.node_id(i);
    network
        .staking_mut()
        .add_commission_to_pools(vector[node_id], vector[balance::create_for_testing<WAL>(amount)])
}

use fun give_commission as Network.give_commission;

fun setup(): (Network, SlashingManager) {
    let ctx = &mut tx_context::dummy();
    (test_network::four_nodes(ctx), slashing::new_for_testing(ctx))
}

// === Commission ===

#[test]
fun quorum_burns_the_commission() {
    let (mut network, mut manager) = setup();
    network.give_commission(3, 500);
    let supply = network.treasury().total_supply();
    3u64.do!(|i| manager.vote(&network, i, 3));
    manager.execute(&mut network, 3);
    assert_eq!(network.pool(3).commission_amount(), 0);
    assert_eq!(supply - network.treasury().total_supply(), 500);
    assert_eq!(event::events_by_type<SlashingVoteCast>().length(), 3);
    assert_eq!(event::events_by_type<Slashed>().length(), 1);
    destroy(manager);
    network.destroy();
}

#[test, expected_failure(abort_code = slashing::ENotEnoughVotes)]
fun two_votes_of_four_are_too_few() {
    let (mut network, mut manager) = setup();
    2u64.do!(|i| manager.vote(&network, i, 3));
    manager.execute(&mut network, 3);
    abort
}

#[test, expected_failure(abort_code = slashing::EDuplicateVote)]
fun voting_twice_aborts() {
    let (network, mut manager) = setup();
    manager.vote(&network, 0, 3);
    manager.vote(&network, 0, 3);
    abort
}

#[test, expected_failure(abort_code = slashing::ENotAuthorized)]
fun voting_for_another_aborts() {
    let (network, mut manager) = setup();
    let stranger = tx_context::new_from_hint(@0xB, 1, 0, 0, 0);
    manager.vote_for_slashing(
        network.staking(),
        auth::authenticate_sender(&stranger),
        network.node_id(0),
        network.node_id(3),
    );
    abort
}

#[test, expected_failure(abort_code = slashing::ENotAuthorized)]
fun outsider_has_no_vote() {
    let (mut network, mut manager) = setup();
    let i = network.add_node(0, &mut test_network::another_transaction());
    manager.vote(&network, i, 3);
    abort
}

#[test, expected_failure(abort_code = slashing::ENoProposalForNode)]
fun nobody_voted() {
    let (mut network, mut manager) = setup();
    manager.execute(&mut network, 3);
    abort
}

#[test, expected_failure(abort_code = slashing::EWrongEpoch)]
fun votes_of_the_last_epoch_are_void() {
    let (mut network, mut manager) = setup();
    3u64.do!(|i| manager.vote(&network, i, 3));
    network.next_epoch(&mut tx_context::dummy());
    manager.execute(&mut network, 3);
    abort
}

#[test]
fun votes_start_anew_in_the_next_epoch() {
    let (mut network, mut manager) = setup();
    2u64.do!(|i| manager.vote(&network, i, 3));
    network.next_epoch(&mut tx_context::dummy());
    3u64.do!(|i| manager.vote(&network, i, 3));
    manager.execute(&mut network, 3);
    destroy(manager);
    network.destroy();
}

#[test, expected_failure(abort_code = slashing::ENoProposalForNode)]
fun proposal_is_used_up() {
    let (mut network, mut manager) = setup();
    3u64.do!(|i| manager.vote(&network, i, 3));
    manager.execute(&mut network, 3);
    manager.execute(&mut network, 3);
    abort
}

#[test, expected_failure(abort_code = slashing::ENoProposalForNode)]
fun past_proposals_are_cleaned_up() {
    let (mut network, mut manager) = setup();
    3u64.do!(|i| manager.vote(&network, i, 3));
    network.next_epoch(&mut tx_context::dummy());
    manager.cleanup_slashing_proposals(network.staking(), vector[network.node_id(3), network.node_id(0)]);
    manager.execute(&mut network, 3);
    abort
}

#[test]
fun present_proposals_are_kept() {
    let (mut network, mut manager) = setup();
    3u64.do!(|i| manager.vote(&network, i, 3));
    manager.cleanup_slashing_proposals(network.staking(), vector[network.node_id(3)]);
    manager.execute(&mut network, 3);
    destroy(manager);
    network.destroy();
}

#[test]
fun voter_can_be_changed() {
    let (mut network, mut manager) = setup();
    let node_id = network.node_id(0);
    let auth = auth::authenticate_sender(&tx_context::dummy());
    network.staking_mut().set_governance_authorized(node_id, auth, auth::authorized_address(@0xB));
    let voter = tx_context::new_from_hint(@0xB, 1, 0, 0, 0);
    manager.vote_for_slashing(
        network.staking(),
        auth::authenticate_sender(&voter),
        node_id,
        network.node_id(3),
    );
    assert_eq!(event::events_by_type<GovernanceAuthorizedChanged>().length(), 1);
    destroy(manager);
    network.destroy();
}

// === Stake ===

#[test]
fun stakers_bear_the_penalty_alike() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut manager) = setup();
    let mut second = network.stake(3, 500, ctx);
    network.next_epoch(ctx);
    let supply = network.treasury().total_supply();
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.execute_stake(&mut network, 3, TENTH);
    assert_eq!(supply - network.treasury().total_supply(), 150_000_000_000);
    assert_eq!(network.pool(3).wal_balance(), 1_350_000_000_000);

    let mut first = network.take_stake(3);
    network.staking_mut().request_withdraw_stake(&mut first, ctx);
    network.staking_mut().request_withdraw_stake(&mut second, ctx);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw(first, ctx), 900_000_000_000);
    assert_eq!(network.withdraw(second, ctx), 450_000_000_000);
    assert_eq!(network.pool(3).stake_in_custody(), 0);
    destroy(manager);
    network.destroy();
}

#[test]
fun stake_on_its_way_out_is_slashed_too() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut manager) = setup();
    let mut stake = network.take_stake(3);
    network.staking_mut().request_withdraw_stake(&mut stake, ctx);
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.execute_stake(&mut network, 3, TENTH);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw(stake, ctx), 900_000_000_000);
    destroy(manager);
    network.destroy();
}

#[test]
fun stake_that_is_not_active_yet_is_spared() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut manager) = setup();
    let mut fresh = network.stake(3, 500, ctx);
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.execute_stake(&mut network, 3, TENTH);
    network.next_epoch(ctx);
    // 900 WAL for 1,000 shares: 500 WAL buy 555.6 and stay worth 500.
    assert_eq!(network.pool(3).wal_balance(), 1_400_000_000_000);
    assert_eq!(network.pool(3).num_shares(), 1_555_555_555_555);
    network.staking_mut().request_withdraw_stake(&mut fresh, ctx);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw(fresh, ctx), 500_000_000_000);
    destroy(manager);
    network.destroy();
}

#[test]
fun early_withdrawal_is_paid_in_full_after_a_slash() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut manager) = setup();
    let fresh = network.stake(3, 500, ctx);
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.execute_stake(&mut network, 3, TENTH);
    assert_eq!(network.withdraw(fresh, ctx), 500_000_000_000);
    destroy(manager);
    network.destroy();
}

#[test]
fun operator_pays_before_the_stakers() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut manager) = setup();
    // The penalty is 100 WAL: 20 are commission, 50 bond, so 30 stake.
    network.give_commission(3, 20_000_000_000);
    let bond = network.mint(50_000_000_000, ctx);
    let node_id = network.node_id(3);
    network.staking_mut().deposit_bond(node_id, bond);
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.execute_stake(&mut network, 3, TENTH);
    assert_eq!(network.pool(3).commission_amount(), 0);
    assert_eq!(network.pool(3).bond().value(), 0);
    assert_eq!(network.pool(3).wal_balance(), STAKE - 30_000_000_000);
    destroy(manager);
    network.destroy();
}

#[test]
fun penalty_can_be_covered_by_the_bond_alone() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut manager) = setup();
    let bond = network.mint(150_000_000_000, ctx);
    let node_id = network.node_id(3);
    network.staking_mut().deposit_bond(node_id, bond);
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.execute_stake(&mut network, 3, TENTH);
    assert_eq!(network.pool(3).bond().value(), 50_000_000_000);
    assert_eq!(network.pool(3).wal_balance(), STAKE);
    destroy(manager);
    network.destroy();
}

#[test]
fun rewards_of_a_slashed_pool_are_paid() {
    let ctx = &mut tx_context::dummy();
    let (mut network, mut manager) = setup();
    network.earn(ctx);
    network.next_epoch(ctx);
    // 1,000 WAL and 1,212 FROST, less a tenth of it: 900,000,001,091 (the penalty is rounded down).
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.execute_stake(&mut network, 3, TENTH);
    let mut stake = network.take_stake(3);
    network.staking_mut().request_withdraw_stake(&mut stake, ctx);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw(stake, ctx), 900_000_001_091);
    assert_eq!(network.pool(3).stake_in_custody() + network.pool(3).rewards_amount(), 0);
    destroy(manager);
    network.destroy();
}

/// Slashes node 3 by 30 % four times: to 700, 490, 343 and, at the limit, 300 WAL.
fun exhausted(): (Network, SlashingManager) {
    let (mut network, mut manager) = setup();
    4u64.do!(|_| {
        3u64.do!(|i| manager.vote_stake(&network, i, 3, 3_000));
        manager.execute_stake(&mut network, 3, 3_000);
    });
    (network, manager)
}

#[test]
fun slashes_leave_three_tenths_of_a_share() {
    let ctx = &mut tx_context::dummy();
    let (mut network, manager) = exhausted();
    assert_eq!(network.pool(3).wal_balance(), 300_000_000_000);
    network.next_epoch(ctx);
    assert_eq!(network.pool(3).wal_balance(), 300_000_000_000);
    assert_eq!(network.pool(3).num_shares(), STAKE);
    destroy(manager);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_pool::EPoolIsNotActive)]
fun exhausted_pool_takes_no_stake() {
    let (mut network, _manager) = exhausted();
    let _stake = network.stake(3, 10, &mut tx_context::dummy());
    abort
}

#[test, expected_failure(abort_code = slashing::ENotInCommittee)]
fun stake_of_an_outsider_is_spared() {
    let (mut network, mut manager) = setup();
    let i = network.add_node(1, &mut test_network::another_transaction());
    3u64.do!(|voter| manager.vote_stake(&network, voter, i, TENTH));
    manager.execute_stake(&mut network, i, TENTH);
    abort
}

#[test, expected_failure(abort_code = slashing::ENotEnoughVotes)]
fun votes_for_other_penalties_do_not_add_up() {
    let (mut network, mut manager) = setup();
    2u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    manager.vote_stake(&network, 2, 3, TENTH + 1);
    manager.execute_stake(&mut network, 3, TENTH);
    abort
}

#[test, expected_failure(abort_code = slashing::EInvalidPenalty)]
fun penalty_of_nothing_aborts() {
    let (network, mut manager) = setup();
    manager.vote_stake(&network, 0, 3, 0);
    abort
}

#[test, expected_failure(abort_code = slashing::EInvalidPenalty)]
fun penalty_above_the_limit_aborts() {
    let (network, mut manager) = setup();
    manager.vote_stake(&network, 0, 3, 3_001);
    abort
}

#[test, expected_failure(abort_code = slashing::ENoProposalForNode)]
fun past_stake_penalties_are_cleaned_up() {
    let (mut network, mut manager) = setup();
    3u64.do!(|i| manager.vote_stake(&network, i, 3, TENTH));
    network.next_epoch(&mut tx_context::dummy());
    manager.cleanup_stake_penalties(network.staking(), network.node_id(3), vector[TENTH]);
    manager.execute_stake(&mut network, 3, TENTH);
    abort
}
