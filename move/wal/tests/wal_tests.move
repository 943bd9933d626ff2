#[test_only]
module wal::wal_tests;

use std::unit_test::{assert_eq, destroy};
use sui::coin::{Coin, CoinMetadata};
use sui::test_scenario;
use wal::wal::{Self, ProtectedTreasury, WAL};

const PUBLISHER: address = @0xA;
/// 5 billion WAL of 10^9 FROST.
const SUPPLY: u64 = 5_000_000_000_000_000_000;

#[test]
fun publisher_receives_the_whole_supply() {
    let mut scenario = test_scenario::begin(PUBLISHER);
    wal::init_for_testing(scenario.ctx());
    scenario.next_tx(PUBLISHER);

    let coin: Coin<WAL> = scenario.take_from_sender();
    let treasury: ProtectedTreasury = scenario.take_shared();
    let metadata: CoinMetadata<WAL> = scenario.take_immutable();
    assert_eq!(coin.value(), SUPPLY);
    assert_eq!(treasury.total_supply(), SUPPLY);
    assert_eq!(metadata.get_decimals(), 9);
    assert_eq!(metadata.get_symbol(), b"WAL".to_ascii_string());
    assert_eq!(metadata.get_name(), b"WAL Token".to_string());

    test_scenario::return_immutable(metadata);
    test_scenario::return_shared(treasury);
    scenario.return_to_sender(coin);
    scenario.end();
}

#[test]
fun burning_lowers_the_supply() {
    let mut ctx = tx_context::dummy();
    let (mut treasury, mut coin) = wal::new_treasury_for_testing(1_000, &mut ctx);
    treasury.burn(coin.split(300, &mut ctx));
    assert_eq!(treasury.total_supply(), 700);
    destroy(treasury);
    destroy(coin);
}
