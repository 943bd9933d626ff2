#[test_only]
module std::integer_tests;

use std::unit_test::assert_eq;

#[test]
fun arithmetic() {
    assert_eq!(3u64.pow(4), 81);
    assert_eq!(2u8.pow(7), 128);
    assert_eq!(0u64.pow(0), 1);
    assert_eq!(10u64.divide_and_round_up(3), 4);
    assert_eq!(9u64.div_ceil(3), 3);
    assert_eq!(7u16.diff(9), 2);
    assert_eq!(0xF0u8.bitwise_not(), 0x0F);
    assert_eq!(300u64.try_as_u8(), option::none());
    assert_eq!(255u256.try_as_u8(), option::some(255));
    assert_eq!(std::u128::max_value!().to_string(), b"340282366920938463463374607431768211455".to_string());
    assert_eq!(0u8.to_string(), b"0".to_string());
}

#[test]
fun square_roots_are_rounded_down() {
    assert_eq!(0u8.sqrt(), 0);
    assert_eq!(255u8.sqrt(), 15);
    assert_eq!(65535u16.sqrt(), 255);
    assert_eq!(4_294_967_295u32.sqrt(), 65535);
    assert_eq!(99u64.sqrt(), 9);
    assert_eq!(100u64.sqrt(), 10);
    assert_eq!(18_446_744_073_709_551_615u64.sqrt(), 4_294_967_295);
    assert_eq!(std::u128::max_value!().sqrt(), 18_446_744_073_709_551_615);
}

#[test]
fun ranges() {
    let mut seen = vector[];
    253u8.range_do_eq!(255, |i| seen.push_back(i));
    3u8.range_do!(3, |i| seen.push_back(i));
    assert_eq!(seen, vector[253, 254, 255]);
}

#[test]
fun fixed_point() {
    use std::uq64_64;
    let third = uq64_64::from_quotient(1, 3);
    assert_eq!(third.to_raw(), 6148914691236517205);
    assert_eq!(uq64_64::int_mul(9, third), 2);
    assert!(uq64_64::from_quotient(1, 2).gt(third));
    assert_eq!(uq64_64::from_int(7).to_int(), 7);
    assert_eq!(uq64_64::int_div(1, third), 3);
}

#[test, expected_failure(arithmetic_error, location = std::u64)]
fun power_overflow() { 2u64.pow(64); }
