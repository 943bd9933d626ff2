/// The registry of currencies, regulated ones, and settings by epoch.
#[test_only]
module sui::currency_tests;

use std::unit_test::assert_eq;
use sui::coin::{Self, DenyCapV2};
use sui::coin_registry::{Self, Currency};
use sui::deny_list::{Self, DenyList};
use sui::test_scenario as ts;
use sui::test_utils::{create_one_time_witness, destroy};

const ALICE: address = @0xA11CE;

public struct CURRENCY_TESTS has drop {}

public struct Gold has key { id: UID }

#[test]
fun currency_with_fixed_supply() {
    let mut scenario = ts::begin(ALICE);
    let mut registry = coin_registry::create_coin_data_registry_for_testing(scenario.ctx());
    let (mut init, mut treasury) = registry.new_currency<Gold>(
        3,
        b"GLD".to_string(),
        b"Gold".to_string(),
        b"heavy".to_string(),
        b"".to_string(),
        scenario.ctx(),
    );
    let minted = treasury.mint(5, scenario.ctx());
    init.make_supply_fixed_init(treasury);
    let cap = init.finalize(scenario.ctx());
    assert!(registry.exists<Gold>());
    scenario.next_tx(ALICE);
    let mut currency: Currency<Gold> = scenario.take_shared();
    assert_eq!(currency.total_supply(), option::some(5));
    assert_eq!(currency.decimals(), 3);
    assert_eq!(currency.symbol(), b"GLD".to_string());
    assert_eq!(currency.metadata_cap_id(), option::some(object::id(&cap)));
    currency.set_name(&cap, b"Silver".to_string());
    assert_eq!(currency.name(), b"Silver".to_string());
    let (metadata, duty) = currency.borrow_legacy_metadata(scenario.ctx());
    assert_eq!(metadata.get_name(), b"Silver".to_string());
    currency.return_borrowed_legacy_metadata(metadata, duty, scenario.ctx());
    currency.delete_metadata_cap(cap);
    assert!(currency.is_metadata_cap_deleted());
    ts::return_shared(currency);
    destroy(minted);
    destroy(registry);
    scenario.end();
}

#[test]
fun currency_that_anybody_can_burn() {
    let mut scenario = ts::begin(ALICE);
    let mut registry = coin_registry::create_coin_data_registry_for_testing(scenario.ctx());
    let (mut init, mut treasury) = registry.new_currency<Gold>(
        0,
        b"GLD".to_string(),
        b"".to_string(),
        b"".to_string(),
        b"".to_string(),
        scenario.ctx(),
    );
    let minted = treasury.mint(5, scenario.ctx());
    init.make_supply_burn_only_init(treasury);
    destroy(init.finalize(scenario.ctx()));
    scenario.next_tx(ALICE);
    let mut currency: Currency<Gold> = scenario.take_shared();
    currency.burn(minted);
    assert_eq!(currency.total_supply(), option::some(0));
    ts::return_shared(currency);
    destroy(registry);
    scenario.end();
}

#[test, expected_failure(abort_code = coin_registry::EEmptySupply)]
fun closing_a_supply_of_nothing() {
    let mut ctx = tx_context::dummy();
    let mut registry = coin_registry::create_coin_data_registry_for_testing(&mut ctx);
    let (mut init, treasury) = registry.new_currency<Gold>(
        0,
        b"GLD".to_string(),
        b"".to_string(),
        b"".to_string(),
        b"".to_string(),
        &mut ctx,
    );
    init.make_supply_fixed_init(treasury);
    destroy(init);
    destroy(registry);
}

#[test, expected_failure(abort_code = coin_registry::EInvalidSymbol)]
fun symbol_that_cannot_be_printed() {
    let mut ctx = tx_context::dummy();
    let (init, treasury) = coin_registry::new_currency_with_otw(
        create_one_time_witness<CURRENCY_TESTS>(),
        0,
        b"\x07".to_string(),
        b"".to_string(),
        b"".to_string(),
        b"".to_string(),
        &mut ctx,
    );
    destroy(init);
    destroy(treasury);
}

#[test]
fun denied_from_the_next_epoch_on() {
    let mut scenario = ts::begin(ALICE);
    let mut list = deny_list::new_for_testing(scenario.ctx());
    let mut cap: DenyCapV2<Gold> = coin::new_deny_cap_v2(true, scenario.ctx());
    coin::deny_list_v2_add(&mut list, &mut cap, @0x42, scenario.ctx());
    coin::deny_list_v2_add(&mut list, &mut cap, @0x42, scenario.ctx());
    assert!(coin::deny_list_v2_contains_next_epoch<Gold>(&list, @0x42));
    assert!(!coin::deny_list_v2_contains_next_epoch<Gold>(&list, @0x43));
    coin::deny_list_v2_remove(&mut list, &mut cap, @0x42, scenario.ctx());
    assert!(!coin::deny_list_v2_contains_next_epoch<Gold>(&list, @0x42));
    coin::deny_list_v2_enable_global_pause(&mut list, &mut cap, scenario.ctx());
    assert!(coin::deny_list_v2_is_global_pause_enabled_next_epoch<Gold>(&list));
    scenario.next_epoch(ALICE);
    coin::deny_list_v2_disable_global_pause(&mut list, &mut cap, scenario.ctx());
    assert!(!coin::deny_list_v2_is_global_pause_enabled_next_epoch<Gold>(&list));
    destroy(list);
    destroy(cap);
    scenario.end();
}

#[test, expected_failure(abort_code = coin::EGlobalPauseNotAllowed)]
fun pause_of_a_currency_without_one() {
    let mut ctx = tx_context::dummy();
    let mut list = deny_list::new_for_testing(&mut ctx);
    let mut cap: DenyCapV2<Gold> = coin::new_deny_cap_v2(false, &mut ctx);
    coin::deny_list_v2_enable_global_pause(&mut list, &mut cap, &mut ctx);
    destroy(list);
    destroy(cap);
}

#[test]
fun first_version_of_the_list() {
    let mut ctx = tx_context::dummy();
    let mut list = deny_list::new_for_testing(&mut ctx);
    list.v1_add(0, b"type", @0x42);
    list.v1_add(0, b"type", @0x42);
    assert!(list.v1_contains(0, b"type", @0x42));
    assert!(!list.v1_contains(0, b"other", @0x42));
    list.migrate_v1_to_v2(0, b"type", &mut ctx);
    assert!(!list.v1_contains(0, b"type", @0x42));
    assert!(list.v2_contains_next_epoch(0, b"type", @0x42));
    destroy(list);
}

#[test, expected_failure(abort_code = deny_list::EInvalidAddress)]
fun reserved_address_cannot_be_denied() {
    let mut ctx = tx_context::dummy();
    let mut list = deny_list::new_for_testing(&mut ctx);
    list.v1_add(0, b"type", @0x6);
    destroy(list);
}

#[test]
fun senders_see_a_change_in_the_next_epoch() {
    let mut scenario = ts::begin(@0x0);
    deny_list::create_for_testing(scenario.ctx());
    scenario.next_tx(ALICE);
    let mut list: DenyList = scenario.take_shared();
    let mut cap: DenyCapV2<Gold> = coin::new_deny_cap_v2(true, scenario.ctx());
    coin::deny_list_v2_add(&mut list, &mut cap, @0x42, scenario.ctx());
    ts::return_shared(list);
    scenario.next_tx(ALICE);
    let list: DenyList = scenario.take_shared();
    assert!(!coin::deny_list_v2_contains_current_epoch<Gold>(&list, @0x42, scenario.ctx()));
    ts::return_shared(list);
    scenario.next_epoch(ALICE);
    let list: DenyList = scenario.take_shared();
    assert!(coin::deny_list_v2_contains_current_epoch<Gold>(&list, @0x42, scenario.ctx()));
    assert!(!coin::deny_list_v2_is_global_pause_enabled_current_epoch<Gold>(&list, scenario.ctx()));
    ts::return_shared(list);
    destroy(cap);
    scenario.end();
}
