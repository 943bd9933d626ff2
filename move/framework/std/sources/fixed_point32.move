/// Former fixed-point numbers with 32 bits before and 32 bits after the point; use `std::uq32_32` instead.
module std::fixed_point32;

/// The denominator is zero.
const EDENOMINATOR: u64 = 0x10001;
/// The quotient is too large.
const EDIVISION: u64 = 0x20002;
/// The product is too large.
const EMULTIPLICATION: u64 = 0x20003;
const EDIVISION_BY_ZERO: u64 = 0x10004;
/// The ratio is too large, or too small and not zero.
const ERATIO_OUT_OF_RANGE: u64 = 0x20005;

/// The number times 2^32.
public struct FixedPoint32 has copy, drop, store { value: u64 }

/// An integer times a number, rounded down. Aborts with `EMULTIPLICATION`.
public fun multiply_u64(val: u64, multiplier: FixedPoint32): u64 {
    let product = ((val as u128) * (multiplier.value as u128)) >> 32;
    assert!(product <= (std::u64::max_value!() as u128), EMULTIPLICATION);
    product as u64
}

/// An integer divided by a number, rounded down. Aborts with `EDIVISION_BY_ZERO` or `EDIVISION`.
public fun divide_u64(val: u64, divisor: FixedPoint32): u64 {
    assert!(divisor.value != 0, EDIVISION_BY_ZERO);
    let quotient = ((val as u128) << 32) / (divisor.value as u128);
    assert!(quotient <= (std::u64::max_value!() as u128), EDIVISION);
    quotient as u64
}

/// Aborts with `EDENOMINATOR` or `ERATIO_OUT_OF_RANGE`.
public fun create_from_rational(numerator: u64, denominator: u64): FixedPoint32 {
    assert!(denominator != 0, EDENOMINATOR);
    let quotient = ((numerator as u128) << 32) / (denominator as u128);
    assert!(quotient != 0 || numerator == 0, ERATIO_OUT_OF_RANGE);
    assert!(quotient <= (std::u64::max_value!() as u128), ERATIO_OUT_OF_RANGE);
    FixedPoint32 { value: quotient as u64 }
}

/// From a number times 2^32.
public fun create_from_raw_value(value: u64): FixedPoint32 { FixedPoint32 { value } }

/// The number times 2^32.
public fun get_raw_value(num: FixedPoint32): u64 { num.value }

public fun is_zero(num: FixedPoint32): bool { num.value == 0 }
