/// Arithmetic and loops over `u16`.
#[defines_primitive(u16)]
module std::u16;

use std::string::String;

public use fun divide_and_round_up as u16.div_ceil;

/// All bits turned.
public fun bitwise_not(x: u16): u16 { x ^ max_value!() }

public fun max(x: u16, y: u16): u16 { std::macros::num_max!(x, y) }

public fun min(x: u16, y: u16): u16 { std::macros::num_min!(x, y) }

/// The distance between two numbers.
public fun diff(x: u16, y: u16): u16 { std::macros::num_diff!(x, y) }

/// The quotient, rounded up. Fails at run time when `y` is zero.
public fun divide_and_round_up(x: u16, y: u16): u16 { std::macros::num_divide_and_round_up!(x, y) }

/// Fails at run time when the result does not fit.
public fun pow(base: u16, exponent: u8): u16 { std::macros::num_pow!(base, exponent) }

/// The square root, rounded down.
public fun sqrt(x: u16): u16 { std::macros::num_sqrt!<u16, u32>(x, 16) }

/// `none` when the number does not fit.
public fun try_as_u8(x: u16): Option<u8> { std::macros::try_as_u8!(x) }

/// The decimal digits.
public fun to_string(x: u16): String { std::macros::num_to_string!(x) }

/// The largest number of this type.
public macro fun max_value(): u16 { 0xFFFF }

/// `f(start), …, f(stop - 1)`.
public macro fun range_do<$R: drop>($start: u16, $stop: u16, $f: |u16| -> $R) {
    std::macros::range_do!($start, $stop, $f)
}

/// `f(start), …, f(stop)`.
public macro fun range_do_eq<$R: drop>($start: u16, $stop: u16, $f: |u16| -> $R) {
    std::macros::range_do_eq!($start, $stop, $f)
}

/// `f(0), …, f(stop - 1)`.
public macro fun do<$R: drop>($stop: u16, $f: |u16| -> $R) {
    std::macros::do!($stop, $f)
}

/// `f(0), …, f(stop)`.
public macro fun do_eq<$R: drop>($stop: u16, $f: |u16| -> $R) {
    std::macros::do_eq!($stop, $f)
}
