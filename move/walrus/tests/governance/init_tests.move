/// Bring-up after publishing.
#[test_only]
module walrus::init_tests;

use std::unit_test::assert_eq;
use sui::clock;
use sui::package;
use sui::test_scenario::{Self, Scenario};
use walrus::display::ObjectDisplay;
use walrus::init::{Self, InitCap};
use walrus::slashing::SlashingManager;
use walrus::staking::Staking;
use walrus::system::System;
use walrus::test_network;
use walrus::upgrade::{Self, UpgradeManager};

const PUBLISHER: address = @0xA;

/// Publishes, then initialises with an upgrade capability of `package`.
fun initialize(package: address): Scenario {
    let mut scenario = test_scenario::begin(PUBLISHER);
    init::init_for_testing(scenario.ctx());
    scenario.next_tx(PUBLISHER);
    let cap: InitCap = scenario.take_from_sender();
    let upgrade_cap = package::test_publish(object::id_from_address(package), scenario.ctx());
    let clock = clock::create_for_testing(scenario.ctx());
    let emergency = init::initialize_walrus(cap, upgrade_cap, 5, 1_000, 4, 53, &clock, scenario.ctx());
    upgrade::burn_emergency_upgrade_cap(emergency);
    clock.destroy_for_testing();
    scenario
}

#[test]
fun all_objects_are_shared() {
    let mut scenario = initialize(@walrus);
    let effects = scenario.next_tx(PUBLISHER);
    assert_eq!(effects.shared().length(), 5);
    assert!(test_scenario::has_most_recent_shared<UpgradeManager>());
    assert!(test_scenario::has_most_recent_shared<SlashingManager>());
    assert!(test_scenario::has_most_recent_shared<ObjectDisplay>());

    let system: System = scenario.take_shared();
    let staking: Staking = scenario.take_shared();
    assert_eq!(system.epoch(), 0);
    assert_eq!(system.version(), 4);
    assert_eq!(system.n_shards(), 0);
    assert_eq!(system.total_capacity_size(), 0);
    assert_eq!(system.future_accounting().max_epochs_ahead(), 53);
    assert_eq!(system.package_id(), object::id_from_address(@walrus));
    assert_eq!(staking.package_id(), system.package_id());
    assert_eq!(staking.epoch(), 0);
    assert_eq!(staking.committee().size(), 0);
    assert_eq!(staking.parameters().sync_timeout_ms(), 1_000);
    assert_eq!(staking.parameters().min_bond_per_shard(), 0);
    test_scenario::return_shared(system);
    test_scenario::return_shared(staking);
    scenario.end();
}

#[test, expected_failure(abort_code = init::EInvalidUpgradeCap)]
fun upgrade_cap_of_another_package_aborts() {
    let _scenario = initialize(@0xB);
    abort
}

#[test, expected_failure(abort_code = init::EDeprecatedFunction)]
fun replaced_migration_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let (staking, system, _, _) = network.parts();
    init::migrate(staking, system);
    abort
}

#[test]
fun both_objects_migrate_together() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.staking_mut().set_version_for_testing(3);
    network.staking_mut().set_migration_epoch_for_testing();
    network.staking_mut().set_version_for_testing(4);
    network.next_epoch(ctx);
    let new_package = object::id_from_address(@0xB);
    let (staking, system, _, _) = network.parts();
    staking.set_version_for_testing(3);
    system.set_version_for_testing(3);
    staking.set_new_package_id(new_package);
    system.set_new_package_id(new_package);
    init::migrate_for_testing(staking, system);
    assert_eq!(network.system().package_id(), new_package);
    assert_eq!(network.staking().package_id(), new_package);
    network.destroy();
}

#[test, expected_failure(abort_code = init::EInvalidMigration)]
fun different_packages_do_not_migrate() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.staking_mut().set_version_for_testing(3);
    network.staking_mut().set_migration_epoch_for_testing();
    network.staking_mut().set_version_for_testing(4);
    network.next_epoch(ctx);
    let (staking, system, _, _) = network.parts();
    staking.set_version_for_testing(3);
    system.set_version_for_testing(3);
    staking.set_new_package_id(object::id_from_address(@0xB));
    system.set_new_package_id(object::id_from_address(@0xC));
    init::migrate_for_testing(staking, system);
    abort
}
