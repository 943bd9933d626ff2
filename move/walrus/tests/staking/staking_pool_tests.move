/// Guards of a pool that the calls above it never run into.
#[test_only]
module walrus::staking_pool_tests;

use std::unit_test::destroy;
use sui::balance;
use wal::wal::WAL;
use walrus::staked_wal;
use walrus::staking_pool;
use walrus::test_network::{Self, Network};
use walrus::walrus_context::{Self, WalrusContext};

/// A member of the current committee in `epoch`, before the next one is fixed.
fun context(epoch: u32): WalrusContext { walrus_context::new(epoch, false, true, false) }

fun advance(network: &mut Network, i: u64, epoch: u32, rewards: u64) {
    let node_id = network.node_id(i);
    let rewards = balance::create_for_testing<WAL>(rewards);
    network.staking_mut().inner_mut().pool_mut(node_id).advance_epoch(rewards, &context(epoch))
}

use fun advance as Network.advance;

#[test, expected_failure(abort_code = staking_pool::EPoolAlreadyUpdated)]
fun advancing_to_the_same_epoch_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.advance(0, 1, 0);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EIncorrectEpochAdvance)]
fun rewarding_a_pool_without_stake_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let i = network.add_node(0, ctx);
    network.advance(i, 2, 1);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EIncorrectPoolId)]
fun requesting_at_another_pool_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut stake = network.take_stake(0);
    let other = network.node_id(1);
    network.staking_mut().inner_mut().pool_mut(other).request_withdraw_stake(&mut stake, &context(1));
    abort
}

#[test, expected_failure(abort_code = staking_pool::EIncorrectPoolId)]
fun withdrawing_from_another_pool_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let stake = network.take_stake(0);
    let other = network.node_id(1);
    let _payout = network.staking_mut().inner_mut().pool_mut(other).withdraw_stake(stake, &context(1));
    abort
}

#[test, expected_failure(abort_code = staking_pool::EZeroShares)]
fun stake_worth_less_than_a_share_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::with_stakes(4, vector[1], ctx);
    // 10^9 shares worth 4 * 10^18 FROST: 1 WAL buys a quarter of one.
    network.advance(0, 2, 4_000_000_000_000_000_000);
    let mut stake = staked_wal::mint(network.node_id(0), 1_000_000_000, 2, ctx);
    let node_id = network.node_id(0);
    network.staking_mut().inner_mut().pool_mut(node_id).request_withdraw_stake(&mut stake, &context(2));
    abort
}

#[test, expected_failure(abort_code = staked_wal::EAlreadyWithdrawing)]
fun stake_is_marked_as_withdrawing_once() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let mut stake = network.take_stake(0);
    stake.set_withdrawing(2);
    stake.set_withdrawing(2);
    destroy(network);
    abort
}
