/// Kiosks, transfer policies and closed-loop tokens.
#[test_only]
module sui::trade_tests;

use std::unit_test::assert_eq;
use sui::coin;
use sui::kiosk::{Self, Kiosk, KioskOwnerCap};
use sui::kiosk_extension as extension;
use sui::package;
use sui::sui::SUI;
use sui::test_utils::{create_one_time_witness, destroy};
use sui::token::{Self, Token};
use sui::transfer_policy::{Self as policy, TransferPolicy, TransferPolicyCap};

public struct TRADE_TESTS has drop {}

public struct Item has key, store { id: UID }

public struct Fee has drop {}

public struct Ext has drop {}

public struct USD has drop {}

fun item(ctx: &mut TxContext): (Item, ID) {
    let item = Item { id: object::new(ctx) };
    let id = object::id(&item);
    (item, id)
}

fun kiosk_with_item(ctx: &mut TxContext): (Kiosk, KioskOwnerCap, ID) {
    let (mut kiosk, cap) = kiosk::new(ctx);
    let (item, id) = item(ctx);
    kiosk.place(&cap, item);
    (kiosk, cap, id)
}

fun new_policy(ctx: &mut TxContext): (TransferPolicy<Item>, TransferPolicyCap<Item>) {
    let publisher = package::claim(create_one_time_witness<TRADE_TESTS>(), ctx);
    let (policy, cap) = policy::new<Item>(&publisher, ctx);
    publisher.burn_publisher();
    (policy, cap)
}

#[test]
fun item_is_listed_and_bought_by_the_rules() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = kiosk_with_item(&mut ctx);
    let (mut policy, policy_cap) = new_policy(&mut ctx);
    policy::add_rule(Fee {}, &mut policy, &policy_cap, 5u64);
    assert_eq!(*policy::get_rule<Item, Fee, u64>(Fee {}, &policy), 5);
    kiosk.list<Item>(&cap, id, 100);
    assert!(kiosk.is_listed(id) && !kiosk.is_listed_exclusively(id));
    let (bought, mut request) = kiosk.purchase<Item>(id, coin::mint_for_testing(100, &mut ctx));
    policy::add_receipt(Fee {}, &mut request);
    policy::add_to_balance(Fee {}, &mut policy, coin::mint_for_testing(5, &mut ctx));
    let (confirmed, paid, from) = policy.confirm_request(request);
    assert_eq!(confirmed, id);
    assert_eq!(paid, 100);
    assert_eq!(from, object::id(&kiosk));
    assert_eq!(policy.destroy_and_withdraw(policy_cap, &mut ctx).burn_for_testing(), 5);
    assert_eq!(kiosk.close_and_withdraw(cap, &mut ctx).burn_for_testing(), 100);
    destroy(bought);
}

#[test]
fun promised_item_is_bought_with_its_capability() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = kiosk_with_item(&mut ctx);
    let purchase_cap = kiosk.list_with_purchase_cap<Item>(&cap, id, 10, &mut ctx);
    assert!(kiosk.is_listed_exclusively(id));
    assert_eq!(purchase_cap.purchase_cap_min_price(), 10);
    let (bought, request) = kiosk.purchase_with_cap(purchase_cap, coin::mint_for_testing(12, &mut ctx));
    assert_eq!(request.paid(), 12);
    assert_eq!(kiosk.item_count(), 0);
    destroy(request);
    destroy(bought);
    assert_eq!(kiosk.close_and_withdraw(cap, &mut ctx).burn_for_testing(), 12);
}

#[test]
fun item_is_borrowed_delisted_and_taken() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = kiosk_with_item(&mut ctx);
    let (borrowed, duty) = kiosk.borrow_val<Item>(&cap, id);
    kiosk.return_val(borrowed, duty);
    kiosk.list<Item>(&cap, id, 1);
    kiosk.delist<Item>(&cap, id);
    destroy(kiosk.take<Item>(&cap, id));
    kiosk.close_and_withdraw(cap, &mut ctx).destroy_zero();
}

#[test]
fun extension_places_and_locks() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap) = kiosk::new(&mut ctx);
    let (policy, policy_cap) = new_policy(&mut ctx);
    extension::add(Ext {}, &mut kiosk, &cap, 2, &mut ctx);
    assert!(extension::can_lock<Ext>(&kiosk) && !extension::can_place<Ext>(&kiosk));
    let (first, first_id) = item(&mut ctx);
    extension::place(Ext {}, &mut kiosk, first, &policy);
    let (second, second_id) = item(&mut ctx);
    extension::lock(Ext {}, &mut kiosk, second, &policy);
    assert!(!kiosk.is_locked(first_id) && kiosk.is_locked(second_id));
    extension::storage_mut(Ext {}, &mut kiosk).add(1u8, 2u8);
    extension::disable<Ext>(&mut kiosk, &cap);
    assert!(!extension::can_lock<Ext>(&kiosk));
    assert_eq!(extension::storage(Ext {}, &kiosk)[1u8], 2u8);
    destroy(kiosk);
    destroy(cap);
    destroy(policy);
    destroy(policy_cap);
}

#[test, expected_failure(abort_code = kiosk::EIncorrectAmount)]
fun wrong_price() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap, id) = kiosk_with_item(&mut ctx);
    kiosk.list<Item>(&cap, id, 100);
    let (bought, request) = kiosk.purchase<Item>(id, coin::mint_for_testing(99, &mut ctx));
    destroy(request);
    destroy(bought);
    destroy(kiosk);
    destroy(cap);
}

#[test, expected_failure(abort_code = policy::EPolicyNotSatisfied)]
fun rule_that_did_not_approve() {
    let mut ctx = tx_context::dummy();
    let (mut policy, cap) = new_policy(&mut ctx);
    policy::add_rule(Fee {}, &mut policy, &cap, true);
    policy.confirm_request(policy::new_request(@0x1.to_id(), 1, @0x2.to_id()));
    destroy(policy);
    destroy(cap);
}

#[test, expected_failure(abort_code = extension::EExtensionNotAllowed)]
fun extension_without_permission() {
    let mut ctx = tx_context::dummy();
    let (mut kiosk, cap) = kiosk::new(&mut ctx);
    let (policy, policy_cap) = new_policy(&mut ctx);
    extension::add(Ext {}, &mut kiosk, &cap, 0, &mut ctx);
    let (item, _) = item(&mut ctx);
    extension::place(Ext {}, &mut kiosk, item, &policy);
    destroy(kiosk);
    destroy(cap);
    destroy(policy);
    destroy(policy_cap);
}

#[test]
fun token_is_spent_and_burned() {
    let mut ctx = tx_context::dummy();
    let mut treasury = coin::create_treasury_cap_for_testing<USD>(&mut ctx);
    let (mut policy, cap) = token::new_policy(&treasury, &mut ctx);
    policy.allow(&cap, token::spend_action(), &mut ctx);
    let mut purse: Token<USD> = token::mint(&mut treasury, 10, &mut ctx);
    let part = purse.split(4, &mut ctx);
    let request = part.spend(&mut ctx);
    assert_eq!(request.spent(), option::some(4));
    let (action, amount, sender, recipient) = policy.confirm_request_mut(request, &mut ctx);
    assert_eq!(action, b"spend".to_string());
    assert_eq!(amount, 4);
    assert_eq!(sender, @0x0);
    assert!(recipient.is_none());
    assert_eq!(policy.spent_balance(), 4);
    assert_eq!(policy.flush(&mut treasury, &mut ctx), 4);
    assert_eq!(treasury.total_supply(), 6);
    token::burn(&mut treasury, purse);
    assert_eq!(treasury.total_supply(), 0);
    destroy(treasury);
    destroy(policy);
    destroy(cap);
}

#[test]
fun rules_of_an_action_must_approve() {
    let mut ctx = tx_context::dummy();
    let treasury = coin::create_treasury_cap_for_testing<USD>(&mut ctx);
    let (mut policy, cap) = token::new_policy(&treasury, &mut ctx);
    policy.add_rule_for_action<USD, Fee>(&cap, token::from_coin_action(), &mut ctx);
    token::add_rule_config(Fee {}, &mut policy, &cap, 3u64, &mut ctx);
    assert_eq!(*token::rule_config<USD, Fee, u64>(Fee {}, &policy), 3);
    let (purse, mut request) = token::from_coin(coin::mint_for_testing<USD>(7, &mut ctx), &mut ctx);
    token::add_approval(Fee {}, &mut request, &mut ctx);
    let (_, amount, _, _) = policy.confirm_request(request, &mut ctx);
    assert_eq!(amount, 7);
    destroy(purse);
    destroy(treasury);
    destroy(policy);
    destroy(cap);
}

#[test, expected_failure(abort_code = token::ENotApproved)]
fun rule_of_an_action_did_not_approve() {
    let mut ctx = tx_context::dummy();
    let treasury = coin::create_treasury_cap_for_testing<USD>(&mut ctx);
    let (mut policy, cap) = token::new_policy(&treasury, &mut ctx);
    policy.add_rule_for_action<USD, Fee>(&cap, token::from_coin_action(), &mut ctx);
    let (purse, request) = token::from_coin(coin::mint_for_testing<USD>(7, &mut ctx), &mut ctx);
    policy.confirm_request(request, &mut ctx);
    destroy(purse);
    destroy(treasury);
    destroy(policy);
    destroy(cap);
}

#[test, expected_failure(abort_code = token::EUnknownAction)]
fun action_that_is_not_allowed() {
    let mut ctx = tx_context::dummy();
    let treasury = coin::create_treasury_cap_for_testing<USD>(&mut ctx);
    let (policy, cap) = token::new_policy(&treasury, &mut ctx);
    policy.confirm_request(token::new_request(b"sing".to_string(), 0, option::none(), option::none(), &ctx), &mut ctx);
    destroy(treasury);
    destroy(policy);
    destroy(cap);
}

#[test]
fun coins_split_and_join() {
    let mut ctx = tx_context::dummy();
    let mut coin = coin::mint_for_testing<SUI>(10, &mut ctx);
    let parts = coin.divide_into_n(3, &mut ctx);
    assert_eq!(parts.length(), 2);
    assert_eq!(coin.value(), 4);
    coin.join_vec(parts);
    assert_eq!(coin.burn_for_testing(), 10);
}

#[test, expected_failure(abort_code = coin::ENotEnough)]
fun coin_divided_into_too_many() {
    let mut ctx = tx_context::dummy();
    let mut coin = coin::mint_for_testing<SUI>(2, &mut ctx);
    destroy(coin.divide_into_n(3, &mut ctx));
    destroy(coin);
}
