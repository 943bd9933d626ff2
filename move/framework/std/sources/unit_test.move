/// Helpers of unit tests.
#[test_only]
module std::unit_test;

/// Called by code the compiler adds to every module in test mode, so that test bytecode can never be published.
public native fun poison();

/// Removes any value, whatever its abilities.
public native fun destroy<T>(x: T);

/// Aborts, after printing both sides, unless the two values are equal.
public macro fun assert_eq<$T: drop>($t1: $T, $t2: $T) {
    let left = $t1;
    let right = $t2;
    assert_ref_eq!(&left, &right);
}

/// Aborts, after printing both sides, unless the two values referred to are equal.
public macro fun assert_ref_eq<$T>($t1: &$T, $t2: &$T) {
    let left = $t1;
    let right = $t2;
    if (left != right) {
        std::debug::print(&b"assertion failed, left and right differ".to_string());
        std::debug::print(left);
        std::debug::print(right);
        abort
    }
}
