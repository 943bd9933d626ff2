/// The operator's bond. Four nodes of 1,000 WAL; where a bond is asked for, it is 10 FROST a shard.
#[test_only]
module walrus::bond_tests;

use std::unit_test::assert_eq;
use sui::event;
use walrus::auth;
use walrus::bond;
use walrus::network_parameters;
use walrus::staking_events::{BondDeposited, BondWithdrawalRequested, BondWithdrawn};
use walrus::staking_pool;
use walrus::test_network::{Self, Network};

fun deposit(network: &mut Network, i: u64, amount: u64, ctx: &mut TxContext) {
    let funds = network.mint(amount, ctx);
    let node_id = network.node_id(i);
    network.staking_mut().deposit_bond(node_id, funds)
}

fun request(network: &mut Network, i: u64, amount: u64) {
    let node_id = network.node_id(i);
    let (staking, cap, _) = network.staking_and_cap(i);
    staking.request_bond_withdrawal(node_id, auth::authenticate_with_object(cap), amount)
}

fun withdraw(network: &mut Network, i: u64, ctx: &mut TxContext): u64 {
    let node_id = network.node_id(i);
    let (staking, cap, _) = network.staking_and_cap(i);
    staking.withdraw_bond(node_id, auth::authenticate_with_object(cap), ctx).burn_for_testing()
}

use fun deposit as Network.deposit;
use fun request as Network.request;
use fun withdraw as Network.withdraw_bond;

#[test]
fun bond_leaves_two_epochs_after_the_request() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.deposit(0, 100, ctx);
    network.request(0, 60);
    assert_eq!(network.pool(0).bond().value(), 100);
    assert_eq!(network.pool(0).bond().covering(), 40);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw_bond(0, ctx), 0);
    network.next_epoch(ctx);
    assert_eq!(network.withdraw_bond(0, ctx), 60);
    assert_eq!(network.withdraw_bond(0, ctx), 0);
    assert_eq!(network.pool(0).bond().covering(), 40);
    assert_eq!(event::events_by_type<BondDeposited>().length(), 1);
    assert_eq!(event::events_by_type<BondWithdrawalRequested>().length(), 1);
    assert_eq!(event::events_by_type<BondWithdrawn>().length(), 3);
    network.destroy();
}

#[test, expected_failure(abort_code = bond::EInsufficientBond)]
fun requesting_more_than_covers_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.deposit(0, 100, ctx);
    network.request(0, 60);
    network.request(0, 41);
    abort
}

#[test, expected_failure(abort_code = bond::EInsufficientBond)]
fun requesting_nothing_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.request(0, 0);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EAuthorizationFailure)]
fun requesting_for_another_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.deposit(0, 100, ctx);
    let node_id = network.node_id(0);
    network.staking_mut().request_bond_withdrawal(node_id, auth::authenticate_sender(ctx), 1);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EAuthorizationFailure)]
fun withdrawing_for_another_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let node_id = network.node_id(0);
    let _coin = network.staking_mut().withdraw_bond(node_id, auth::authenticate_sender(ctx), ctx);
    abort
}

/// 8 shards, four nodes with bonds for 1, 2, 3 and 4 shards; without bonds each would hold 2, at most 4.
fun bonded(ctx: &mut TxContext): Network {
    let mut network = test_network::with_parameters(8, network_parameters::new(1_000, 10), ctx);
    4u64.do!(|i| {
        network.add_node(1_000, ctx);
        network.deposit(i, 10 * (i + 1), ctx);
    });
    network
}

fun weights(network: &Network): vector<u16> {
    vector::tabulate!(4, |i| network.staking().committee().weight(&network.node_id(i)))
}

use fun weights as Network.weights;

#[test]
fun bond_limits_the_shards() {
    let ctx = &mut tx_context::dummy();
    let mut network = bonded(ctx);
    network.next_epoch(ctx);
    // Node 0 can hold one of its two; the first of the others in line takes it over. Node 1 is at its limit.
    assert_eq!(network.weights(), vector[1, 2, 3, 2]);
    network.destroy();
}

#[test]
fun bond_that_is_leaving_covers_nothing() {
    let ctx = &mut tx_context::dummy();
    let mut network = bonded(ctx);
    // Left are bonds for 1, 2, 3 and 2 shards: 8 in all.
    network.request(3, 20);
    network.next_epoch(ctx);
    assert_eq!(network.weights(), vector[1, 2, 3, 2]);
    network.destroy();
}

#[test]
fun too_small_bonds_are_disregarded() {
    let ctx = &mut tx_context::dummy();
    let mut network = bonded(ctx);
    // Left are bonds for 1, 2, 3 and 1 shards: 7 of 8.
    network.request(3, 30);
    network.next_epoch(ctx);
    assert_eq!(network.weights(), vector[2, 2, 2, 2]);
    network.destroy();
}
