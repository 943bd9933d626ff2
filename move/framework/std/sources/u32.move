/// Arithmetic and loops over `u32`.
#[defines_primitive(u32)]
module std::u32;

use std::string::String;

public use fun divide_and_round_up as u32.div_ceil;

/// All bits turned.
public fun bitwise_not(x: u32): u32 { x ^ max_value!() }

public fun max(x: u32, y: u32): u32 { std::macros::num_max!(x, y) }

public fun min(x: u32, y: u32): u32 { std::macros::num_min!(x, y) }

/// The distance between two numbers.
public fun diff(x: u32, y: u32): u32 { std::macros::num_diff!(x, y) }

/// The quotient, rounded up. Fails at run time when `y` is zero.
public fun divide_and_round_up(x: u32, y: u32): u32 { std::macros::num_divide_and_round_up!(x, y) }

/// Fails at run time when the result does not fit.
public fun pow(base: u32, exponent: u8): u32 { std::macros::num_pow!(base, exponent) }

/// The square root, rounded down.
public fun sqrt(x: u32): u32 { std::macros::num_sqrt!<u32, u64>(x, 32) }

/// `none` when the number does not fit.
public fun try_as_u8(x: u32): Option<u8> { std::macros::try_as_u8!(x) }

/// `none` when the number does not fit.
public fun try_as_u16(x: u32): Option<u16> { std::macros::try_as_u16!(x) }

/// The decimal digits.
public fun to_string(x: u32): String { std::macros::num_to_string!(x) }

/// The largest number of this type.
public macro fun max_value(): u32 { 0xFFFF_FFFF }

/// `f(start), …, f(stop - 1)`.
public macro fun range_do<$R: drop>($start: u32, $stop: u32, $f: |u32| -> $R) {
    std::macros::range_do!($start, $stop, $f)
}

/// `f(start), …, f(stop)`.
public macro fun range_do_eq<$R: drop>($start: u32, $stop: u32, $f: |u32| -> $R) {
    std::macros::range_do_eq!($start, $stop, $f)
}

/// `f(0), …, f(stop - 1)`.
public macro fun do<$R: drop>($stop: u32, $f: |u32| -> $R) {
    std::macros::do!($stop, $f)
}

/// `f(0), …, f(stop)`.
public macro fun do_eq<$R: drop>($stop: u32, $f: |u32| -> $R) {
    std::macros::do_eq!($stop, $f)
}
