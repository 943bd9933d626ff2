/// Display templates, paying, parties and publishers.
#[test_only]
module sui::display_tests;

use std::unit_test::assert_eq;
use sui::coin::{Self, Coin};
use sui::display::{Self, Display, VersionUpdated};
use sui::event;
use sui::package::{Self, Publisher};
use sui::party;
use sui::pay;
use sui::sui::SUI;
use sui::test_scenario as ts;
use sui::test_utils::{create_one_time_witness, destroy};

const ALICE: address = @0xA11CE;
const BOB: address = @0xB0B;

public struct DISPLAY_TESTS has drop {}

public struct Picture has key, store { id: UID }

fun publisher(ctx: &mut TxContext): Publisher {
    package::claim(create_one_time_witness<DISPLAY_TESTS>(), ctx)
}

#[test]
fun templates_are_added_edited_and_published() {
    let mut ctx = tx_context::dummy();
    let publisher = publisher(&mut ctx);
    let mut display = display::new_with_fields<Picture>(
        &publisher,
        vector[b"name".to_string()],
        vector[b"{name}".to_string()],
        &mut ctx,
    );
    display.add(b"link".to_string(), b"https://example.org/{id}".to_string());
    display.edit(b"name".to_string(), b"Picture {name}".to_string());
    display.update_version();
    assert_eq!(display.version(), 1);
    assert_eq!(display.fields()[&b"name".to_string()], b"Picture {name}".to_string());
    assert_eq!(event::events_by_type<VersionUpdated<Picture>>().length(), 1);
    display.remove(b"link".to_string());
    assert_eq!(display.fields().keys(), vector[b"name".to_string()]);
    destroy(display);
    publisher.burn_publisher();
}

#[test]
fun display_is_kept_by_the_sender() {
    let mut scenario = ts::begin(ALICE);
    let publisher = publisher(scenario.ctx());
    display::create_and_keep<Picture>(&publisher, scenario.ctx());
    publisher.burn_publisher();
    scenario.next_tx(ALICE);
    let display: Display<Picture> = scenario.take_from_sender();
    assert_eq!(display.version(), 0);
    scenario.return_to_sender(display);
    scenario.end();
}

#[test, expected_failure(abort_code = display::EVecLengthMismatch)]
fun names_without_values() {
    let mut ctx = tx_context::dummy();
    let publisher = publisher(&mut ctx);
    let display = display::new_with_fields<Picture>(&publisher, vector[b"name".to_string()], vector[], &mut ctx);
    destroy(display);
    publisher.burn_publisher();
}

#[test]
fun publisher_is_claimed_and_kept() {
    let mut scenario = ts::begin(ALICE);
    package::claim_and_keep(create_one_time_witness<DISPLAY_TESTS>(), scenario.ctx());
    scenario.next_tx(ALICE);
    let publisher: Publisher = scenario.take_from_sender();
    assert_eq!(*publisher.published_module(), b"display_tests".to_ascii_string());
    assert_eq!(*publisher.published_package(), @sui.to_ascii_string());
    assert!(display::is_authorized<Picture>(&publisher));
    scenario.return_to_sender(publisher);
    scenario.end();
}

#[test]
fun coins_are_split_joined_and_sent() {
    let mut scenario = ts::begin(ALICE);
    let mut coin = coin::mint_for_testing<SUI>(100, scenario.ctx());
    coin.split_and_transfer(10, BOB, scenario.ctx());
    coin.split_vec(vector[20, 30], scenario.ctx());
    coin.divide_and_keep(4, scenario.ctx());
    pay::keep(coin, scenario.ctx());
    scenario.next_tx(ALICE);
    let ids = scenario.ids_for_sender<Coin<SUI>>();
    assert_eq!(ids.length(), 6);
    let coins = ids.map!(|id| scenario.take_from_sender_by_id<Coin<SUI>>(id));
    pay::join_vec_and_transfer(coins, BOB);
    scenario.next_tx(BOB);
    let sum: Coin<SUI> = scenario.take_from_sender();
    assert_eq!(sum.value(), 90);
    let sent: Coin<SUI> = scenario.take_from_sender();
    assert_eq!(sent.value(), 10);
    scenario.return_to_sender(sum);
    scenario.return_to_sender(sent);
    scenario.end();
}

#[test, expected_failure(abort_code = pay::ENoCoins)]
fun no_coins_to_join() { pay::join_vec_and_transfer<SUI>(vector[], BOB) }

#[test]
fun party_of_one_owner() {
    let (default, owners, permissions) = party::single_owner(BOB).into_native();
    assert_eq!(default, 0);
    assert_eq!(owners, vector[BOB]);
    assert_eq!(permissions, vector[0xF]);
    assert!(party::single_owner(BOB).is_single_owner());
}
