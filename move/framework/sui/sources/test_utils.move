#[test_only]
/// More helpers of unit tests.
module sui::test_utils;

/// Prints text.
public fun print(text: vector<u8>) { std::debug::print(&text.to_string()) }

public fun assert_eq<T: drop>(t1: T, t2: T) { assert_ref_eq(&t1, &t2) }

/// Aborts, after printing both sides, unless the two are equal.
public fun assert_ref_eq<T>(t1: &T, t2: &T) { std::unit_test::assert_ref_eq!(t1, t2) }

/// Aborts unless both hold the same elements the same number of times, in any order.
public fun assert_same_elems<T: drop>(v1: vector<T>, v2: vector<T>) {
    assert!(v1.length() == v2.length());
    v1.do_ref!(|element| {
        let in_first = v1.count!(|other| other == element);
        let in_second = v2.count!(|other| other == element);
        assert!(in_first == in_second);
    })
}

/// A one-time witness such as publication makes.
public native fun create_one_time_witness<T: drop>(): T;

/// Removes any value, whatever its abilities.
public fun destroy<T>(x: T) { std::unit_test::destroy(x) }
