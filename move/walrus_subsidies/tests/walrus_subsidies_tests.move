/// Subsidies of a network of two nodes with two shards each. Storage costs 5 FROST per MiB and epoch, 3 % burn.
#[test_only]
module walrus_subsidies::walrus_subsidies_tests;

use std::unit_test::{assert_eq, destroy};
use sui::clock::{Self, Clock};
use sui::coin::{Self, Coin};
use sui::test_scenario::{Self, Scenario};
use wal::wal::{Self, ProtectedTreasury, WAL};
use walrus::network_parameters;
use walrus::node_metadata;
use walrus::staking::{Self, Staking};
use walrus::storage_node::StorageNodeCap;
use walrus::system::{Self, System};
use walrus_subsidies::walrus_subsidies::{Self, AdminCap, WalrusSubsidies};
use walrus_subsidies::walrus_subsidies_inner;

const ADMIN: address = @0xA;
const MIB: u64 = 1_048_576;

public struct World {
    scenario: Scenario,
    system: System,
    staking: Staking,
    treasury: ProtectedTreasury,
    wal: Coin<WAL>,
    clock: Clock,
    caps: vector<StorageNodeCap>,
    subsidies: WalrusSubsidies,
    admin: AdminCap,
}

/// Epoch 1, with subsidies of 10 % of payments and, for a node, 100 FROST and 10 FROST a shard.
fun begin(): World {
    let mut scenario = test_scenario::begin(ADMIN);
    let ctx = scenario.ctx();
    let clock = clock::create_for_testing(ctx);
    let (treasury, wal) = wal::new_treasury_for_testing(1_000_000_000_000_000, ctx);
    let system = system::new_for_testing(5, ctx);
    let staking = staking::new_for_testing(0, 4, network_parameters::default(0), &clock, ctx);
    let admin = walrus_subsidies::new(&system, &staking, 1_000, 100, 10, ctx);
    scenario.next_tx(ADMIN);
    let subsidies: WalrusSubsidies = scenario.take_shared();
    let mut world = World { scenario, system, staking, treasury, wal, clock, caps: vector[], subsidies, admin };
    2u64.do!(|_| world.add_node());
    world.next_epoch();
    world
}

fun add_node(world: &mut World) {
    let ctx = world.scenario.ctx();
    let cap = world
        .staking
        .register_candidate(
            b"node".to_string(),
            b"127.0.0.1:9185".to_string(),
            node_metadata::new(b"".to_string(), b"".to_string(), b"".to_string()),
            x"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
            vector::tabulate!(33, |_| 2),
            vector::tabulate!(96, |_| 0),
            10_000,
            5,
            2,
            1_000_000_000_000,
            ctx,
        );
    let stake = world.wal.split(1_000_000_000, ctx);
    destroy(world.staking.stake_with_pool(stake, cap.node_id(), ctx));
    world.caps.push_back(cap);
}

fun next_epoch(world: &mut World) {
    world.staking.voting_end(&world.clock);
    world
        .staking
        .initiate_epoch_change_v2(&mut world.system, &mut world.treasury, &world.clock, world.scenario.ctx());
    let epoch = world.staking.epoch();
    2u64.do!(|i| world.staking.epoch_sync_done(&mut world.caps[i], epoch, &world.clock));
}

fun fund(world: &mut World, amount: u64) {
    let coin = world.wal.split(amount, world.scenario.ctx());
    world.subsidies.add_coin(coin)
}

fun process(world: &mut World) {
    world.subsidies.process_subsidies(&mut world.staking, &mut world.system, &world.clock)
}

/// Buys 20 MiB for some epochs: 100 FROST each.
fun buy(world: &mut World, epochs: u32) {
    world.system.reserve_space(20 * MIB, epochs, &mut world.wal, world.scenario.ctx()).destroy()
}

fun rewards(world: &World): vector<u64> {
    vector::tabulate!(5, |i| world.system.future_accounting().ring_lookup(i as u32).rewards())
}

fun finish(world: World) {
    let World { scenario, system, staking, treasury, wal, clock, caps, subsidies, admin } = world;
    test_scenario::return_shared(subsidies);
    destroy(system);
    destroy(staking);
    destroy(treasury);
    destroy(wal);
    destroy(clock);
    destroy(caps);
    destroy(admin);
    scenario.end();
}

#[test]
fun payments_are_topped_up_once() {
    let mut owned = begin();
    let world = &mut owned;
    world.fund(1_000);
    world.buy(3);
    // Epoch 1 began since the subsidies were made, but epoch 0 had no committee to pay.
    world.process();
    assert_eq!(world.rewards(), vector[110, 110, 110, 0, 0]);
    assert_eq!(world.subsidies.funds(), 970);
    world.process();
    assert_eq!(world.subsidies.funds(), 970);
    // Only what is new is topped up.
    world.buy(1);
    world.process();
    assert_eq!(world.rewards(), vector[220, 110, 110, 0, 0]);
    assert_eq!(world.subsidies.funds(), 960);
    owned.finish();
}

#[test]
fun amounts_move_with_the_epochs() {
    let mut owned = begin();
    let world = &mut owned;
    world.fund(10_000);
    world.buy(3);
    world.process();
    world.next_epoch();
    // Of 110 FROST 3 burn; 107 / 2 = 53 for each node, 1 rolls into the next epoch and is topped up: 0.1, so nothing.
    world.process();
    assert_eq!(world.rewards(), vector[111, 110, 0, 0, 0]);
    world.next_epoch();
    world.next_epoch();
    world.buy(5);
    world.process();
    // Epoch 4: all 100 are new. In the rest nothing was seen before.
    assert_eq!(world.rewards()[4], 110);
    owned.finish();
}

#[test]
fun nodes_of_the_last_epoch_are_paid_once() {
    let mut owned = begin();
    let world = &mut owned;
    world.fund(1_000);
    world.process();
    assert_eq!(world.subsidies.funds(), 1_000);
    world.next_epoch();
    // 100 FROST and 10 for each of 2 shards, for two nodes.
    world.process();
    assert_eq!(world.subsidies.funds(), 760);
    world.process();
    assert_eq!(world.subsidies.funds(), 760);
    // It is commission: the operator collects it once the next parameters are fixed.
    world.staking.voting_end(&world.clock);
    let auth = walrus::auth::authenticate_with_object(&world.caps[0]);
    let commission = world
        .staking
        .collect_commission(world.caps[0].node_id(), auth, world.scenario.ctx());
    assert_eq!(commission.burn_for_testing(), 120);
    owned.finish();
}

#[test, expected_failure(abort_code = walrus_subsidies_inner::EInsufficientFundsInPool)]
fun nothing_is_paid_in_part() {
    let mut owned = begin();
    let world = &mut owned;
    world.fund(29);
    world.buy(3);
    world.process();
    abort
}

#[test]
fun admin_changes_rates_and_takes_funds_out() {
    let mut owned = begin();
    let world = &mut owned;
    world.fund(1_000);
    world.subsidies.set_system_subsidy_rate(&world.admin, 20_000);
    world.subsidies.set_base_subsidy(&world.admin, 7);
    world.subsidies.set_subsidy_per_shard(&world.admin, 0);
    world.buy(1);
    world.process();
    assert_eq!(world.rewards(), vector[300, 0, 0, 0, 0]);
    world.next_epoch();
    world.process();
    // 1,000 - 200 - 2 * 7, and 200 % of what rounding left of 291 FROST after the burn: 1.
    assert_eq!(world.subsidies.funds(), 784);
    let coin = world.subsidies.withdraw_balance(&world.admin, 784, world.scenario.ctx());
    assert_eq!(coin.burn_for_testing(), 784);
    owned.finish();
}

#[test, expected_failure(abort_code = walrus_subsidies::EUnauthorizedAdminCap)]
fun another_admin_is_refused() {
    let mut owned = begin();
    let world = &mut owned;
    let other = walrus_subsidies::new(&world.system, &world.staking, 0, 0, 0, world.scenario.ctx());
    world.subsidies.set_base_subsidy(&other, 1);
    abort
}

#[test, expected_failure(abort_code = walrus_subsidies_inner::EInvalidSubsidyRate)]
fun rate_above_the_limit_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    world.subsidies.set_system_subsidy_rate(&world.admin, 1_000_001);
    abort
}

#[test, expected_failure(abort_code = walrus_subsidies_inner::ESubsidyTooLarge)]
fun subsidy_beyond_64_bits_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    // 1,000 shards of 2^64 / 1,000 FROST and the base of 100.
    world.subsidies.set_subsidy_per_shard(&world.admin, 18_446_744_073_709_551);
    world.subsidies.set_base_subsidy(&world.admin, 616);
    abort
}

#[test, expected_failure(abort_code = walrus_subsidies::EWrongVersion)]
fun another_version_is_refused() {
    let mut owned = begin();
    let world = &mut owned;
    world.subsidies.set_version_for_testing(2);
    world.process();
    abort
}
