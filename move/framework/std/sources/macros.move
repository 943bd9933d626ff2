/// What the integer modules share, written once for all widths.
module std::macros;

use std::string::String;

public macro fun num_max<$T>($x: $T, $y: $T): $T {
    let x = $x;
    let y = $y;
    if (x > y) x else y
}

public macro fun num_min<$T>($x: $T, $y: $T): $T {
    let x = $x;
    let y = $y;
    if (x < y) x else y
}

/// The distance between two numbers.
public macro fun num_diff<$T>($x: $T, $y: $T): $T {
    let x = $x;
    let y = $y;
    if (x > y) x - y else y - x
}

/// The quotient, rounded up. Fails at run time when `y` is zero.
public macro fun num_divide_and_round_up<$T>($x: $T, $y: $T): $T {
    let x = $x;
    let y = $y;
    if (x % y == 0) x / y else x / y + 1
}

/// `base` to the power `exponent`, by squaring. Fails at run time when the result does not fit.
public macro fun num_pow<$T>($base: $T, $exponent: u8): $T {
    let mut base = $base;
    let mut exponent = $exponent;
    let mut result = 1;
    while (exponent >= 1) {
        if (exponent % 2 == 0) {
            base = base * base;
            exponent = exponent / 2;
        } else {
            result = result * base;
            exponent = exponent - 1;
        }
    };
    result
}

/// The square root, rounded down, found bit by bit; `$U` is twice as wide as `$T`, which has `bitsize` bits.
public macro fun num_sqrt<$T, $U>($x: $T, $bitsize: u8): $T {
    let x = $x;
    let mut bit = (1: $U) << ($bitsize - 2);
    let mut rest = x as $U;
    let mut root = (0: $U);
    while (bit != 0) {
        if (rest >= root + bit) {
            rest = rest - (root + bit);
            root = (root >> 1) + bit;
        } else {
            root = root >> 1;
        };
        bit = bit >> 2;
    };
    root as $T
}

/// The decimal digits.
public macro fun num_to_string<$T>($x: $T): String {
    let mut x = $x;
    let mut digits = vector[];
    loop {
        digits.push_back(((x % 10) as u8) + 48);
        x = x / 10;
        if (x == 0) break
    };
    digits.reverse();
    digits.to_string()
}

/// `f(start), …, f(stop - 1)`.
public macro fun range_do<$T, $R: drop>($start: $T, $stop: $T, $f: |$T| -> $R) {
    let mut i = $start;
    let stop = $stop;
    while (i < stop) {
        $f(i);
        i = i + 1;
    }
}

/// `f(start), …, f(stop)`, also when `stop` is the largest number.
public macro fun range_do_eq<$T, $R: drop>($start: $T, $stop: $T, $f: |$T| -> $R) {
    let mut i = $start;
    let stop = $stop;
    // The counter is not raised after the last round, where it could overflow.
    if (i <= stop) loop {
        $f(i);
        if (i >= stop) break;
        i = i + 1;
    }
}

/// `f(0), …, f(stop - 1)`.
public macro fun do<$T, $R: drop>($stop: $T, $f: |$T| -> $R) {
    range_do!(0, $stop, $f);
}

/// `f(0), …, f(stop)`.
public macro fun do_eq<$T, $R: drop>($stop: $T, $f: |$T| -> $R) {
    range_do_eq!(0, $stop, $f);
}

public macro fun try_as_u8<$T>($x: $T): Option<u8> {
    let x = $x;
    if (x > 0xFF) option::none() else option::some(x as u8)
}

public macro fun try_as_u16<$T>($x: $T): Option<u16> {
    let x = $x;
    if (x > 0xFFFF) option::none() else option::some(x as u16)
}

public macro fun try_as_u32<$T>($x: $T): Option<u32> {
    let x = $x;
    if (x > 0xFFFF_FFFF) option::none() else option::some(x as u32)
}

public macro fun try_as_u64<$T>($x: $T): Option<u64> {
    let x = $x;
    if (x > 0xFFFF_FFFF_FFFF_FFFF) option::none() else option::some(x as u64)
}

public macro fun try_as_u128<$T>($x: $T): Option<u128> {
    let x = $x;
    if (x > 0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF) option::none() else option::some(x as u128)
}
