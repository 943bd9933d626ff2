/// Upgrades by vote: three of four nodes are a quorum.
#[test_only]
module walrus::upgrade_tests;

use std::unit_test::{assert_eq, destroy};
use sui::event;
use sui::package;
use sui::test_scenario;
use walrus::auth;
use walrus::events::{ContractUpgradeProposed, ContractUpgradeQuorumReached};
use walrus::staking;
use walrus::staking_events::UpgradeVoteCast;
use walrus::test_network::{Self, Network};
use walrus::upgrade::{Self, EmergencyUpgradeCap, UpgradeManager};

fun digest(byte: u8): vector<u8> { vector::tabulate!(32, |_| byte) }

fun vote(manager: &mut UpgradeManager, network: &Network, i: u64, digest: vector<u8>) {
    let auth = auth::authenticate_sender(&tx_context::dummy());
    manager.vote_for_upgrade(network.staking(), auth, network.node_id(i), digest)
}

use fun vote as UpgradeManager.vote;

/// A network and the manager of version 1 of this package.
fun setup(): (Network, UpgradeManager, EmergencyUpgradeCap) {
    let ctx = &mut tx_context::dummy();
    let network = test_network::four_nodes(ctx);
    let cap = package::test_publish(object::id_from_address(@0xCAFE), ctx);
    let (manager, emergency) = upgrade::new_for_testing(cap, ctx);
    (network, manager, emergency)
}

#[test]
fun quorum_upgrades() {
    let (mut network, mut manager, emergency) = setup();
    3u64.do!(|i| manager.vote(&network, i, digest(1)));
    assert_eq!(event::events_by_type<ContractUpgradeProposed>().length(), 1);
    assert_eq!(event::events_by_type<ContractUpgradeQuorumReached>().length(), 1);
    assert_eq!(event::events_by_type<UpgradeVoteCast>().length(), 3);
    let ticket = manager.authorize_upgrade(network.staking(), digest(1));
    assert_eq!(*ticket.ticket_digest(), digest(1));
    let receipt = package::test_upgrade(ticket);
    let new_package = receipt.receipt_package();
    let (staking, system, _, _) = network.parts();
    manager.commit_upgrade(staking, system, receipt);
    assert_eq!(network.system().new_package_id_for_testing(), option::some(new_package));
    destroy(manager);
    destroy(emergency);
    network.destroy();
}

#[test]
fun emergency_upgrades_without_votes() {
    let (network, mut manager, emergency) = setup();
    let ticket = manager.authorize_emergency_upgrade(&emergency, digest(1));
    assert_eq!(*ticket.ticket_digest(), digest(1));
    upgrade::burn_emergency_upgrade_cap(emergency);
    destroy(ticket);
    destroy(manager);
    network.destroy();
}

#[test, expected_failure(abort_code = upgrade::EInvalidUpgradeManager)]
fun emergency_of_another_manager_aborts() {
    let (_network, mut manager, _emergency) = setup();
    let ctx = &mut tx_context::dummy();
    let cap = package::test_publish(object::id_from_address(@0xCAFE), ctx);
    let (_other, other_emergency) = upgrade::new_for_testing(cap, ctx);
    let _ticket = manager.authorize_emergency_upgrade(&other_emergency, digest(1));
    abort
}

#[test, expected_failure(abort_code = upgrade::EInvalidPackageDigest)]
fun emergency_needs_a_digest() {
    let (_network, mut manager, emergency) = setup();
    let _ticket = manager.authorize_emergency_upgrade(&emergency, vector[1]);
    abort
}

#[test, expected_failure(abort_code = upgrade::EInvalidPackageDigest)]
fun short_digest_aborts() {
    let (network, mut manager, _emergency) = setup();
    manager.vote(&network, 0, vector[1]);
    abort
}

#[test, expected_failure(abort_code = upgrade::EDuplicateVote)]
fun voting_twice_aborts() {
    let (network, mut manager, _emergency) = setup();
    manager.vote(&network, 0, digest(1));
    manager.vote(&network, 0, digest(1));
    abort
}

#[test, expected_failure(abort_code = upgrade::ENotAuthorized)]
fun voting_for_another_aborts() {
    let (network, mut manager, _emergency) = setup();
    let stranger = tx_context::new_from_hint(@0xB, 1, 0, 0, 0);
    manager.vote_for_upgrade(
        network.staking(),
        auth::authenticate_sender(&stranger),
        network.node_id(0),
        digest(1),
    );
    abort
}

#[test, expected_failure(abort_code = upgrade::ENotAuthorized)]
fun outsider_has_no_vote() {
    let (mut network, mut manager, _emergency) = setup();
    let i = network.add_node(0, &mut test_network::another_transaction());
    manager.vote(&network, i, digest(1));
    abort
}

#[test, expected_failure(abort_code = upgrade::ENoProposalForDigest)]
fun nobody_voted() {
    let (network, mut manager, _emergency) = setup();
    let _ticket = manager.authorize_upgrade(network.staking(), digest(1));
    abort
}

#[test, expected_failure(abort_code = upgrade::ENotEnoughVotes)]
fun two_votes_of_four_are_too_few() {
    let (network, mut manager, _emergency) = setup();
    2u64.do!(|i| manager.vote(&network, i, digest(1)));
    let _ticket = manager.authorize_upgrade(network.staking(), digest(1));
    abort
}

#[test, expected_failure(abort_code = upgrade::EWrongEpoch)]
fun votes_of_the_last_epoch_are_void() {
    let (mut network, mut manager, _emergency) = setup();
    3u64.do!(|i| manager.vote(&network, i, digest(1)));
    network.next_epoch(&mut tx_context::dummy());
    let _ticket = manager.authorize_upgrade(network.staking(), digest(1));
    abort
}

/// Commits an emergency upgrade to the package with digest 2.
fun upgrade_once(manager: &mut UpgradeManager, emergency: &EmergencyUpgradeCap, network: &mut Network) {
    let ticket = manager.authorize_emergency_upgrade(emergency, digest(2));
    let (staking, system, _, _) = network.parts();
    manager.commit_upgrade(staking, system, package::test_upgrade(ticket));
}

use fun upgrade_once as UpgradeManager.upgrade_once;

#[test, expected_failure(abort_code = upgrade::EWrongVersion)]
fun votes_for_the_version_before_are_void() {
    let (mut network, mut manager, emergency) = setup();
    3u64.do!(|i| manager.vote(&network, i, digest(1)));
    manager.upgrade_once(&emergency, &mut network);
    let _ticket = manager.authorize_upgrade(network.staking(), digest(1));
    abort
}

#[test]
fun votes_start_anew_for_the_next_version() {
    let (mut network, mut manager, emergency) = setup();
    2u64.do!(|i| manager.vote(&network, i, digest(1)));
    manager.upgrade_once(&emergency, &mut network);
    3u64.do!(|i| manager.vote(&network, i, digest(1)));
    assert_eq!(event::events_by_type<ContractUpgradeProposed>().length(), 2);
    let ticket = manager.authorize_upgrade(network.staking(), digest(1));
    destroy(ticket);
    destroy(manager);
    destroy(emergency);
    network.destroy();
}

#[test, expected_failure(abort_code = upgrade::ENoProposalForDigest)]
fun stale_proposals_are_cleaned_up() {
    let (mut network, mut manager, _emergency) = setup();
    3u64.do!(|i| manager.vote(&network, i, digest(1)));
    network.next_epoch(&mut tx_context::dummy());
    manager.cleanup_upgrade_proposals(network.staking(), vector[digest(1), digest(2)]);
    let _ticket = manager.authorize_upgrade(network.staking(), digest(1));
    abort
}

#[test]
fun open_proposals_are_kept() {
    let (network, mut manager, emergency) = setup();
    3u64.do!(|i| manager.vote(&network, i, digest(1)));
    manager.cleanup_upgrade_proposals(network.staking(), vector[digest(1)]);
    destroy(manager.authorize_upgrade(network.staking(), digest(1)));
    destroy(manager);
    destroy(emergency);
    network.destroy();
}

// === Migration of Staking ===

#[test]
fun staking_migrates_one_epoch_after_the_announcement() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.staking_mut().set_version_for_testing(3);
    network.staking_mut().set_migration_epoch_for_testing();
    // Nothing else can happen to the object of an older version, so the epoch moves on with it put back.
    network.staking_mut().set_version_for_testing(4);
    network.next_epoch(ctx);
    network.staking_mut().set_version_for_testing(3);
    network.staking_mut().set_new_package_id(object::id_from_address(@0xA));
    network.staking_mut().migrate();
    assert_eq!(network.staking().version(), 4);
    assert_eq!(network.staking().package_id(), object::id_from_address(@0xA));
    assert_eq!(network.staking().epoch(), 2);
    network.destroy();
}

#[test, expected_failure(abort_code = staking::EInvalidMigration)]
fun staking_does_not_migrate_in_the_epoch_of_the_announcement() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.staking_mut().set_version_for_testing(3);
    network.staking_mut().set_migration_epoch_for_testing();
    network.staking_mut().set_new_package_id(object::id_from_address(@0xA));
    network.staking_mut().migrate();
    abort
}

#[test, expected_failure(abort_code = staking::EInvalidMigration)]
fun staking_does_not_migrate_unannounced() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.staking_mut().set_version_for_testing(3);
    network.staking_mut().set_new_package_id(object::id_from_address(@0xA));
    network.staking_mut().migrate();
    abort
}

#[test, expected_failure(abort_code = staking::EInvalidMigration)]
fun staking_of_the_current_version_does_not_migrate() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.staking_mut().migrate();
    abort
}

#[test]
fun manager_is_shared() {
    let mut scenario = test_scenario::begin(@0xA);
    let cap = package::test_publish(object::id_from_address(@0xCAFE), scenario.ctx());
    let emergency = upgrade::new(cap, scenario.ctx());
    assert_eq!(scenario.next_tx(@0xA).shared().length(), 1);
    upgrade::burn_emergency_upgrade_cap(emergency);
    scenario.end();
}
