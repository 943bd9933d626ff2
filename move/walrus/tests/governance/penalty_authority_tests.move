/// Penalties by other contracts. Nodes have 1,000 WAL of stake.
#[test_only]
module walrus::penalty_authority_tests;

use std::unit_test::{assert_eq, destroy};
use sui::event;
use sui::package;
use walrus::penalty_authority::{Self, PenaltyAuthority};
use walrus::staking_events::Slashed;
use walrus::test_network::{Self, Network};
use walrus::upgrade;

/// An authority with this limit.
fun grant(max_basis_points: u16): PenaltyAuthority {
    let ctx = &mut test_network::another_transaction();
    let cap = package::test_publish(object::id_from_address(@0xCAFE), ctx);
    let (manager, emergency) = upgrade::new_for_testing(cap, ctx);
    let authority = penalty_authority::grant(&emergency, max_basis_points, ctx);
    destroy(manager);
    destroy(emergency);
    authority
}

fun network(): Network { test_network::four_nodes(&mut tx_context::dummy()) }

#[test]
fun stake_is_taken_up_to_the_limit() {
    let mut network = network();
    let authority = grant(100);
    assert_eq!(authority.max_basis_points(), 100);
    let node_id = network.node_id(0);
    let taken = authority.slash(network.staking_mut(), node_id, 100);
    assert_eq!(taken.value(), 10_000_000_000);
    assert_eq!(network.pool(0).wal_balance(), 990_000_000_000);
    assert_eq!(event::events_by_type<Slashed>().length(), 1);
    destroy(taken);
    destroy(authority);
    network.destroy();
}

#[test, expected_failure(abort_code = penalty_authority::EInvalidPenalty)]
fun penalty_above_the_limit_aborts() {
    let mut network = network();
    let node_id = network.node_id(0);
    let _taken = grant(100).slash_and_keep(&mut network, node_id, 101);
    abort
}

#[test, expected_failure(abort_code = penalty_authority::EInvalidPenalty)]
fun penalty_of_nothing_aborts() {
    let mut network = network();
    let node_id = network.node_id(0);
    let _taken = grant(100).slash_and_keep(&mut network, node_id, 0);
    abort
}

#[test, expected_failure(abort_code = penalty_authority::ENotInCommittee)]
fun outsider_is_spared() {
    let mut network = network();
    let i = network.add_node(1, &mut test_network::another_transaction());
    let node_id = network.node_id(i);
    let _taken = grant(100).slash_and_keep(&mut network, node_id, 100);
    abort
}

#[test, expected_failure(abort_code = penalty_authority::EInvalidPenalty)]
fun limit_above_thirty_percent_aborts() {
    let _authority = grant(3_001);
    abort
}

#[test, expected_failure(abort_code = penalty_authority::EInvalidPenalty)]
fun limit_of_nothing_aborts() {
    let _authority = grant(0);
    abort
}

fun slash_and_keep(
    authority: PenaltyAuthority,
    network: &mut Network,
    node_id: ID,
    basis_points: u16,
): sui::balance::Balance<wal::wal::WAL> {
    let taken = authority.slash(network.staking_mut(), node_id, basis_points);
    destroy(authority);
    taken
}

use fun slash_and_keep as PenaltyAuthority.slash_and_keep;
