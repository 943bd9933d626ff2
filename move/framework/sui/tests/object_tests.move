#[test_only]
module sui::object_tests;

use std::unit_test::assert_eq;
use sui::balance;
use sui::clock;
use sui::coin::{Self, Coin};
use sui::event;
use sui::package;
use sui::sui::SUI;
use sui::test_scenario as ts;

const ALICE: address = @0xA11CE;
const BOB: address = @0xB0B;

public struct Counter has key { id: UID, count: u64 }

public struct Counted has copy, drop { count: u64 }

public struct OBJECT_TESTS has drop {}

#[test]
fun coins_travel_between_senders() {
    let mut scenario = ts::begin(ALICE);
    let mut coin = coin::mint_for_testing<SUI>(100, scenario.ctx());
    transfer::public_transfer(coin.split(30, scenario.ctx()), BOB);
    transfer::public_transfer(coin, ALICE);
    let effects = scenario.next_tx(BOB);
    assert_eq!(effects.created().length(), 2);
    let coin = scenario.take_from_sender<Coin<SUI>>();
    assert_eq!(coin.value(), 30);
    assert!(!scenario.has_most_recent_for_sender<Coin<SUI>>());
    scenario.return_to_sender(coin);
    scenario.end();
}


#[test]
fun shared_object_and_event() {
    let mut scenario = ts::begin(ALICE);
    transfer::share_object(Counter { id: object::new(scenario.ctx()), count: 0 });
    scenario.next_epoch(BOB);
    assert_eq!(scenario.ctx().epoch(), 1);
    let mut counter = scenario.take_shared<Counter>();
    counter.count = counter.count + 1;
    event::emit(Counted { count: counter.count });
    assert_eq!(event::events_by_type<Counted>(), vector[Counted { count: 1 }]);
    ts::return_shared(counter);
    let effects = scenario.end();
    assert_eq!(effects.num_user_events(), 1);
}

#[test]
fun addresses_and_ids() {
    let id = BOB.to_id();
    assert_eq!(id.to_address(), BOB);
    assert_eq!(object::id_from_bytes(id.to_bytes()), id);
    let text = @0xAB.to_ascii_string();
    assert_eq!(text.length(), 64);
    assert_eq!(sui::address::from_ascii_bytes(text.as_bytes()), @0xAB);
    assert_eq!(@0x10.to_u256(), 16);
    assert_eq!(sui::hex::decode(b"00fF"), x"00ff");
    assert_eq!(sui::hex::encode(x"00ff"), b"00ff");
}

#[test]
fun reading_bcs() {
    let mut reader = sui::bcs::new(x"01ff0002aabb8001");
    assert_eq!(reader.peel_bool(), true);
    assert_eq!(reader.peel_u16(), 0x00ff);
    assert_eq!(reader.peel_vec_u8(), x"aabb");
    assert_eq!(reader.peel_vec_length(), 128);
    assert!(reader.into_remainder_bytes().is_empty());
}

#[test]
fun upgrade_is_authorized_then_committed() {
    let mut ctx = tx_context::dummy();
    let mut cap = package::test_publish(@0x42.to_id(), &mut ctx);
    let ticket = cap.authorize_upgrade(package::compatible_policy(), b"digest");
    let receipt = package::test_upgrade(ticket);
    let new_package = receipt.receipt_package();
    cap.commit_upgrade(receipt);
    assert_eq!(cap.upgrade_package(), new_package);
    assert_eq!(cap.version(), 2);
    cap.make_immutable();
}

#[test]
fun publisher_knows_its_package() {
    let mut ctx = tx_context::dummy();
    let publisher = package::claim(sui::test_utils::create_one_time_witness<OBJECT_TESTS>(), &mut ctx);
    assert!(publisher.from_module<Counter>());
    assert!(publisher.from_package<SUI>());
    assert!(!publisher.from_module<SUI>());
    publisher.burn_publisher();
}

#[test]
fun clock_goes_forward() {
    let mut ctx = tx_context::dummy();
    let mut clock = clock::create_for_testing(&mut ctx);
    clock.increment_for_testing(5);
    clock.set_for_testing(9);
    assert_eq!(clock.timestamp_ms(), 9);
    clock.destroy_for_testing();
}

#[test, expected_failure(abort_code = 2, location = sui::balance)]
fun balance_too_small() {
    let mut balance = balance::create_for_testing<SUI>(1);
    balance.split(2).destroy_for_testing();
    balance.destroy_for_testing();
}

#[test, expected_failure(abort_code = 1, location = sui::package)]
fun policy_only_narrows() {
    let mut ctx = tx_context::dummy();
    let mut cap = package::test_publish(@0x42.to_id(), &mut ctx);
    cap.only_dep_upgrades();
    cap.only_additive_upgrades();
    cap.make_immutable();
}

#[test, expected_failure(abort_code = 0, location = sui::bcs)]
fun not_enough_bytes() { sui::bcs::new(x"01").peel_u16(); }

#[test, expected_failure(abort_code = sui::address::EAddressParseError)]
fun address_of_too_few_bytes() { sui::address::from_bytes(x"00"); }
