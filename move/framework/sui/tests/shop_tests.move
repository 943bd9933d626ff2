/// The rest of kiosks, policies and tokens: capabilities, withdrawals and every refusal.
#[test_only]
module sui::shop_tests;

use std::unit_test::assert_eq;
use sui::coin::{Self, TreasuryCap};
use sui::kiosk::{Self, Kiosk, KioskOwnerCap, PurchaseCap};
use sui::kiosk_extension as extension;
use sui::package;
use sui::test_scenario as ts;
use sui::test_utils::{create_one_time_witness, destroy};
use sui::token::{Self, TokenPolicy, TokenPolicyCap};
use sui::transfer_policy::{Self as policy, TransferPolicy, TransferPolicyCap};

public struct SHOP_TESTS has drop {}

public struct Item has key, store { id: UID, worth: u64 }

public struct Fee has drop {}

public struct Ext has drop {}

public struct USD has drop {}

fun shop(ctx: &mut TxContext): (Kiosk, KioskOwnerCap, ID) {
    let (mut kiosk, cap) = kiosk::new(ctx);
    let item = Item { id: object::new(ctx), worth: 1 };
    let id = object::id(&item);
    kiosk.place(&cap, item);
    (kiosk, cap, id)
}

fun trade_policy(ctx: &mut TxContext): (TransferPolicy<Item>, TransferPolicyCap<Item>) {
    let publisher = package::claim(create_one_time_witness<SHOP_TESTS>(), ctx);
    let (policy, cap) = policy::new<Item>(&publisher, ctx);
    publisher.burn_publisher();
    (policy, cap)
}

fun currency(ctx: &mut TxContext): (TreasuryCap<USD>, TokenPolicy<USD>, TokenPolicyCap<USD>) {
    let treasury = coin::create_treasury_cap_for_testing<USD>(ctx);
    let (policy, cap) = token::new_policy(&treasury, ctx);
    (treasury, policy, cap)
}

// === Kiosks ===

#[test]
fun owner_runs_the_kiosk() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    kiosk.set_owner_custom(&cap, @0x42);
    assert_eq!(kiosk.owner(), @0x42);
    kiosk.set_owner(&cap, &ctx);
    assert_eq!(kiosk.owner(), @0x0);
    kiosk.borrow_mut<Item>(&cap, id).worth = 2;
    assert_eq!(kiosk.borrow<Item>(&cap, id).worth, 2);
    kiosk.profits_mut(&cap).join(sui::balance::create_for_testing(9));
    assert_eq!(kiosk.withdraw(&cap, option::some(4), &mut ctx).burn_for_testing(), 4);
    assert_eq!(kiosk.profits_amount(), 5);
    assert_eq!(kiosk.withdraw(&cap, option::none(), &mut ctx).burn_for_testing(), 5);
    kiosk.set_allow_extensions(&cap, true);
    sui::dynamic_field::add(kiosk.uid_mut(), 1u8, 2u8);
    assert!(sui::dynamic_field::exists_(kiosk.uid_mut_as_owner(&cap), 1u8));
    assert_eq!(cap.kiosk_owner_cap_for(), object::id(&kiosk));
    destroy(kiosk);
    destroy(cap);
}

#[test]
fun item_is_placed_and_listed_at_once() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, _) = shop(&mut ctx);
    let item = Item { id: object::new(&mut ctx), worth: 1 };
    let id = object::id(&item);
    kiosk.place_and_list(&cap, item, 10);
    assert!(kiosk.is_listed(id));
    assert_eq!(kiosk.item_count(), 2);
    destroy(kiosk);
    destroy(cap);
}

#[test]
fun promise_is_given_back() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    let promise: PurchaseCap<Item> = kiosk.list_with_purchase_cap(&cap, id, 5, &mut ctx);
    assert_eq!(promise.purchase_cap_item(), id);
    assert_eq!(promise.purchase_cap_kiosk(), object::id(&kiosk));
    kiosk.return_purchase_cap(promise);
    assert!(!kiosk.is_listed(id));
    destroy(kiosk);
    destroy(cap);
}

#[test, expected_failure(abort_code = kiosk::EItemLocked)]
fun locked_item_is_not_taken() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap) = kiosk::new(&mut ctx);
    let (policy, _policy_cap) = trade_policy(&mut ctx);
    let item = Item { id: object::new(&mut ctx), worth: 1 };
    let id = object::id(&item);
    kiosk.lock(&cap, &policy, item);
    destroy(kiosk.take<Item>(&cap, id));
    abort
}

#[test, expected_failure(abort_code = kiosk::ENotOwner)]
fun capability_of_another_kiosk() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, _cap, id) = shop(&mut ctx);
    let (_other, other_cap) = kiosk::new(&mut ctx);
    destroy(kiosk.take<Item>(&other_cap, id));
    abort
}

#[test, expected_failure(abort_code = kiosk::EItemNotFound)]
fun item_that_is_not_there() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, _) = shop(&mut ctx);
    destroy(kiosk.take<Item>(&cap, @0x1.to_id()));
    abort
}

#[test, expected_failure(abort_code = kiosk::EListedExclusively)]
fun promised_item_is_not_listed() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    let _promise: PurchaseCap<Item> = kiosk.list_with_purchase_cap(&cap, id, 5, &mut ctx);
    kiosk.list<Item>(&cap, id, 6);
    abort
}

#[test, expected_failure(abort_code = kiosk::EAlreadyListed)]
fun item_promised_twice() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    let _first: PurchaseCap<Item> = kiosk.list_with_purchase_cap(&cap, id, 5, &mut ctx);
    let _second: PurchaseCap<Item> = kiosk.list_with_purchase_cap(&cap, id, 5, &mut ctx);
    abort
}

#[test, expected_failure(abort_code = kiosk::ENotListed)]
fun item_that_is_not_listed() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    kiosk.delist<Item>(&cap, id);
    abort
}

#[test, expected_failure(abort_code = kiosk::EItemIsListed)]
fun listed_item_is_not_changed() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    kiosk.list<Item>(&cap, id, 6);
    kiosk.borrow_mut<Item>(&cap, id).worth = 0;
    abort
}

#[test, expected_failure(abort_code = kiosk::EItemMismatch)]
fun another_item_put_back() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    let (_item, duty) = kiosk.borrow_val<Item>(&cap, id);
    kiosk.return_val(Item { id: object::new(&mut ctx), worth: 0 }, duty);
    abort
}

#[test, expected_failure(abort_code = kiosk::EWrongKiosk)]
fun promise_of_another_kiosk() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = shop(&mut ctx);
    let (mut other, _other_cap) = kiosk::new(&mut ctx);
    let promise: PurchaseCap<Item> = kiosk.list_with_purchase_cap(&cap, id, 5, &mut ctx);
    other.return_purchase_cap(promise);
    abort
}

#[test, expected_failure(abort_code = kiosk::ENotEmpty)]
fun kiosk_with_items_is_not_closed() {
    let mut ctx = tx_context::dummy();
    let (kiosk, cap, _) = shop(&mut ctx);
    destroy(kiosk.close_and_withdraw(cap, &mut ctx));
    abort
}

#[test, expected_failure(abort_code = kiosk::ENotEnough)]
fun more_than_the_profits() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, _) = shop(&mut ctx);
    destroy(kiosk.withdraw(&cap, option::some(1), &mut ctx));
    abort
}

#[test, expected_failure(abort_code = kiosk::EUidAccessNotAllowed)]
fun fields_are_closed_unless_allowed() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, _cap, _) = shop(&mut ctx);
    kiosk.uid_mut();
    abort
}

#[test]
fun extension_is_enabled_again_and_removed() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, _) = shop(&mut ctx);
    extension::add(Ext {}, &mut kiosk, &cap, 3, &mut ctx);
    extension::disable<Ext>(&mut kiosk, &cap);
    assert!(!extension::is_enabled<Ext>(&kiosk));
    extension::enable<Ext>(&mut kiosk, &cap);
    assert!(extension::can_place<Ext>(&kiosk) && extension::can_lock<Ext>(&kiosk));
    extension::remove<Ext>(&mut kiosk, &cap);
    assert!(!extension::is_installed<Ext>(&kiosk));
    destroy(kiosk);
    destroy(cap);
}

#[test, expected_failure(abort_code = extension::EExtensionNotInstalled)]
fun extension_that_is_not_installed() {
    let mut ctx = tx_context::dummy();
    let (kiosk, _cap, _) = shop(&mut ctx);
    extension::storage(Ext {}, &kiosk);
    abort
}

// === Transfer policies ===

#[test]
fun rules_come_and_go() {
    let mut ctx = tx_context::dummy();
    let (mut policy, cap) = trade_policy(&mut ctx);
    policy::add_rule(Fee {}, &mut policy, &cap, 1u8);
    assert_eq!(policy.rules().length(), 1);
    policy::add_to_balance(Fee {}, &mut policy, coin::mint_for_testing(8, &mut ctx));
    assert_eq!(policy.withdraw(&cap, option::some(3), &mut ctx).burn_for_testing(), 3);
    assert_eq!(policy.withdraw(&cap, option::none(), &mut ctx).burn_for_testing(), 5);
    policy::remove_rule<Item, Fee, u8>(&mut policy, &cap);
    assert!(!policy::has_rule<Item, Fee>(&policy));
    let request = policy::new_request<Item>(@0x1.to_id(), 7, @0x2.to_id());
    assert_eq!(request.item(), @0x1.to_id());
    assert_eq!(request.from(), @0x2.to_id());
    policy.confirm_request(request);
    sui::dynamic_field::add(policy.uid_mut_as_owner(&cap), 1u8, 1u8);
    assert!(sui::dynamic_field::exists_(policy.uid(), 1u8));
    destroy(policy);
    destroy(cap);
}

#[test, expected_failure(abort_code = policy::EIllegalRule)]
fun approval_of_an_unknown_rule() {
    let mut ctx = tx_context::dummy();
    let (mut policy, cap) = trade_policy(&mut ctx);
    policy::add_rule(Fee {}, &mut policy, &cap, 1u8);
    let mut request = policy::new_request<Item>(@0x1.to_id(), 7, @0x2.to_id());
    policy::add_receipt(Ext {}, &mut request);
    policy.confirm_request(request);
    abort
}

#[test, expected_failure(abort_code = policy::ERuleAlreadySet)]
fun rule_added_twice() {
    let mut ctx = tx_context::dummy();
    let (mut policy, cap) = trade_policy(&mut ctx);
    policy::add_rule(Fee {}, &mut policy, &cap, 1u8);
    policy::add_rule(Fee {}, &mut policy, &cap, 1u8);
    abort
}

#[test, expected_failure(abort_code = policy::EUnknownRequirement)]
fun payment_to_a_rule_that_is_not_there() {
    let mut ctx = tx_context::dummy();
    let (mut policy, _cap) = trade_policy(&mut ctx);
    policy::add_to_balance(Fee {}, &mut policy, coin::zero(&mut ctx));
    abort
}

#[test, expected_failure(abort_code = policy::ENotOwner)]
fun capability_of_another_policy() {
    let mut ctx = tx_context::dummy();
    let (mut policy, _cap) = trade_policy(&mut ctx);
    let (_other, other_cap) = trade_policy(&mut ctx);
    policy::add_rule(Fee {}, &mut policy, &other_cap, 1u8);
    abort
}

#[test, expected_failure(abort_code = policy::ENotEnough)]
fun more_than_the_policy_has() {
    let mut ctx = tx_context::dummy();
    let (mut policy, cap) = trade_policy(&mut ctx);
    destroy(policy.withdraw(&cap, option::some(1), &mut ctx));
    abort
}

// === Tokens ===

#[test]
fun owner_of_a_token() {
    let mut scenario = ts::begin(@0xA);
    let (mut treasury, policy, cap) = currency(scenario.ctx());
    let mut purse = token::mint(&mut treasury, 5, scenario.ctx());
    purse.join(token::mint(&mut treasury, 6, scenario.ctx()));
    assert_eq!(purse.value(), 11);
    token::zero<USD>(scenario.ctx()).destroy_zero();
    let part = purse.split(1, scenario.ctx());
    part.keep(scenario.ctx());
    token::share_policy(policy);
    scenario.next_tx(@0xA);
    assert_eq!(scenario.ids_for_sender<token::Token<USD>>().length(), 1);
    assert!(ts::has_most_recent_shared<TokenPolicy<USD>>());
    destroy(purse);
    destroy(treasury);
    destroy(cap);
    scenario.end();
}

#[test]
fun requests_confirmed_by_capabilities() {
    let mut ctx = tx_context::dummy();
    let (mut treasury, policy, cap) = currency(&mut ctx);
    let (coin, request) = token::mint(&mut treasury, 5, &mut ctx).to_coin(&mut ctx);
    assert_eq!(request.action(), token::to_coin_action());
    assert_eq!(request.amount(), 5);
    assert_eq!(request.sender(), @0x0);
    assert!(request.approvals().is_empty() && request.recipient().is_none());
    token::confirm_with_policy_cap(&cap, request, &mut ctx);
    let request = token::mint(&mut treasury, 7, &mut ctx).transfer(@0xB, &mut ctx);
    assert_eq!(request.recipient(), option::some(@0xB));
    token::confirm_with_treasury_cap(&mut treasury, request, &mut ctx);
    let request = token::mint(&mut treasury, 2, &mut ctx).spend(&mut ctx);
    token::confirm_with_treasury_cap(&mut treasury, request, &mut ctx);
    assert_eq!(treasury.total_supply(), 12);
    destroy(coin);
    destroy(treasury);
    destroy(policy);
    destroy(cap);
}

#[test]
fun actions_and_rules_come_and_go() {
    let mut ctx = tx_context::dummy();
    let (treasury, mut policy, cap) = currency(&mut ctx);
    let action = token::transfer_action();
    policy.add_rule_for_action<USD, Fee>(&cap, action, &mut ctx);
    assert_eq!(policy.rules(&action).length(), 1);
    policy.remove_rule_for_action<USD, Fee>(&cap, action, &mut ctx);
    assert!(policy.is_allowed(&action));
    policy.disallow(&cap, action, &mut ctx);
    assert!(!policy.is_allowed(&action));
    token::add_rule_config(Fee {}, &mut policy, &cap, 1u8, &mut ctx);
    *token::rule_config_mut<USD, Fee, u8>(Fee {}, &mut policy, &cap) = 2;
    assert!(token::has_rule_config<USD, Fee>(&policy));
    assert_eq!(token::remove_rule_config<USD, Fee, u8>(&mut policy, &cap, &mut ctx), 2);
    assert!(!token::has_rule_config<USD, Fee>(&policy));
    destroy(treasury);
    destroy(policy);
    destroy(cap);
}

#[test, expected_failure(abort_code = token::ENotAuthorized)]
fun capability_of_another_token_policy() {
    let mut ctx = tx_context::dummy();
    let (_treasury, mut policy, _cap) = currency(&mut ctx);
    let (_other_treasury, _other, other_cap) = currency(&mut ctx);
    policy.allow(&other_cap, token::spend_action(), &mut ctx);
    abort
}

#[test, expected_failure(abort_code = token::EBalanceTooLow)]
fun more_than_the_token_has() {
    let mut ctx = tx_context::dummy();
    let mut purse = token::zero<USD>(&mut ctx);
    destroy(purse.split(1, &mut ctx));
    abort
}

#[test, expected_failure(abort_code = token::ENotZero)]
fun token_with_a_balance_is_not_destroyed() {
    let mut ctx = tx_context::dummy();
    let (mut treasury, _policy, _cap) = currency(&mut ctx);
    token::mint(&mut treasury, 1, &mut ctx).destroy_zero();
    abort
}

#[test, expected_failure(abort_code = token::ECantConsumeBalance)]
fun spending_is_not_confirmed_by_a_capability() {
    let mut ctx = tx_context::dummy();
    let (mut treasury, _policy, cap) = currency(&mut ctx);
    let request = token::mint(&mut treasury, 1, &mut ctx).spend(&mut ctx);
    token::confirm_with_policy_cap(&cap, request, &mut ctx);
    abort
}

#[test, expected_failure(abort_code = token::EUseImmutableConfirm)]
fun request_that_spends_nothing() {
    let mut ctx = tx_context::dummy();
    let (_treasury, mut policy, cap) = currency(&mut ctx);
    policy.allow(&cap, b"wave".to_string(), &mut ctx);
    let request = token::new_request(b"wave".to_string(), 0, option::none(), option::none(), &ctx);
    policy.confirm_request_mut(request, &mut ctx);
    abort
}

#[test, expected_failure(abort_code = token::ENoConfig)]
fun configuration_that_is_not_there() {
    let mut ctx = tx_context::dummy();
    let (_treasury, policy, _cap) = currency(&mut ctx);
    token::rule_config<USD, Fee, u8>(Fee {}, &policy);
    abort
}
