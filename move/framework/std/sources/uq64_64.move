/// Unsigned fixed-point numbers with 64 bits before and 64 bits after the point.
/// Results are rounded down.
module std::uq64_64;

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

/// The number times 2^64.
public struct UQ64_64(u128) has copy, drop, store;

/// Aborts when the denominator is zero, or the quotient cannot be represented although it is not zero.
public fun from_quotient(numerator: u128, denominator: u128): UQ64_64 {
    assert!(denominator != 0, EDenominator);
    let quotient = ((numerator as u256) << 64) / (denominator as u256);
    assert!(quotient != 0 || numerator == 0, EQuotientTooSmall);
    assert!(fits(quotient), EQuotientTooLarge);
    UQ64_64(quotient as u128)
}

public fun from_int(integer: u64): UQ64_64 { UQ64_64((integer as u128) << 64) }

/// Aborts with `EOverflow` when the sum cannot be represented.
public fun add(a: UQ64_64, b: UQ64_64): UQ64_64 {
    let sum = (a.0 as u256) + (b.0 as u256);
    assert!(fits(sum), EOverflow);
    UQ64_64(sum as u128)
}

/// Aborts with `EOverflow` when `b` is the larger one.
public fun sub(a: UQ64_64, b: UQ64_64): UQ64_64 {
    assert!(a.0 >= b.0, EOverflow);
    UQ64_64(a.0 - b.0)
}

/// Aborts with `EOverflow` when the product cannot be represented.
public fun mul(a: UQ64_64, b: UQ64_64): UQ64_64 { UQ64_64(int_mul(a.0, b)) }

/// Aborts with `EDivisionByZero`, or with `EOverflow` when the quotient cannot be represented.
public fun div(a: UQ64_64, b: UQ64_64): UQ64_64 { UQ64_64(int_div(a.0, b)) }

/// The part before the point.
public fun to_int(a: UQ64_64): u64 { (a.0 >> 64) as u64 }

/// An integer times a fixed-point number. Aborts with `EOverflow`.
public fun int_mul(val: u128, multiplier: UQ64_64): u128 {
    let product = ((val as u256) * (multiplier.0 as u256)) >> 64;
    assert!(fits(product), EOverflow);
    product as u128
}

/// An integer divided by a fixed-point number. Aborts with `EDivisionByZero` or `EOverflow`.
public fun int_div(val: u128, divisor: UQ64_64): u128 {
    assert!(divisor.0 != 0, EDivisionByZero);
    let quotient = ((val as u256) << 64) / (divisor.0 as u256);
    assert!(fits(quotient), EOverflow);
    quotient as u128
}

public fun le(a: UQ64_64, b: UQ64_64): bool { a.0 <= b.0 }

public fun lt(a: UQ64_64, b: UQ64_64): bool { a.0 < b.0 }

public fun ge(a: UQ64_64, b: UQ64_64): bool { a.0 >= b.0 }

public fun gt(a: UQ64_64, b: UQ64_64): bool { a.0 > b.0 }

/// The number times 2^64.
public fun to_raw(a: UQ64_64): u128 { a.0 }

/// From a number times 2^64.
public fun from_raw(raw_value: u128): UQ64_64 { UQ64_64(raw_value) }

fun fits(value: u256): bool { value <= (std::u128::max_value!() as u256) }
