/// The course of epochs. An epoch lasts 1,000 ms; four nodes with one shard each unless said otherwise.
#[test_only]
module walrus::epoch_tests;

use std::unit_test::assert_eq;
use sui::event;
use walrus::apportionment_queue;
use walrus::events::{EpochChangeDone, EpochChangeStart, EpochParametersSelected, PricesUpdated, ShardsReceived};
use walrus::network_parameters;
use walrus::staking;
use walrus::staking_events::{EpochSyncForced, RewardPaid};
use walrus::staking_inner;
use walrus::test_network::{Self, Network};

/// Node `i` reports its shards for `epoch`.
fun report(network: &mut Network, i: u64, epoch: u32) {
    let (staking, cap, clock) = network.staking_and_cap(i);
    staking.epoch_sync_done(cap, epoch, clock)
}

fun select(network: &mut Network) {
    let (staking, _, _, clock) = network.parts();
    staking.voting_end(clock)
}

fun change(network: &mut Network, ctx: &mut TxContext) {
    let (staking, system, treasury, clock) = network.parts();
    staking.initiate_epoch_change_v2(system, treasury, clock, ctx)
}

use fun report as Network.report;
use fun select as Network.select;
use fun change as Network.change;

#[test]
fun first_epoch_brings_committee_capacity_and_prices() {
    let network = test_network::four_nodes(&mut tx_context::dummy());
    assert_eq!(network.staking().epoch(), 1);
    assert_eq!(network.system().epoch(), 1);
    assert_eq!(network.system().n_shards(), 4);
    assert_eq!(network.staking().committee().size(), 4);
    assert_eq!(network.staking().previous_committee().size(), 0);
    4u64.do!(|i| assert_eq!(network.staking().committee()[&network.node_id(i)].length(), 1));
    // Every node offers 1 TiB for one of four shards.
    assert_eq!(network.system().total_capacity_size(), 4_398_046_511_104);
    assert_eq!(event::events_by_type<EpochParametersSelected>().length(), 1);
    assert_eq!(event::events_by_type<EpochChangeStart>().length(), 1);
    assert_eq!(event::events_by_type<EpochChangeDone>().length(), 1);
    assert_eq!(event::events_by_type<ShardsReceived>().length(), 4);
    assert_eq!(event::events_by_type<PricesUpdated>().length(), 1);
    network.destroy();
}

#[test]
fun signers_are_in_the_order_of_the_committee() {
    let network = test_network::four_nodes(&mut tx_context::dummy());
    assert_eq!(network.system().committee().to_vec_map().keys(), network.staking().committee().inner().keys());
    network.destroy();
}

#[test]
fun stake_decides_the_next_committee() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::with_stakes(10, vector[1_000, 1_000, 1_000, 1_000], ctx);
    let newcomer = network.add_node(4_000, ctx);
    // D'Hondt for 10 shards of 1 : 1 : 1 : 1 : 4, at most ceil(2 * 10 / 5) = 4 each: 4 for the newcomer, the six
    // others for the first four: 2, 2, 1, 1.
    let next = network.staking().compute_next_committee();
    assert_eq!(next.weight(&network.node_id(newcomer)), 4);
    network.next_epoch(ctx);
    assert_eq!(network.staking().committee().weight(&network.node_id(newcomer)), 4);
    assert_eq!(network.staking().previous_committee().size(), 4);
    assert_eq!(network.system().n_shards(), 10);
    network.destroy();
}

#[test]
fun payments_become_rewards_and_three_percent_burn() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let supply = network.treasury().total_supply();
    // 1,000 MiB for two epochs at 5 FROST.
    let (system, funds) = network.system_and_funds();
    system.reserve_space(1_048_576_000, 2, funds, ctx).destroy();
    network.next_epoch(ctx);
    // Of 5,000 FROST 150 burn; 4,850 / 4 = 1,212 each, 2 stay for the next epoch beside its 5,000.
    assert_eq!(supply - network.treasury().total_supply(), 150);
    4u64.do!(|i| assert_eq!(network.staking().inner().pool(network.node_id(i)).rewards_amount(), 1_212));
    assert_eq!(network.system().future_accounting().ring_lookup(0).rewards(), 5_002);
    assert_eq!(network.system().used_capacity_size(), 1_048_576_000);
    assert_eq!(event::events_by_type<RewardPaid>().length(), 4);
    network.destroy();
}

#[test]
fun payments_of_an_unused_epoch_wait() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let subsidy = network.mint(100, ctx);
    network.system_mut().add_subsidy(subsidy, 1);
    network.next_epoch(ctx);
    assert_eq!(network.system().future_accounting().ring_lookup(0).rewards(), 97);
    assert_eq!(event::events_by_type<RewardPaid>().length(), 0);
    network.destroy();
}

#[test]
fun price_votes_take_effect_at_once_when_counted() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    // Votes 5, 5, 6, 9: at most 6 is a quorum of 3 in 4, at most 5 is not.
    let (staking, cap, _) = network.staking_and_cap(2);
    staking.set_storage_price_vote(cap, 6);
    staking.set_write_price_vote(cap, 3);
    let (staking, cap, _) = network.staking_and_cap(3);
    staking.set_storage_price_vote(cap, 9);
    staking.set_write_price_vote(cap, 4);
    let (staking, system, _, _) = network.parts();
    staking.update_prices(system);
    let before = network.funds().value();
    let blob = network.register_blob(7, 1_000, 1, true, ctx);
    assert_eq!(before - network.funds().value(), 6 + 3);
    blob.burn();
    network.destroy();
}

#[test]
fun capacity_votes_count_for_the_next_epoch() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    // Two nodes offer 1,000 bytes for their shard: no quorum of three offers more.
    2u64.do!(|i| {
        let (staking, cap, _) = network.staking_and_cap(i);
        staking.set_node_capacity_vote(cap, 1_000);
    });
    assert_eq!(network.system().total_capacity_size(), 4_398_046_511_104);
    network.next_epoch(ctx);
    assert_eq!(network.system().total_capacity_size(), 4_000);
    network.destroy();
}

#[test]
fun capacity_never_falls_below_what_is_used() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let (system, funds) = network.system_and_funds();
    system.reserve_space(5_000, 2, funds, ctx).destroy();
    2u64.do!(|i| {
        let (staking, cap, _) = network.staking_and_cap(i);
        staking.set_node_capacity_vote(cap, 1_000);
    });
    network.next_epoch(ctx);
    assert_eq!(network.system().total_capacity_size(), 5_000);
    network.destroy();
}

#[test]
fun prices_without_a_committee_are_prohibitive() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::empty(4, ctx);
    let (staking, system, _, _) = network.parts();
    staking.update_prices(system);
    let (storage_price, write_price) = network.staking().inner().price_votes();
    assert_eq!(storage_price, 18_446_744_073_709_551_615);
    assert_eq!(write_price, 18_446_744_073_709_551_615);
    network.destroy();
}

// === Time ===

#[test, expected_failure(abort_code = staking_inner::EWrongEpochState)]
fun parameters_before_half_of_the_epoch_abort() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.clock_mut().increment_for_testing(499);
    network.select();
    abort
}

#[test]
fun parameters_at_half_of_the_epoch() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.clock_mut().increment_for_testing(500);
    network.select();
    network.destroy();
}

#[test, expected_failure(abort_code = staking_inner::EWrongEpochState)]
fun parameters_twice_abort() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.select_parameters();
    network.select();
    abort
}

#[test, expected_failure(abort_code = staking_inner::EWrongEpochState)]
fun change_before_the_end_of_the_epoch_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.select_parameters();
    network.clock_mut().increment_for_testing(499);
    network.change(ctx);
    abort
}

#[test, expected_failure(abort_code = staking_inner::ENextCommitteeIsEmpty)]
fun change_without_parameters_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.clock_mut().increment_for_testing(1_000);
    network.change(ctx);
    abort
}

#[test, expected_failure(abort_code = staking_inner::ENoStake)]
fun network_without_stake_cannot_start() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::empty(4, ctx);
    network.add_node(0, ctx);
    network.select_parameters();
    abort
}

#[test, expected_failure(abort_code = apportionment_queue::EPopFromEmptyHeap)]
fun twenty_nodes_need_ten_shards() {
    // A tenth of 4 shards is none.
    let ctx = &mut tx_context::dummy();
    let _network = test_network::with_stakes(4, vector::tabulate!(20, |_| 1_000), ctx);
    abort
}

#[test, expected_failure(abort_code = staking::EDeprecatedFunction)]
fun replaced_epoch_change_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let (staking, system, _, clock) = network.parts();
    staking.initiate_epoch_change(system, clock);
    abort
}

// === Reports ===

#[test]
fun three_of_four_reports_complete_the_change() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.select_parameters();
    network.start_epoch_change(ctx);
    network.report(0, 2);
    network.report(1, 2);
    assert!(network.staking().has_reported(network.node_id(1)));
    assert!(!network.staking().has_reported(network.node_id(2)));
    assert_eq!(event::events_by_type<EpochChangeDone>().length(), 1);
    network.report(2, 2);
    assert_eq!(event::events_by_type<EpochChangeDone>().length(), 2);
    // A late report is noted, and completes nothing again.
    network.report(3, 2);
    assert_eq!(event::events_by_type<EpochChangeDone>().length(), 2);
    assert_eq!(event::events_by_type<ShardsReceived>().length(), 8);
    assert_eq!(network.caps()[3].last_epoch_sync_done(), 2);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_inner::EInvalidSyncEpoch)]
fun report_for_another_epoch_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.report(0, 2);
    abort
}

#[test, expected_failure(abort_code = staking_inner::EDuplicateSyncDone)]
fun second_report_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.report(0, 1);
    abort
}

#[test, expected_failure(abort_code = staking_inner::ENotInCommittee)]
fun report_of_an_outsider_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let i = network.add_node(0, ctx);
    network.report(i, 1);
    abort
}

fun stuck(ctx: &mut TxContext): Network {
    let mut network = test_network::with_parameters(4, network_parameters::new(300, 0), ctx);
    4u64.do!(|_| { network.add_node(1_000, ctx); });
    network.select_parameters();
    network.start_epoch_change(ctx);
    network.report(0, 1);
    network
}

#[test]
fun stuck_change_is_completed_after_the_timeout() {
    let ctx = &mut tx_context::dummy();
    let mut network = stuck(ctx);
    network.clock_mut().increment_for_testing(300);
    let (staking, _, _, clock) = network.parts();
    staking.force_sync_done(clock);
    assert_eq!(event::events_by_type<EpochChangeDone>().length(), 1);
    assert_eq!(event::events_by_type<EpochSyncForced>().length(), 1);
    // The next epoch is counted from here.
    network.report(1, 1);
    network.next_epoch(ctx);
    assert_eq!(network.staking().epoch(), 2);
    assert_eq!(network.staking().parameters().sync_timeout_ms(), 300);
    network.destroy();
}

#[test, expected_failure(abort_code = staking_inner::EWrongEpochState)]
fun forcing_before_the_timeout_aborts() {
    let mut network = stuck(&mut tx_context::dummy());
    network.clock_mut().increment_for_testing(299);
    let (staking, _, _, clock) = network.parts();
    staking.force_sync_done(clock);
    abort
}

#[test, expected_failure(abort_code = staking_inner::EWrongEpochState)]
fun forcing_a_complete_change_aborts() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    network.clock_mut().increment_for_testing(10_000);
    let (staking, _, _, clock) = network.parts();
    staking.force_sync_done(clock);
    abort
}

// === Size ===

#[test]
fun largest_committee_changes_epochs() {
    // 160 nodes for the 150 places of the active set, 1,000 shards, stakes from 1,000 to 2,590 WAL.
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::empty(1_000, ctx);
    160u64.do!(|i| { network.add_node(1_000 + 10 * i, ctx); });
    2u64.do!(|_| network.next_epoch(ctx));
    let committee = network.staking().committee();
    assert_eq!(committee.size(), 150);
    // The ten with the least stake were displaced.
    10u64.do!(|i| assert!(!committee.contains(&network.node_id(i))));
    let shards = committee.inner().keys().fold!(0, |sum, node_id| sum + committee[&node_id].length());
    assert_eq!(shards, 1_000);
    // 2,590 of 276,750 WAL: nine or ten of a thousand shards.
    let largest = committee.weight(&network.node_id(159));
    assert!(largest == 9 || largest == 10);
    network.destroy();
}

// === Version ===

#[test, expected_failure(abort_code = staking::EWrongVersion)]
fun other_version_cannot_be_used() {
    let mut network = test_network::empty(4, &mut tx_context::dummy());
    network.staking_mut().set_version_for_testing(3);
    network.staking().epoch();
    abort
}
