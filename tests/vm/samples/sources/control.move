/// Branches, loops, calls and aborts.
module samples::control;

const ETooSmall: u64 = 42;
#[error]
const ENamed: vector<u8> = b"a named error";

public fun sum_to(n: u64): u64 {
    let mut sum = 0;
    let mut i = 0;
    while (i < n) {
        i = i + 1;
        if (i % 2 == 0) continue;
        if (i > 1000) break;
        sum = sum + i;
    };
    sum
}

public fun nested(n: u64): u64 {
    let mut count = 0;
    'outer: loop {
        let mut j = 0;
        loop {
            if (count >= n) break 'outer;
            if (j == 3) break;
            j = j + 1;
            count = count + j;
        };
        count = count + 1;
    };
    count
}

public fun fibonacci(n: u64): u64 { if (n < 2) n else fibonacci(n - 1) + fibonacci(n - 2) }

/// Calls itself `n` deep.
public fun depth(n: u64): u64 { if (n == 0) 0 else 1 + depth(n - 1) }

public fun is_even(n: u64): bool { n == 0 || is_odd(n - 1) }

fun is_odd(n: u64): bool { n != 0 && is_even(n - 1) }

public fun forever(): u64 {
    loop {}
}

public fun at_least_ten(n: u64): u64 {
    assert!(n >= 10, ETooSmall);
    n
}

public fun named_abort() { abort ENamed }

public fun calls_abort(n: u64): u64 { at_least_ten(n) + 1 }

public fun several(a: u64, b: bool): (bool, u64, vector<u8>) { (!b, a + 1, b"xyz") }

public fun uses_several(a: u64): u64 {
    let (flag, number, bytes) = several(a, false);
    if (flag) number + bytes.length() else 0
}
