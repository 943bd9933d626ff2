#[test_only]
module std::text_tests;

use std::ascii;
use std::type_name;
use std::unit_test::assert_eq;

public struct Marker<phantom T> {}

#[test]
fun strings() {
    let text = b"grüße".to_string();
    assert_eq!(text.length(), 7);
    assert_eq!(text.substring(0, 2), b"gr".to_string());
    assert_eq!(text.index_of(&b"e".to_string()), 6);
    assert_eq!(text.index_of(&b"x".to_string()), 7);
    let mut ab = b"ab".to_string();
    ab.insert(1, b"--".to_string());
    assert_eq!(ab, b"a--b".to_string());
    assert!(x"ff".try_to_string().is_none());
}

#[test]
fun ascii_strings() {
    let text = b"Walrus".to_ascii_string();
    assert_eq!(text.to_lowercase(), b"walrus".to_ascii_string());
    assert_eq!(text.to_uppercase(), b"WALRUS".to_ascii_string());
    assert_eq!(text.index_of(&b"rus".to_ascii_string()), 3);
    assert_eq!(text.index_of(&b"x".to_ascii_string()), 6);
    assert_eq!(text.to_string(), b"Walrus".to_string());
    assert!(ascii::try_string(x"80").is_none());
}

#[test]
fun names_of_types() {
    let name = type_name::with_defining_ids<Marker<vector<u8>>>();
    let prefix = b"0000000000000000000000000000000000000000000000000000000000000001";
    assert_eq!(name.address_string(), prefix.to_ascii_string());
    assert_eq!(name.module_string(), b"text_tests".to_ascii_string());
    let mut full = prefix;
    full.append(b"::text_tests::Marker<vector<u8>>");
    assert_eq!(name.into_string(), full.to_ascii_string());
    assert!(type_name::with_defining_ids<vector<Marker<u8>>>().is_primitive());
    assert!(!name.is_primitive());
}

#[test, expected_failure(abort_code = 2, location = std::string)]
fun substring_inside_a_character() { b"ü".to_string().substring(0, 1); }

#[test, expected_failure(abort_code = 1, location = std::string)]
fun bytes_that_are_not_utf8() { x"c0".to_string(); }

#[test, expected_failure(abort_code = 0x10000, location = std::ascii)]
fun bytes_that_are_not_ascii() { x"80".to_ascii_string(); }

// Tests of other packages name these constants, so their names are part of the interface.
#[test, expected_failure(abort_code = std::string::EInvalidUTF8)]
fun string_of_other_bytes() { b"\xff".to_string(); }

#[test, expected_failure(abort_code = std::string::EInvalidIndex)]
fun substring_beyond_the_end() { b"ab".to_string().substring(1, 3); }

#[test, expected_failure(abort_code = ascii::EInvalidASCIICharacter)]
fun ascii_of_other_bytes() { b"\xff".to_ascii_string(); }
