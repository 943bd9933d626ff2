/// Stake from beginning to end. Four nodes of 1,000 WAL each; an epoch with income earns each pool 1,212 FROST.
#[test_only]
module walrus::stake_tests;

use std::unit_test::{assert_eq, destroy};
use sui::event;
use walrus::staked_wal::{Self, StakedWal};
use walrus::staking_events::{StakeWithdrawalRequested, StakeWithdrawn, Staked};
use walrus::staking_inner;
use walrus::staking_pool;
use walrus::test_network::{Self, Network};

/// 1,000 WAL.
const STAKE: u64 = 1_000_000_000_000;

fun request(network: &mut Network, stake: &mut StakedWal, ctx: &mut TxContext) {
    network.staking_mut().request_withdraw_stake(stake, ctx)
}

use fun request as Network.request;

// === Staking ===

#[test]
fun stake_counts_from_the_next_open_epoch() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let before = network.stake(0, 10, ctx);
    network.select_parameters();
    let after = network.stake(0, 10, ctx);
    assert_eq!(before.activation_epoch(), 2);
    assert_eq!(after.activation_epoch(), 3);
    assert_eq!(after.node_id(), network.node_id(0));
    assert_eq!(after.value(), 10_000_000_000);
    assert_eq!(network.pool(0).wal_balance(), STAKE);
    assert_eq!(network.pool(0).wal_balance_at_epoch(2), STAKE + 10_000_000_000);
    assert_eq!(network.pool(0).wal_balance_at_epoch(3), STAKE + 20_000_000_000);
    // All of it is in the pool's custody.
    assert_eq!(network.pool(0).stake_in_custody(), STAKE + 20_000_000_000);
    assert_eq!(event::events_by_type<Staked>().length(), 6);
    destroy(before);
    destroy(after);
    network.destroy();
}

#[test, expected_failure(abort_code = staked_wal::EStakeBelowThreshold)]
fun less_than_one_wal_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let coin = network.mint(999_999_999, ctx);
    let node_id = network.node_id(0);
    let _stake = network.staking_mut().stake_with_pool(coin, node_id, ctx);
    abort
}

#[test, expected_failure(abort_code = staking_inner::EPoolNotFound)]
fun staking_with_no_node_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let coin = network.mint(STAKE, ctx);
    let _stake = network.staking_mut().stake_with_pool(coin, object::id_from_address(@0xA), ctx);
    abort
}

// === Withdrawing ===

#[test]
fun stake_and_rewards_are_paid_after_the_request() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    let mut stake = network.take_stake(0);
    network.request(&mut stake, ctx);
    assert!(stake.is_withdrawing());
    assert_eq!(stake.withdraw_epoch(), 3);
    assert_eq!(network.staking().calculate_rewards(network.node_id(0), STAKE, 1, 2), 1_212);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw(stake, ctx), STAKE + 1_212);
    assert_eq!(network.pool(0).stake_in_custody(), 0);
    assert_eq!(network.pool(0).rewards_amount(), 0);
    assert_eq!(network.pool(0).wal_balance(), 0);
    assert_eq!(event::events_by_type<StakeWithdrawalRequested>().length(), 1);
    assert_eq!(event::events_by_type<StakeWithdrawn>().length(), 1);
    network.destroy();
}

#[test]
fun withdrawing_stake_earns_until_it_leaves() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.take_stake(0);
    network.request(&mut stake, ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw(stake, ctx), STAKE + 1_212);
    network.destroy();
}

#[test]
fun request_after_selection_takes_one_epoch_more() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.select_parameters();
    let mut stake = network.take_stake(0);
    network.request(&mut stake, ctx);
    assert_eq!(stake.withdraw_epoch(), 3);
    destroy(stake);
    network.destroy();
}

#[test]
fun rounding_never_costs_principal() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.earn(ctx);
    let mut stake = network.stake(0, 1_000, ctx);
    network.next_epoch(ctx);
    // Bought at (10^12 + 1212) / 10^12: 999,999,998,788 shares, worth 999,999,999,999 rounded down.
    assert_eq!(network.pool(0).num_shares(), 1_999_999_998_788);
    network.request(&mut stake, ctx);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw(stake, ctx), STAKE);
    network.destroy();
}

#[test]
fun two_stakers_share_by_stake() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut large = network.stake(0, 3_000, ctx);
    network.next_epoch(ctx);
    // Node 0 has 4,000 of 7,000 WAL: two of the four shards, so does not earn more than 2 in 4 of 4,850. One of the
    // others has none.
    assert_eq!(network.staking().committee().weight(&network.node_id(0)), 2);
    network.earn(ctx);
    network.request(&mut large, ctx);
    let mut small = network.take_stake(0);
    network.request(&mut small, ctx);
    network.next_epoch(ctx);
    // 2,425 FROST for 4,000 WAL: 1,818.75 and 606.25.
    assert_eq!(network.withdraw(large, ctx), 3 * STAKE + 1_818);
    assert_eq!(network.withdraw(small, ctx), STAKE + 606);
    network.destroy();
}

#[test]
fun stake_that_counts_for_no_committee_leaves_at_once() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let stake = network.stake(0, 10, ctx);
    assert!(network.staking().can_withdraw_staked_wal_early(&stake));
    assert_eq!(network.withdraw(stake, ctx), 10_000_000_000);
    assert_eq!(network.pool(0).wal_balance_at_epoch(2), STAKE);

    network.select_parameters();
    let stake = network.stake(0, 10, ctx);
    assert_eq!(network.withdraw(stake, ctx), 10_000_000_000);
    assert_eq!(network.pool(0).stake_in_custody(), STAKE);
    network.destroy();
}

#[test]
fun stake_counted_before_it_is_active_leaves_one_epoch_later() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.stake(0, 1_000, ctx);
    network.select_parameters();
    assert!(!network.staking().can_withdraw_staked_wal_early(&stake));
    network.request(&mut stake, ctx);
    assert_eq!(stake.withdraw_epoch(), 3);
    network.start_epoch_change(ctx);
    network.finish_epoch_change();
    assert_eq!(network.pool(0).wal_balance(), 2 * STAKE);
    // 4,850 * 2 / 4 shares; half of it for this stake.
    let weight = network.staking().committee().weight(&network.node_id(0));
    assert_eq!(weight, 2);
    network.earn(ctx);
    network.next_epoch(ctx);
    assert_eq!(network.pool(0).wal_balance(), STAKE + 1_213);
    assert_eq!(network.withdraw(stake, ctx), STAKE + 1_212);
    network.destroy();
}

/// A fifth node with too little stake for a shard.
fun with_outsider(ctx: &mut TxContext): Network {
    let mut network = test_network::four_nodes(ctx);
    network.add_node(1, ctx);
    network.next_epoch(ctx);
    assert_eq!(network.staking().committee().size(), 4);
    network
}

#[test]
fun stake_of_a_node_without_shards_leaves_at_once() {
    let ctx = &mut tx_context::dummy();
    let mut network = with_outsider(ctx);
    let stake = network.take_stake(4);
    assert_eq!(network.withdraw(stake, ctx), 1_000_000_000);
    assert_eq!(network.pool(4).wal_balance_at_epoch(3), 0);
    assert_eq!(network.pool(4).stake_in_custody(), 0);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_pool::EWithdrawDirectly)]
fun request_for_a_node_without_shards_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = with_outsider(ctx);
    let mut stake = network.take_stake(4);
    network.request(&mut stake, ctx);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EWithdrawDirectly)]
fun request_for_fresh_stake_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.stake(0, 10, ctx);
    network.request(&mut stake, ctx);
    abort
}

#[test, expected_failure(abort_code = staking_pool::ENotStaked)]
fun second_request_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.take_stake(0);
    network.request(&mut stake, ctx);
    network.request(&mut stake, ctx);
    abort
}

#[test, expected_failure(abort_code = staking_pool::ENotWithdrawing)]
fun withdrawing_without_request_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let stake = network.take_stake(0);
    network.withdraw(stake, ctx);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EWithdrawEpochNotReached)]
fun withdrawing_too_early_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.take_stake(0);
    network.request(&mut stake, ctx);
    network.withdraw(stake, ctx);
    abort
}

// === The claim ===

#[test]
fun stake_is_split_and_joined() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.take_stake(0);
    let part = stake.split(300_000_000_000, ctx);
    assert_eq!(stake.value(), 700_000_000_000);
    assert_eq!(part.value(), 300_000_000_000);
    assert_eq!(part.activation_epoch(), 1);
    assert!(part.is_staked());
    stake.join(part);
    assert_eq!(stake.value(), STAKE);
    destroy(stake);
    network.destroy();
}

#[test]
fun parts_are_paid_like_the_whole() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.earn(ctx);
    let mut stake = network.take_stake(0);
    network.request(&mut stake, ctx);
    let part = stake.split(250_000_000_000, ctx);
    network.next_epoch(ctx);
    // 1,212 FROST for 1,000 WAL: 303 for a quarter.
    assert_eq!(network.withdraw(part, ctx), 250_000_000_303);
    assert_eq!(network.withdraw(stake, ctx), 750_000_000_909);
    network.destroy();
}

#[test, expected_failure(abort_code = staked_wal::EInvalidAmount)]
fun splitting_off_everything_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut stake = test_network::four_nodes(ctx).take_only_stake();
    let _part = stake.split(STAKE, ctx);
    abort
}

#[test, expected_failure(abort_code = staked_wal::EStakeBelowThreshold)]
fun splitting_off_too_little_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut stake = test_network::four_nodes(ctx).take_only_stake();
    let _part = stake.split(999_999_999, ctx);
    abort
}

#[test, expected_failure(abort_code = staked_wal::EStakeBelowThreshold)]
fun leaving_too_little_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut stake = test_network::four_nodes(ctx).take_only_stake();
    let _part = stake.split(STAKE - 999_999_999, ctx);
    abort
}

#[test, expected_failure(abort_code = staked_wal::EMetadataMismatch)]
fun stakes_with_different_nodes_do_not_join() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.take_stake(0);
    stake.join(network.take_stake(0));
    abort
}

#[test, expected_failure(abort_code = staked_wal::EMetadataMismatch)]
fun stakes_in_different_states_do_not_join() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.take_stake(0);
    let part = stake.split(STAKE / 2, ctx);
    network.request(&mut stake, ctx);
    stake.join(part);
    abort
}

#[test, expected_failure(abort_code = staked_wal::ENotWithdrawing)]
fun staked_wal_has_no_withdrawal_epoch() {
    let stake = test_network::four_nodes(&mut tx_context::dummy()).take_only_stake();
    stake.withdraw_epoch();
    abort
}

/// The stake of node 0; the network is thrown away.
fun take_only_stake(mut network: Network): StakedWal {
    let stake = network.take_stake(0);
    network.destroy();
    stake
}

use fun take_only_stake as Network.take_only_stake;
