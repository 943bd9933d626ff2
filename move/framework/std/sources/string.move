/// Strings of UTF-8 text. Positions count bytes and must lie on character boundaries.
module std::string;

use std::ascii;

/// Bytes that are not UTF-8.
const EInvalidUTF8: u64 = 1;
/// A position outside the string or inside a character.
const EInvalidIndex: u64 = 2;

/// UTF-8 text.
public struct String has copy, drop, store { bytes: vector<u8> }

/// Aborts with `EInvalidUTF8` when the bytes are not UTF-8.
public fun utf8(bytes: vector<u8>): String {
    assert!(internal_check_utf8(&bytes), EInvalidUTF8);
    String { bytes }
}

public fun from_ascii(s: ascii::String): String { String { bytes: s.into_bytes() } }

/// Aborts as `ascii::string` does when a character is not ASCII.
public fun to_ascii(s: String): ascii::String {
    let String { bytes } = s;
    bytes.to_ascii_string()
}

/// `none` when the bytes are not UTF-8.
public fun try_utf8(bytes: vector<u8>): Option<String> {
    if (internal_check_utf8(&bytes)) option::some(String { bytes }) else option::none()
}

public fun as_bytes(s: &String): &vector<u8> { &s.bytes }

public fun into_bytes(s: String): vector<u8> {
    let String { bytes } = s;
    bytes
}

public fun is_empty(s: &String): bool { s.bytes.is_empty() }

/// Bytes in the string.
public fun length(s: &String): u64 { s.bytes.length() }

public fun append(s: &mut String, r: String) { s.bytes.append(r.into_bytes()) }

/// Aborts with `EInvalidUTF8` when the bytes are not UTF-8.
public fun append_utf8(s: &mut String, bytes: vector<u8>) { s.append(utf8(bytes)) }

/// Puts `o` before position `at`. Aborts with `EInvalidIndex` for a position outside or inside a character.
public fun insert(s: &mut String, at: u64, o: String) {
    assert!(at <= s.length() && internal_is_char_boundary(&s.bytes, at), EInvalidIndex);
    let end = s.substring(at, s.length());
    let mut result = s.substring(0, at);
    result.append(o);
    result.append(end);
    *s = result;
}

/// The bytes from `i` up to, not including, `j`.
/// Aborts with `EInvalidIndex` unless `i <= j <= length` and both lie on character boundaries.
public fun substring(s: &String, i: u64, j: u64): String {
    let bytes = &s.bytes;
    assert!(
        j <= bytes.length() && i <= j && internal_is_char_boundary(bytes, i) && internal_is_char_boundary(bytes, j),
        EInvalidIndex,
    );
    String { bytes: internal_sub_string(bytes, i, j) }
}

/// Where `r` first begins in `s`; the length of `s` when it does not occur.
public fun index_of(s: &String, r: &String): u64 { internal_index_of(&s.bytes, &r.bytes) }

native fun internal_check_utf8(v: &vector<u8>): bool;

native fun internal_is_char_boundary(v: &vector<u8>, i: u64): bool;

native fun internal_sub_string(v: &vector<u8>, i: u64, j: u64): vector<u8>;

native fun internal_index_of(v: &vector<u8>, r: &vector<u8>): u64;

// === Former names ===

#[deprecated(note = b"Use `std::string::as_bytes` instead.")]
public fun bytes(s: &String): &vector<u8> { s.as_bytes() }

#[deprecated(note = b"Use `std::string::substring` instead.")]
public fun sub_string(s: &String, i: u64, j: u64): String { s.substring(i, j) }
