/// Conversions of addresses.
#[defines_primitive(address)]
module sui::address;

use std::ascii;
use std::bcs;
use std::string;
use sui::hex;

public use fun sui::object::id_from_address as address.to_id;

/// Bytes or text that are not an address.
const EAddressParseError: u64 = 0;

const LENGTH: u64 = 32;
const MAX: u256 = 0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF;

/// The address as a big-endian number.
public native fun to_u256(a: address): u256;

public native fun from_u256(n: u256): address;

/// Aborts with `EAddressParseError` unless there are 32 bytes.
public native fun from_bytes(bytes: vector<u8>): address;

public fun to_bytes(a: address): vector<u8> { bcs::to_bytes(&a) }

/// 64 hex digits, without `0x`.
public fun to_ascii_string(a: address): ascii::String { hex::encode(a.to_bytes()).to_ascii_string() }

/// 64 hex digits, without `0x`.
public fun to_string(a: address): string::String { a.to_ascii_string().to_string() }

/// From 64 hex digits, without `0x`. Aborts with `EAddressParseError`.
public fun from_ascii_bytes(bytes: &vector<u8>): address {
    assert!(bytes.length() == 2 * LENGTH, EAddressParseError);
    let mut number = 0u256;
    bytes.do_ref!(|digit| number = (number << 4) | (hex_value(*digit) as u256));
    from_u256(number)
}

public fun length(): u64 { LENGTH }

/// The largest address as a number.
public fun max(): u256 { MAX }

fun hex_value(c: u8): u8 {
    if (c >= 48 && c <= 57) c - 48
    else if (c >= 65 && c <= 70) c - 55
    else if (c >= 97 && c <= 102) c - 87
    else abort EAddressParseError
}
