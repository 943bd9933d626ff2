/// Deny lists: announced by a node, taken over when a quorum has signed them.
#[test_only]
module walrus::deny_list_tests;

use std::unit_test::assert_eq;
use sui::bcs;
use sui::event;
use walrus::events::{DenyListUpdate, RegisterDenyListUpdate};
use walrus::system_state_inner;
use walrus::test_network::{Self, Network};

/// Type 4: node id, sequence, size, root.
fun message(node_id: ID, sequence: u64, size: u64): vector<u8> {
    let mut bytes = test_network::header(4, 1);
    bytes.append(node_id.to_bytes());
    bytes.append(bcs::to_bytes(&sequence));
    bytes.append(bcs::to_bytes(&size));
    bytes.append(bcs::to_bytes(&77u256));
    bytes
}

fun update(network: &mut Network, i: u64, message: vector<u8>) {
    let (system, cap) = network.system_and_cap(i);
    system.update_deny_list(cap, test_network::signature(), vector[15], message)
}

use fun update as Network.update;

#[test]
fun certified_list_is_taken_over() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let node_id = network.node_id(0);
    network.update(0, message(node_id, 1, 500));
    network.update(0, message(node_id, 2, 600));
    assert_eq!(network.caps()[0].deny_list_sequence(), 2);
    assert_eq!(network.caps()[0].deny_list_root(), 77);
    assert_eq!(event::events_by_type<DenyListUpdate>().length(), 2);
    network.destroy();
}

#[test]
fun new_list_is_announced() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let (system, cap) = network.system_and_cap(0);
    system.register_deny_list_update(cap, 77, 1);
    assert_eq!(event::events_by_type<RegisterDenyListUpdate>().length(), 1);
    network.destroy();
}

#[test]
fun denied_bytes_earn_nothing() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mib = 1_048_576;
    // 1,000 MiB for one epoch at 5 FROST: 5,000 in all, 150 burned, 4,850 to share. Node 0 denies half: the shares
    // are 500 : 1000 : 1000 : 1000, so 692.86 and 1,385.71 FROST.
    let (system, funds) = network.system_and_funds();
    system.reserve_space(1_000 * mib, 1, funds, ctx).destroy();
    let denying = network.node_id(0);
    network.update(0, message(denying, 1, 500 * mib));
    network.next_epoch(ctx);
    assert_eq!(network.staking().inner().pool(denying).rewards_amount(), 692);
    let other = network.node_id(1);
    assert_eq!(network.staking().inner().pool(other).rewards_amount(), 1_385);
    // 4,850 - 692 - 3 * 1,385 stay for the next epoch.
    assert_eq!(network.system().future_accounting().ring_lookup(0).rewards(), 3);
    network.destroy();
}

#[test, expected_failure(abort_code = system_state_inner::EIncorrectDenyListNode)]
fun list_of_another_node_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let other = network.node_id(1);
    network.update(0, message(other, 1, 500));
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EIncorrectDenyListSequence)]
fun older_list_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let node_id = network.node_id(0);
    network.update(0, message(node_id, 1, 500));
    network.update(0, message(node_id, 1, 500));
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EIncorrectDenyListSequence)]
fun announcing_an_older_list_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let (system, cap) = network.system_and_cap(0);
    system.register_deny_list_update(cap, 77, 0);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::ENotCommitteeMember)]
fun updating_outside_the_committee_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let i = network.add_node(0, ctx);
    let node_id = network.node_id(i);
    network.update(i, message(node_id, 1, 500));
    abort
}

#[test, expected_failure(abort_code = system_state_inner::ENotCommitteeMember)]
fun announcing_outside_the_committee_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let i = network.add_node(0, ctx);
    let (system, cap) = network.system_and_cap(i);
    system.register_deny_list_update(cap, 77, 1);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::ENotCommitteeMember)]
fun protocol_version_outside_the_committee_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let i = network.add_node(0, ctx);
    let (system, cap) = network.system_and_cap(i);
    system.update_protocol_version(cap, test_network::signature(), vector[15], vector[]);
    abort
}
