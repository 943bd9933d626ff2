/// Unsigned fixed-point numbers with 32 bits before and 32 bits after the point.
/// Results are rounded down.
module std::uq32_32;

#[error]
const EDenominator: vector<u8> = b"the denominator is zero";
#[error]
const EQuotientTooSmall: vector<u8> = b"the quotient is not zero but too small to be represented";
#[error]
const EQuotientTooLarge: vector<u8> = b"the quotient is too large to be represented";
#[error]
const EOverflow: vector<u8> = b"the result is too large, or below zero";
#[error]
const EDivisionByZero: vector<u8> = b"division by zero";

/// The number times 2^32.
public struct UQ32_32(u64) has copy, drop, store;

/// Aborts when the denominator is zero, or the quotient cannot be represented although it is not zero.
public fun from_quotient(numerator: u64, denominator: u64): UQ32_32 {
    assert!(denominator != 0, EDenominator);
    let quotient = ((numerator as u128) << 32) / (denominator as u128);
    assert!(quotient != 0 || numerator == 0, EQuotientTooSmall);
    assert!(fits(quotient), EQuotientTooLarge);
    UQ32_32(quotient as u64)
}

public fun from_int(integer: u32): UQ32_32 { UQ32_32((integer as u64) << 32) }

/// Aborts with `EOverflow` when the sum cannot be represented.
public fun add(a: UQ32_32, b: UQ32_32): UQ32_32 {
    let sum = (a.0 as u128) + (b.0 as u128);
    assert!(fits(sum), EOverflow);
    UQ32_32(sum as u64)
}

/// Aborts with `EOverflow` when `b` is the larger one.
public fun sub(a: UQ32_32, b: UQ32_32): UQ32_32 {
    assert!(a.0 >= b.0, EOverflow);
    UQ32_32(a.0 - b.0)
}

/// Aborts with `EOverflow` when the product cannot be represented.
public fun mul(a: UQ32_32, b: UQ32_32): UQ32_32 { UQ32_32(int_mul(a.0, b)) }

/// Aborts with `EDivisionByZero`, or with `EOverflow` when the quotient cannot be represented.
public fun div(a: UQ32_32, b: UQ32_32): UQ32_32 { UQ32_32(int_div(a.0, b)) }

/// The part before the point.
public fun to_int(a: UQ32_32): u32 { (a.0 >> 32) as u32 }

/// An integer times a fixed-point number. Aborts with `EOverflow`.
public fun int_mul(val: u64, multiplier: UQ32_32): u64 {
    let product = ((val as u128) * (multiplier.0 as u128)) >> 32;
    assert!(fits(product), EOverflow);
    product as u64
}

/// An integer divided by a fixed-point number. Aborts with `EDivisionByZero` or `EOverflow`.
public fun int_div(val: u64, divisor: UQ32_32): u64 {
    assert!(divisor.0 != 0, EDivisionByZero);
    let quotient = ((val as u128) << 32) / (divisor.0 as u128);
    assert!(fits(quotient), EOverflow);
    quotient as u64
}

public fun le(a: UQ32_32, b: UQ32_32): bool { a.0 <= b.0 }

public fun lt(a: UQ32_32, b: UQ32_32): bool { a.0 < b.0 }

public fun ge(a: UQ32_32, b: UQ32_32): bool { a.0 >= b.0 }

public fun gt(a: UQ32_32, b: UQ32_32): bool { a.0 > b.0 }

/// The number times 2^32.
public fun to_raw(a: UQ32_32): u64 { a.0 }

/// From a number times 2^32.
public fun from_raw(raw_value: u64): UQ32_32 { UQ32_32(raw_value) }

fun fits(value: u128): bool { value <= (std::u64::max_value!() as u128) }
