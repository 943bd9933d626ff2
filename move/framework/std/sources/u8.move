/// Arithmetic and loops over `u8`.
#[defines_primitive(u8)]
module std::u8;

use std::string::String;

public use fun divide_and_round_up as u8.div_ceil;

/// All bits turned.
public fun bitwise_not(x: u8): u8 { x ^ max_value!() }

public fun max(x: u8, y: u8): u8 { std::macros::num_max!(x, y) }

public fun min(x: u8, y: u8): u8 { std::macros::num_min!(x, y) }

/// The distance between two numbers.
public fun diff(x: u8, y: u8): u8 { std::macros::num_diff!(x, y) }

/// The quotient, rounded up. Fails at run time when `y` is zero.
public fun divide_and_round_up(x: u8, y: u8): u8 { std::macros::num_divide_and_round_up!(x, y) }

/// Fails at run time when the result does not fit.
public fun pow(base: u8, exponent: u8): u8 { std::macros::num_pow!(base, exponent) }

/// The square root, rounded down.
public fun sqrt(x: u8): u8 { std::macros::num_sqrt!<u8, u16>(x, 8) }

/// The decimal digits.
public fun to_string(x: u8): String { std::macros::num_to_string!(x) }

/// The largest number of this type.
public macro fun max_value(): u8 { 0xFF }

/// `f(start), …, f(stop - 1)`.
public macro fun range_do<$R: drop>($start: u8, $stop: u8, $f: |u8| -> $R) {
    std::macros::range_do!($start, $stop, $f)
}

/// `f(start), …, f(stop)`.
public macro fun range_do_eq<$R: drop>($start: u8, $stop: u8, $f: |u8| -> $R) {
    std::macros::range_do_eq!($start, $stop, $f)
}

/// `f(0), …, f(stop - 1)`.
public macro fun do<$R: drop>($stop: u8, $f: |u8| -> $R) {
    std::macros::do!($stop, $f)
}

/// `f(0), …, f(stop)`.
public macro fun do_eq<$R: drop>($stop: u8, $f: |u8| -> $R) {
    std::macros::do_eq!($stop, $f)
}
