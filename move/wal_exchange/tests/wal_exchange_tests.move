#[test_only]
module wal_exchange::wal_exchange_tests;

use std::unit_test::{assert_eq, destroy};
use sui::coin::{Self, Coin};
use sui::sui::SUI;
use sui::test_scenario::{Self, Scenario};
use wal::wal::WAL;
use wal_exchange::wal_exchange::{Self, AdminCap, Exchange};

const ADMIN: address = @0xA;

/// A shared desk with 1,000 FROST and no SUI.
fun setup(): (Scenario, Exchange, AdminCap) {
    let mut scenario = test_scenario::begin(ADMIN);
    let mut wal = coin::mint_for_testing<WAL>(1_500, scenario.ctx());
    let cap = wal_exchange::new_funded(&mut wal, 1_000, scenario.ctx());
    assert_eq!(wal.burn_for_testing(), 500);
    scenario.next_tx(ADMIN);
    let exchange: Exchange = scenario.take_shared();
    (scenario, exchange, cap)
}

fun finish(scenario: Scenario, exchange: Exchange, cap: AdminCap) {
    test_scenario::return_shared(exchange);
    destroy(cap);
    scenario.end();
}

fun sui(amount: u64, scenario: &mut Scenario): Coin<SUI> { coin::mint_for_testing(amount, scenario.ctx()) }

fun wal(amount: u64, scenario: &mut Scenario): Coin<WAL> { coin::mint_for_testing(amount, scenario.ctx()) }

#[test]
fun coins_are_changed_both_ways_at_the_rate() {
    let (mut scenario, mut exchange, cap) = setup();
    // 2 FROST for 3 MIST.
    exchange.set_exchange_rate(&cap, 2, 3);
    let input = sui(100, &mut scenario);
    assert_eq!(exchange.exchange_all_for_wal(input, scenario.ctx()).burn_for_testing(), 66);
    let mut input = sui(50, &mut scenario);
    assert_eq!(exchange.exchange_for_wal(&mut input, 10, scenario.ctx()).burn_for_testing(), 6);
    assert_eq!(input.burn_for_testing(), 40);

    let input = wal(21, &mut scenario);
    assert_eq!(exchange.exchange_all_for_sui(input, scenario.ctx()).burn_for_testing(), 31);
    let mut input = wal(50, &mut scenario);
    assert_eq!(exchange.exchange_for_sui(&mut input, 11, scenario.ctx()).burn_for_testing(), 16);
    assert_eq!(input.burn_for_testing(), 39);

    // 1,000 - 66 - 6 + 21 + 11 FROST and 100 + 10 - 31 - 16 MIST are left.
    assert_eq!(exchange.withdraw_wal(&cap, 960, scenario.ctx()).burn_for_testing(), 960);
    assert_eq!(exchange.withdraw_sui(&cap, 63, scenario.ctx()).burn_for_testing(), 63);
    finish(scenario, exchange, cap);
}

#[test]
fun anyone_adds_funds() {
    let (mut scenario, mut exchange, cap) = setup();
    let mut some_wal = wal(10, &mut scenario);
    let mut some_sui = sui(10, &mut scenario);
    exchange.add_wal(&mut some_wal, 4);
    exchange.add_sui(&mut some_sui, 3);
    exchange.add_all_wal(some_wal);
    exchange.add_all_sui(some_sui);
    assert_eq!(exchange.withdraw_wal(&cap, 1_010, scenario.ctx()).burn_for_testing(), 1_010);
    assert_eq!(exchange.withdraw_sui(&cap, 10, scenario.ctx()).burn_for_testing(), 10);
    finish(scenario, exchange, cap);
}

#[test]
fun empty_desk_can_be_made() {
    let mut scenario = test_scenario::begin(ADMIN);
    let cap = wal_exchange::new(scenario.ctx());
    assert_eq!(scenario.next_tx(ADMIN).shared().length(), 1);
    destroy(cap);
    scenario.end();
}

#[test, expected_failure(abort_code = wal_exchange::EInsufficientFunds)]
fun more_than_the_desk_has_aborts() {
    let (mut scenario, mut exchange, _cap) = setup();
    let input = sui(1_001, &mut scenario);
    let _wal = exchange.exchange_all_for_wal(input, scenario.ctx());
    abort
}

#[test, expected_failure(abort_code = wal_exchange::EInsufficientInput)]
fun more_than_the_coin_has_aborts() {
    let (mut scenario, mut exchange, _cap) = setup();
    let mut input = sui(10, &mut scenario);
    let _wal = exchange.exchange_for_wal(&mut input, 11, scenario.ctx());
    abort
}

#[test, expected_failure(abort_code = wal_exchange::EUnauthorizedAdmin)]
fun admin_of_another_desk_cannot_withdraw() {
    let (mut scenario, mut exchange, _cap) = setup();
    let other = wal_exchange::new(scenario.ctx());
    let _wal = exchange.withdraw_wal(&other, 1, scenario.ctx());
    abort
}

#[test, expected_failure(abort_code = wal_exchange::EInvalidExchangeRate)]
fun rate_of_nothing_aborts() {
    let (_scenario, mut exchange, cap) = setup();
    exchange.set_exchange_rate(&cap, 0, 1);
    abort
}
