/// The registry of currencies, regulated ones, and settings by epoch.
#[test_only]
module sui::currency_tests;

use std::unit_test::assert_eq;
use sui::balance;
use sui::coin::{Self, CoinMetadata, DenyCapV2, RegulatedCoinMetadata};
use sui::coin_registry::{Self, CoinRegistry, Currency};
use sui::deny_list::{Self, DenyList};
use sui::test_scenario as ts;
use sui::test_utils::{create_one_time_witness, destroy};
use sui::token;

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

#[test, allow(deprecated_usage)]
fun regulated_currency_moves_into_the_registry() {
    let mut scenario = ts::begin(ALICE);
    let mut registry = coin_registry::create_coin_data_registry_for_testing(scenario.ctx());
    let (mut treasury, deny_cap, mut metadata) = coin::create_regulated_currency_v2(
        create_one_time_witness<CURRENCY_TESTS>(),
        6,
        b"TST",
        b"Test",
        b"for tests",
        option::some(sui::url::new_unsafe_from_bytes(b"https://example.org")),
        true,
        scenario.ctx(),
    );
    treasury.update_description(&mut metadata, b"still for tests".to_string());
    assert_eq!(metadata.get_decimals(), 6);
    registry.migrate_legacy_metadata(&metadata, scenario.ctx());
    scenario.next_tx(ALICE);
    let mut currency: Currency<CURRENCY_TESTS> = scenario.take_shared();
    assert_eq!(currency.description(), b"still for tests".to_string());
    assert_eq!(currency.icon_url(), b"https://example.org".to_string());
    assert!(!currency.is_regulated());
    assert_eq!(currency.treasury_cap_id(), option::none());
    let regulated: RegulatedCoinMetadata<CURRENCY_TESTS> = scenario.take_immutable();
    currency.migrate_regulated_state_by_metadata(&regulated);
    ts::return_immutable(regulated);
    assert_eq!(currency.deny_cap_id(), option::some(object::id(&deny_cap)));
    currency.migrate_regulated_state_by_cap(&deny_cap);
    currency.set_treasury_cap_id(&treasury);
    assert_eq!(currency.treasury_cap_id(), option::some(object::id(&treasury)));
    treasury.update_name(&mut metadata, b"Renamed".to_string());
    treasury.update_symbol(&mut metadata, b"REN".to_ascii_string());
    treasury.update_icon_url(&mut metadata, b"https://example.net".to_ascii_string());
    currency.update_from_legacy_metadata(&metadata);
    assert_eq!(currency.symbol(), b"REN".to_string());
    assert_eq!(currency.name(), b"Renamed".to_string());
    let cap = currency.claim_metadata_cap(&treasury, scenario.ctx());
    currency.set_description(&cap, b"other".to_string());
    currency.set_icon_url(&cap, b"".to_string());
    assert!(currency.is_metadata_cap_claimed() && !currency.is_supply_fixed());
    ts::return_shared(currency);
    destroy(cap);
    destroy(metadata);
    destroy(deny_cap);
    destroy(treasury);
    destroy(registry);
    scenario.end();
}

#[test]
fun currency_of_a_witness_is_registered_by_anybody() {
    let mut scenario = ts::begin(@0x0);
    coin_registry::create_for_testing(scenario.ctx());
    scenario.next_tx(ALICE);
    let (mut init, treasury) = coin_registry::new_currency_with_otw(
        create_one_time_witness<CURRENCY_TESTS>(),
        9,
        b"TST".to_string(),
        b"Test".to_string(),
        b"".to_string(),
        b"".to_string(),
        scenario.ctx(),
    );
    let deny_cap = init.make_regulated(false, scenario.ctx());
    init.finalize_and_delete_metadata_cap(scenario.ctx());
    scenario.next_tx(@0xB0B);
    let mut registry: CoinRegistry = scenario.take_shared();
    assert!(!registry.exists<CURRENCY_TESTS>());
    let ticket = ts::most_recent_receiving_ticket<Currency<CURRENCY_TESTS>>(&object::id(&registry));
    registry.finalize_registration(ticket, scenario.ctx());
    assert!(registry.exists<CURRENCY_TESTS>());
    ts::return_shared(registry);
    scenario.next_tx(@0xB0B);
    let currency: Currency<CURRENCY_TESTS> = scenario.take_shared();
    assert!(currency.is_regulated() && currency.is_metadata_cap_deleted());
    assert_eq!(currency.metadata_cap_id(), option::none());
    ts::return_shared(currency);
    destroy(treasury);
    destroy(deny_cap);
    scenario.end();
}

#[test, expected_failure(abort_code = coin_registry::ECannotUpdateManagedMetadata), allow(deprecated_usage)]
fun managed_metadata_is_not_updated_from_outside() {
    let mut scenario = ts::begin(ALICE);
    let mut registry = coin_registry::create_coin_data_registry_for_testing(scenario.ctx());
    let (treasury, metadata) = coin::create_currency(
        create_one_time_witness<CURRENCY_TESTS>(),
        6,
        b"TST",
        b"Test",
        b"",
        option::none(),
        scenario.ctx(),
    );
    registry.migrate_legacy_metadata(&metadata, scenario.ctx());
    scenario.next_tx(ALICE);
    let mut currency: Currency<CURRENCY_TESTS> = scenario.take_shared();
    destroy(currency.claim_metadata_cap(&treasury, scenario.ctx()));
    currency.update_from_legacy_metadata(&metadata);
    abort
}

#[test, expected_failure(abort_code = coin_registry::EDeletionNotSupported), allow(deprecated_usage)]
fun former_metadata_stays() {
    let mut scenario = ts::begin(ALICE);
    let mut registry = coin_registry::create_coin_data_registry_for_testing(scenario.ctx());
    let (_treasury, metadata) = coin::create_currency(
        create_one_time_witness<CURRENCY_TESTS>(),
        6,
        b"TST",
        b"Test",
        b"",
        option::none(),
        scenario.ctx(),
    );
    registry.migrate_legacy_metadata(&metadata, scenario.ctx());
    scenario.next_tx(ALICE);
    let mut currency: Currency<CURRENCY_TESTS> = scenario.take_shared();
    currency.delete_migrated_legacy_metadata(metadata);
    abort
}

#[test, expected_failure(abort_code = coin::EBadWitness), allow(deprecated_usage)]
fun currency_of_any_value() {
    let mut ctx = tx_context::dummy();
    let (_treasury, _metadata): (_, CoinMetadata<Fake>) = coin::create_currency(
        Fake {},
        6,
        b"TST",
        b"Test",
        b"",
        option::none(),
        &mut ctx,
    );
    abort
}

public struct Fake has drop {}

#[test]
fun treasury_mints_and_burns() {
    let mut scenario = ts::begin(ALICE);
    let mut treasury = coin::create_treasury_cap_for_testing<Gold>(scenario.ctx());
    treasury.mint_and_transfer(7, ALICE, scenario.ctx());
    let mut minted = treasury.mint_balance(5);
    assert_eq!(treasury.total_supply(), 12);
    let coin = coin::take(&mut minted, 2, scenario.ctx());
    coin::put(&mut minted, coin);
    assert_eq!(treasury.burn(minted.into_coin(scenario.ctx())), 5);
    assert_eq!(treasury.supply_immut().supply_value(), 7);
    let supply = treasury.treasury_into_supply();
    assert_eq!(supply.supply_value(), 7);
    destroy(supply);
    scenario.end();
}

#[test, expected_failure(abort_code = balance::EOverflow)]
fun supply_never_reaches_the_largest_number() {
    let mut supply = balance::create_supply(Fake {});
    destroy(supply.increase_supply(18446744073709551615));
    destroy(supply);
}

#[test, allow(deprecated_usage)]
fun first_version_of_regulation() {
    let mut ctx = tx_context::dummy();
    let mut list = deny_list::new_for_testing(&mut ctx);
    let (treasury, mut cap, metadata) = coin::create_regulated_currency(
        create_one_time_witness<CURRENCY_TESTS>(),
        6,
        b"TST",
        b"Test",
        b"",
        option::none(),
        &mut ctx,
    );
    coin::deny_list_add(&mut list, &mut cap, @0x42, &mut ctx);
    coin::deny_list_add(&mut list, &mut cap, @0x43, &mut ctx);
    coin::deny_list_remove(&mut list, &mut cap, @0x43, &mut ctx);
    assert!(coin::deny_list_contains<CURRENCY_TESTS>(&list, @0x42));
    assert!(!coin::deny_list_contains<CURRENCY_TESTS>(&list, @0x43));
    let cap = coin::migrate_regulated_currency_to_v2(&mut list, cap, true, &mut ctx);
    assert!(coin::deny_list_v2_contains_next_epoch<CURRENCY_TESTS>(&list, @0x42));
    assert!(!coin::deny_list_v2_contains_next_epoch<CURRENCY_TESTS>(&list, @0x43));
    destroy(cap);
    destroy(treasury);
    destroy(metadata);
    destroy(list);
}

#[test]
fun tokens_and_currencies_made_for_tests() {
    let mut scenario = ts::begin(ALICE);
    let (policy, cap) = token::new_policy_for_testing<Gold>(scenario.ctx());
    let token = token::mint_for_testing<Gold>(5, scenario.ctx());
    assert_eq!(token.value(), 5);
    token.burn_for_testing();
    token::burn_policy_for_testing(policy, cap);
    let (init, treasury) = coin_registry::new_currency_with_otw(
        create_one_time_witness<CURRENCY_TESTS>(),
        6,
        b"GLD".to_string(),
        b"Gold".to_string(),
        b"heavy".to_string(),
        b"".to_string(),
        scenario.ctx(),
    );
    let (currency, metadata_cap) = init.finalize_unwrap_for_testing(scenario.ctx());
    assert_eq!(currency.decimals(), 6);
    assert!(currency.is_metadata_cap_claimed());
    destroy(currency);
    destroy(metadata_cap);
    destroy(treasury);
    scenario.end();
}
