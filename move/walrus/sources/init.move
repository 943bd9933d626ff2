/// Bring-up of a network after publishing, and moves to a new package version.
module walrus::init;

use std::type_name;
use sui::clock::Clock;
use sui::package::{Self, Publisher, UpgradeCap};
use walrus::display;
use walrus::events;
use walrus::network_parameters::{Self, NetworkParameters};
use walrus::slashing;
use walrus::staking::{Self, Staking};
use walrus::system::{Self, System};
use walrus::upgrade::{Self, EmergencyUpgradeCap};

// === Errors ===

/// The two objects would not agree after the migration.
const EInvalidMigration: u64 = 0;
/// The upgrade capability is not that of this package.
const EInvalidUpgradeCap: u64 = 1;
/// The function was replaced.
const EDeprecatedFunction: u64 = 2;

// === Structs ===

/// One-time witness.
public struct INIT has drop {}

/// The right to create the network once, held by the publisher of the package.
public struct InitCap has key, store {
    id: UID,
    publisher: Publisher,
}

// === Initialisation ===

fun init(witness: INIT, ctx: &mut TxContext) {
    let cap = InitCap { id: object::new(ctx), publisher: package::claim(witness, ctx) };
    transfer::transfer(cap, ctx.sender());
}

// === Public functions ===

/// Creates and shares System, Staking, UpgradeManager, SlashingManager and ObjectDisplay. Durations are milliseconds; storage can
/// be bought for `max_epochs_ahead` epochs.
/// Aborts with `EInvalidUpgradeCap` or as `system_state_inner::create_empty`.
public fun initialize_walrus(
    cap: InitCap,
    upgrade_cap: UpgradeCap,
    epoch_zero_duration: u64,
    epoch_duration: u64,
    n_shards: u16,
    max_epochs_ahead: u32,
    clock: &Clock,
    ctx: &mut TxContext,
): EmergencyUpgradeCap {
    cap.initialize_with_parameters(
        upgrade_cap,
        epoch_zero_duration,
        epoch_duration,
        n_shards,
        max_epochs_ahead,
        network_parameters::default(epoch_duration),
        clock,
        ctx,
    )
}

/// `initialize_walrus` for a network with its own settings.
/// Aborts with `EInvalidUpgradeCap` or as `system_state_inner::create_empty`.
public fun initialize_with_parameters(
    cap: InitCap,
    upgrade_cap: UpgradeCap,
    epoch_zero_duration: u64,
    epoch_duration: u64,
    n_shards: u16,
    max_epochs_ahead: u32,
    parameters: NetworkParameters,
    clock: &Clock,
    ctx: &mut TxContext,
): EmergencyUpgradeCap {
    let package_id = upgrade_cap.upgrade_package();
    assert!(type_name::defining_id<InitCap>() == package_id.to_address(), EInvalidUpgradeCap);
    let InitCap { id, publisher } = cap;
    id.delete();

    system::create_empty(max_epochs_ahead, package_id, ctx);
    staking::create(epoch_zero_duration, epoch_duration, n_shards, parameters, package_id, clock, ctx);
    slashing::create(ctx);
    display::create(publisher, ctx);
    upgrade::new(upgrade_cap, ctx)
}

/// Replaced by `migrate_v2`. Aborts with `EDeprecatedFunction`.
public fun migrate(_staking: &mut Staking, _system: &mut System) {
    abort EDeprecatedFunction
}

/// Moves both objects to this package after an upgrade; anyone may call it.
/// Aborts with `EInvalidMigration` here or in either object's `migrate`.
entry fun migrate_v2(staking: &mut Staking, system: &mut System) {
    staking.migrate();
    system.migrate();
    assert!(staking.package_id() == system.package_id(), EInvalidMigration);
    assert!(staking.version() == system.version(), EInvalidMigration);
    events::emit_contract_upgraded(staking.epoch(), staking.package_id(), staking.version());
}

// === Test functions ===

#[test_only]
public fun init_for_testing(ctx: &mut TxContext) { init(INIT {}, ctx) }

#[test_only]
public fun migrate_for_testing(staking: &mut Staking, system: &mut System) { migrate_v2(staking, system) }
