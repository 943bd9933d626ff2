/// Expected numbers are those of HMAC-SHA3-256 computed outside of Move: block `i` is the code of the counter `i`,
/// two little-endian bytes, under the seed; numbers take bytes from the end of the newest block.
#[test_only]
module sui::random_tests;

use std::unit_test::assert_eq;
use sui::random::{Self, Random, RandomGenerator};
use sui::test_scenario as ts;

fun generator(): RandomGenerator {
    random::new_generator_from_seed_for_testing(x"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
}

#[test]
fun numbers_of_a_known_seed() {
    let mut g = generator();
    assert_eq!(g.generate_u64(), 7945066872134309761);
    assert_eq!(g.generate_u8(), 87);
    assert_eq!(g.generate_bool(), false);
    assert_eq!(g.generate_u16(), 10098);
    assert_eq!(g.generate_u64_in_range(10, 19), 13);
    assert_eq!(
        g.generate_u256(),
        100071262972480899557677800131098688590720105532278766242182224584584924168042,
    );
    assert_eq!(g.generate_u32_in_range(5, 6), 6);
}

#[test]
fun whole_blocks_come_in_order_and_the_rest_from_the_end() {
    assert_eq!(
        generator().generate_bytes(40),
        x"77aec4c96b4f279caf7c56cb6045d786ec731a037227345781174ab6398c426edd3e53e13eefbcad",
    );
    assert_eq!(generator().generate_bytes(0), vector[]);
}

#[test]
fun shuffle_of_a_known_seed() {
    let mut v = vector[0u64, 1, 2, 3, 4];
    generator().shuffle(&mut v);
    assert_eq!(v, vector[0, 1, 3, 4, 2]);
    let mut empty = vector<u8>[];
    generator().shuffle(&mut empty);
}

#[test]
fun rounds_follow_each_other() {
    let mut scenario = ts::begin(@0x0);
    random::create_for_testing(scenario.ctx());
    scenario.next_tx(@0x0);
    let mut state = scenario.take_shared<Random>();
    state.update_randomness_state_for_testing(0, x"01", scenario.ctx());
    state.update_randomness_state_for_testing(1, x"02", scenario.ctx());
    let first = state.new_generator(scenario.ctx()).generate_u256();
    let second = state.new_generator(scenario.ctx()).generate_u256();
    assert!(first != second);
    ts::return_shared(state);
    scenario.end();
}

#[test, expected_failure(abort_code = 2, location = sui::random)]
fun round_that_does_not_follow() {
    let mut scenario = ts::begin(@0x0);
    random::create_for_testing(scenario.ctx());
    scenario.next_tx(@0x0);
    let mut state = scenario.take_shared<Random>();
    state.update_randomness_state_for_testing(0, x"01", scenario.ctx());
    state.update_randomness_state_for_testing(2, x"02", scenario.ctx());
    ts::return_shared(state);
    scenario.end();
}

#[test, expected_failure(abort_code = 0, location = sui::random)]
fun others_do_not_make_randomness() {
    let mut scenario = ts::begin(@0x1);
    random::create_for_testing(scenario.ctx());
    scenario.end();
}

#[test, expected_failure(abort_code = 3, location = sui::random)]
fun empty_range() { generator().generate_u8_in_range(2, 1); }
