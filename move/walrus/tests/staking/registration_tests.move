/// Nodes: registration and details.
#[test_only]
module walrus::registration_tests;

use std::string::String;
use std::unit_test::{assert_eq, destroy};
use sui::event;
use sui::vec_map;
use walrus::node_metadata;
use walrus::staking_events::{NodeRegistered, VoteCast};
use walrus::staking_inner;
use walrus::staking_pool;
use walrus::storage_node::{Self, StorageNodeCap};
use walrus::test_network::{Self, Network};

fun text(length: u64): String { vector::tabulate!(length, |_| 97).to_string() }

fun register(
    network: &mut Network,
    name: String,
    address: String,
    network_key: vector<u8>,
    commission_rate: u16,
): StorageNodeCap {
    network
        .staking_mut()
        .register_candidate(
            name,
            address,
            node_metadata::default(),
            test_network::bls_key(),
            network_key,
            test_network::signature(),
            commission_rate,
            1,
            2,
            3,
            &mut test_network::another_transaction(),
        )
}

use fun register as Network.register_with;

fun network(): Network { test_network::four_nodes(&mut tx_context::dummy()) }

#[test]
fun limits_are_inclusive() {
    let mut network = network();
    let cap = network.register_with(text(100), text(259), test_network::network_key(), 10_000);
    let pool = network.staking().inner().pool(cap.node_id());
    assert_eq!(pool.voting_params().storage_price(), 1);
    assert_eq!(pool.voting_params().write_price(), 2);
    assert_eq!(pool.voting_params().node_capacity(), 3);
    assert_eq!(pool.commission_rate(), 10_000);
    assert_eq!(cap.last_epoch_sync_done(), 0);
    assert_eq!(event::events_by_type<NodeRegistered>().length(), 5);
    destroy(cap);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_pool::EInvalidNameLength)]
fun long_name_aborts() {
    let _cap = network().register_and_drop(text(101), text(1), test_network::network_key(), 0);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EInvalidNetworkAddressLength)]
fun long_address_aborts() {
    let _cap = network().register_and_drop(text(1), text(260), test_network::network_key(), 0);
    abort
}

#[test, expected_failure(abort_code = storage_node::EInvalidNetworkPublicKey)]
fun network_key_of_other_length_aborts() {
    let _cap = network().register_and_drop(text(1), text(1), vector::tabulate!(32, |_| 2), 0);
    abort
}

#[test, expected_failure(abort_code = staking_pool::EIncorrectCommissionRate)]
fun commission_above_all_aborts() {
    let _cap = network().register_and_drop(text(1), text(1), test_network::network_key(), 10_001);
    abort
}

fun register_and_drop(
    mut network: Network,
    name: String,
    address: String,
    network_key: vector<u8>,
    commission_rate: u16,
): StorageNodeCap {
    let cap = network.register_with(name, address, network_key, commission_rate);
    network.destroy();
    cap
}

use fun register_and_drop as Network.register_and_drop;

#[test]
fun pool_registered_after_selection_starts_one_epoch_later() {
    let ctx = &mut tx_context::dummy();
    let mut network = network();
    network.select_parameters();
    let i = network.add_node(2_000, ctx);
    network.start_epoch_change(ctx);
    network.finish_epoch_change();
    assert!(!network.staking().committee().contains(&network.node_id(i)));
    network.next_epoch(ctx);
    assert!(network.staking().committee().contains(&network.node_id(i)));
    assert_eq!(network.pool(i).wal_balance(), 2_000_000_000_000);
    network.destroy();
}

#[test]
fun details_can_be_changed() {
    let mut network = network();
    let mut metadata = node_metadata::new(b"i".to_string(), b"p".to_string(), b"d".to_string());
    metadata.set_image_url(b"image".to_string());
    metadata.set_project_url(b"project".to_string());
    metadata.set_description(b"description".to_string());
    metadata.set_extra_fields(vec_map::from_keys_values(vector[b"k".to_string()], vector[b"v".to_string()]));
    let (staking, cap, _) = network.staking_and_cap(0);
    staking.set_name(cap, text(100));
    staking.set_network_address(cap, text(259));
    staking.set_network_public_key(cap, vector::tabulate!(33, |_| 3));
    staking.set_node_metadata(cap, metadata);
    let shown = network.staking().node_metadata(network.node_id(0));
    assert_eq!(shown.image_url(), b"image".to_string());
    assert_eq!(shown.project_url(), b"project".to_string());
    assert_eq!(shown.description(), b"description".to_string());
    assert_eq!(shown.extra_fields().length(), 1);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_pool::EInvalidNameLength)]
fun changing_to_a_long_name_aborts() {
    let mut network = network();
    let (staking, cap, _) = network.staking_and_cap(0);
    staking.set_name(cap, text(101));
    abort
}

#[test, expected_failure(abort_code = staking_pool::EInvalidNetworkAddressLength)]
fun changing_to_a_long_address_aborts() {
    let mut network = network();
    let (staking, cap, _) = network.staking_and_cap(0);
    staking.set_network_address(cap, text(260));
    abort
}

#[test, expected_failure(abort_code = storage_node::EInvalidNetworkPublicKey)]
fun changing_to_a_short_key_aborts() {
    let mut network = network();
    let (staking, cap, _) = network.staking_and_cap(0);
    staking.set_network_public_key(cap, x"02");
    abort
}

#[test]
fun votes_are_announced() {
    let mut network = network();
    let (staking, cap, _) = network.staking_and_cap(0);
    staking.set_storage_price_vote(cap, 7);
    staking.set_write_price_vote(cap, 8);
    staking.set_node_capacity_vote(cap, 9);
    assert_eq!(network.pool(0).voting_params().storage_price(), 7);
    assert_eq!(network.pool(0).voting_params().write_price(), 8);
    assert_eq!(network.pool(0).voting_params().node_capacity(), 9);
    assert_eq!(event::events_by_type<VoteCast>().length(), 3);
    network.destroy();
}

#[test]
fun joining_the_active_set_again_changes_nothing_with_room() {
    let mut network = network();
    let (staking, cap, _) = network.staking_and_cap(0);
    staking.try_join_active_set(cap);
    assert_eq!(network.staking().compute_next_committee().size(), 4);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_inner::EPoolNotFound)]
fun unknown_node_has_no_metadata() {
    let network = network();
    network.staking().node_metadata(object::id_from_address(@0xA));
    abort
}
