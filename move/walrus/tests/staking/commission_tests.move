/// Commission. Node 4 of five asks 10 %; five nodes of 1,000 WAL share 5 shards, an epoch earns each 970 FROST.
#[test_only]
module walrus::commission_tests;

use std::unit_test::{assert_eq, destroy};
use sui::balance;
use sui::event;
use wal::wal::WAL;
use walrus::auth;
use walrus::staking_events::{
    CommissionAdded,
    CommissionCollected,
    CommissionRateChanged,
    CommissionReceiverChanged
};
use walrus::staking_inner;
use walrus::staking_pool;
use walrus::test_network::{Self, Network};

fun network(ctx: &mut TxContext): Network {
    let mut network = test_network::empty(5, ctx);
    4u64.do!(|_| { network.add_node(1_000, ctx); });
    network.add_node_with_commission(1_000, 1_000, ctx);
    network.next_epoch(ctx);
    network
}

/// Commission that node 4's capability can collect, in FROST.
fun collect(network: &mut Network, ctx: &mut TxContext): u64 {
    let node_id = network.node_id(4);
    let (staking, cap, _) = network.staking_and_cap(4);
    let coin = staking.collect_commission(node_id, auth::authenticate_with_object(cap), ctx);
    coin.burn_for_testing()
}

use fun collect as Network.collect;

#[test]
fun operator_takes_its_part_of_the_reward() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    // 4,850 / 5 = 970: 97 for the operator, 873 for the stakers.
    assert_eq!(network.pool(4).commission_amount(), 97);
    assert_eq!(network.pool(4).rewards_amount(), 873);
    assert_eq!(network.pool(4).wal_balance(), 1_000_000_000_873);
    network.destroy();
}

#[test]
fun fresh_commission_waits_for_the_next_parameters() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    assert_eq!(network.collect(ctx), 0);
    network.select_parameters();
    assert_eq!(network.collect(ctx), 97);
    assert_eq!(network.collect(ctx), 0);
    assert_eq!(event::events_by_type<CommissionCollected>().length(), 3);
    network.destroy();
}

#[test]
fun only_the_fresh_part_waits() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    assert_eq!(network.pool(4).commission_amount(), 194);
    assert_eq!(network.collect(ctx), 97);
    network.destroy();
}

#[test]
fun new_rate_is_used_from_the_epoch_after_next() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    let (staking, cap, _) = network.staking_and_cap(4);
    staking.set_next_commission(cap, 5_000);
    network.next_epoch(ctx);
    assert_eq!(network.pool(4).commission_rate(), 1_000);
    network.next_epoch(ctx);
    assert_eq!(network.pool(4).commission_rate(), 5_000);
    // The reward of epoch 3 is the first to be divided at the new rate.
    network.earn(ctx);
    network.next_epoch(ctx);
    assert_eq!(network.pool(4).commission_amount(), 485);
    assert_eq!(event::events_by_type<CommissionRateChanged>().length(), 1);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_pool::EIncorrectCommissionRate)]
fun rate_above_all_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    let (staking, cap, _) = network.staking_and_cap(4);
    staking.set_next_commission(cap, 10_001);
    abort
}

#[test]
fun receiver_can_be_changed() {
    let ctx = &mut tx_context::new_from_hint(@0xA, 0, 0, 0, 0);
    let mut network = network(ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    network.select_parameters();
    let node_id = network.node_id(4);
    let (staking, cap, _) = network.staking_and_cap(4);
    let auth = auth::authenticate_with_object(cap);
    staking.set_commission_receiver(node_id, auth, auth::authorized_address(@0xA));
    let coin = staking.collect_commission(node_id, auth::authenticate_sender(ctx), ctx);
    assert_eq!(coin.value(), 97);
    assert_eq!(event::events_by_type<CommissionReceiverChanged>().length(), 1);
    destroy(coin);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_pool::EAuthorizationFailure)]
fun collecting_for_another_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    let node_id = network.node_id(4);
    let (staking, cap, _) = network.staking_and_cap(3);
    let _coin = staking.collect_commission(node_id, auth::authenticate_with_object(cap), ctx);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EAuthorizationFailure)]
fun changing_the_receiver_of_another_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    let node_id = network.node_id(4);
    network
        .staking_mut()
        .set_commission_receiver(node_id, auth::authenticate_sender(ctx), auth::authorized_address(@0xA));
    abort
}

#[test, expected_failure(abort_code = staking_pool::EAuthorizationFailure)]
fun changing_the_voter_of_another_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    let node_id = network.node_id(4);
    let stranger = tx_context::new_from_hint(@0xB, 1, 0, 0, 0);
    network
        .staking_mut()
        .set_governance_authorized(
            node_id,
            auth::authenticate_sender(&stranger),
            auth::authorized_address(@0xB),
        );
    abort
}

#[test]
fun given_commission_waits_unless_parameters_are_selected() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    let node_id = network.node_id(4);
    network
        .staking_mut()
        .add_commission_to_pools(vector[node_id], vector[balance::create_for_testing<WAL>(10)]);
    assert_eq!(network.collect(ctx), 0);
    network.select_parameters();
    network
        .staking_mut()
        .add_commission_to_pools(vector[node_id], vector[balance::create_for_testing<WAL>(5)]);
    // In epoch 1 there was no previous committee whose commission the selection would have released.
    assert_eq!(network.collect(ctx), 5);
    assert_eq!(event::events_by_type<CommissionAdded>().length(), 2);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_inner::EMismatchedLengths)]
fun amounts_without_nodes_abort() {
    let ctx = &mut tx_context::dummy();
    let mut network = network(ctx);
    network.staking_mut().add_commission_to_pools(vector[], vector[balance::create_for_testing<WAL>(10)]);
    abort
}
