/// Reading values out of their canonical bytes, front to back.
module sui::bcs;

use std::bcs;
use sui::address;

/// There are fewer bytes left than the value needs.
const EOutOfRange: u64 = 0;
/// A boolean that is neither 0 nor 1.
const ENotBool: u64 = 1;
/// A length of more than five groups of seven bits.
const ELenOutOfRange: u64 = 2;

/// What is still to be read, last byte first, so that taking from the front is cheap.
public struct BCS has copy, drop, store { bytes: vector<u8> }

/// The canonical bytes of a value.
public fun to_bytes<T>(value: &T): vector<u8> { bcs::to_bytes(value) }

/// A reader over `bytes`.
public fun new(mut bytes: vector<u8>): BCS {
    bytes.reverse();
    BCS { bytes }
}

/// What is left, in its order.
public fun into_remainder_bytes(bcs: BCS): vector<u8> {
    let BCS { mut bytes } = bcs;
    bytes.reverse();
    bytes
}

/// Aborts with `EOutOfRange`.
public fun peel_address(bcs: &mut BCS): address {
    assert!(bcs.bytes.length() >= address::length(), EOutOfRange);
    address::from_bytes(vector::tabulate!(address::length(), |_| bcs.bytes.pop_back()))
}

/// Aborts with `EOutOfRange` or `ENotBool`.
public fun peel_bool(bcs: &mut BCS): bool {
    match (bcs.peel_u8()) {
        0 => false,
        1 => true,
        _ => abort ENotBool,
    }
}

/// Aborts with `EOutOfRange`.
public fun peel_u8(bcs: &mut BCS): u8 {
    assert!(bcs.bytes.length() >= 1, EOutOfRange);
    bcs.bytes.pop_back()
}

/// Aborts with `EOutOfRange`.
public fun peel_u16(bcs: &mut BCS): u16 { peel_num!(bcs, 2) }

/// Aborts with `EOutOfRange`.
public fun peel_u32(bcs: &mut BCS): u32 { peel_num!(bcs, 4) }

/// Aborts with `EOutOfRange`.
public fun peel_u64(bcs: &mut BCS): u64 { peel_num!(bcs, 8) }

/// Aborts with `EOutOfRange`.
public fun peel_u128(bcs: &mut BCS): u128 { peel_num!(bcs, 16) }

/// Aborts with `EOutOfRange`.
public fun peel_u256(bcs: &mut BCS): u256 { peel_num!(bcs, 32) }

/// The length in front of a vector, in ULEB128.
/// Aborts with `ELenOutOfRange`, or as `vector::pop_back` does when the bytes end.
public fun peel_vec_length(bcs: &mut BCS): u64 {
    let (mut total, mut shift, mut len) = (0u64, 0u8, 0u64);
    loop {
        assert!(len <= 4, ELenOutOfRange);
        let byte = bcs.bytes.pop_back() as u64;
        len = len + 1;
        total = total | ((byte & 0x7f) << shift);
        if ((byte & 0x80) == 0) break;
        shift = shift + 7;
    };
    total
}

public fun peel_vec_address(bcs: &mut BCS): vector<address> { bcs.peel_vec!(|bcs| bcs.peel_address()) }

public fun peel_vec_bool(bcs: &mut BCS): vector<bool> { bcs.peel_vec!(|bcs| bcs.peel_bool()) }

public fun peel_vec_u8(bcs: &mut BCS): vector<u8> { bcs.peel_vec!(|bcs| bcs.peel_u8()) }

public fun peel_vec_vec_u8(bcs: &mut BCS): vector<vector<u8>> { bcs.peel_vec!(|bcs| bcs.peel_vec_u8()) }

public fun peel_vec_u16(bcs: &mut BCS): vector<u16> { bcs.peel_vec!(|bcs| bcs.peel_u16()) }

public fun peel_vec_u32(bcs: &mut BCS): vector<u32> { bcs.peel_vec!(|bcs| bcs.peel_u32()) }

public fun peel_vec_u64(bcs: &mut BCS): vector<u64> { bcs.peel_vec!(|bcs| bcs.peel_u64()) }

public fun peel_vec_u128(bcs: &mut BCS): vector<u128> { bcs.peel_vec!(|bcs| bcs.peel_u128()) }

public fun peel_vec_u256(bcs: &mut BCS): vector<u256> { bcs.peel_vec!(|bcs| bcs.peel_u256()) }

/// Which variant of an enum follows. Aborts with `EOutOfRange` or as `peel_vec_length` does.
public fun peel_enum_tag(bcs: &mut BCS): u32 {
    let tag = bcs.peel_vec_length();
    assert!(tag <= (std::u32::max_value!() as u64), EOutOfRange);
    tag as u32
}

public fun peel_option_address(bcs: &mut BCS): Option<address> { bcs.peel_option!(|bcs| bcs.peel_address()) }

public fun peel_option_bool(bcs: &mut BCS): Option<bool> { bcs.peel_option!(|bcs| bcs.peel_bool()) }

public fun peel_option_u8(bcs: &mut BCS): Option<u8> { bcs.peel_option!(|bcs| bcs.peel_u8()) }

public fun peel_option_u16(bcs: &mut BCS): Option<u16> { bcs.peel_option!(|bcs| bcs.peel_u16()) }

public fun peel_option_u32(bcs: &mut BCS): Option<u32> { bcs.peel_option!(|bcs| bcs.peel_u32()) }

public fun peel_option_u64(bcs: &mut BCS): Option<u64> { bcs.peel_option!(|bcs| bcs.peel_u64()) }

public fun peel_option_u128(bcs: &mut BCS): Option<u128> { bcs.peel_option!(|bcs| bcs.peel_u128()) }

public fun peel_option_u256(bcs: &mut BCS): Option<u256> { bcs.peel_option!(|bcs| bcs.peel_u256()) }

// === Macros ===

/// A vector whose elements `peel` reads.
public macro fun peel_vec<$T>($bcs: &mut BCS, $peel: |&mut BCS| -> $T): vector<$T> {
    let bcs = $bcs;
    vector::tabulate!(bcs.peel_vec_length(), |_| $peel(bcs))
}

/// An option whose value `peel` reads.
public macro fun peel_option<$T>($bcs: &mut BCS, $peel: |&mut BCS| -> $T): Option<$T> {
    let bcs = $bcs;
    if (bcs.peel_bool()) option::some($peel(bcs)) else option::none()
}

/// An integer of `size` bytes, in little-endian order.
macro fun peel_num<$I>($bcs: &mut BCS, $size: u64): $I {
    let bcs = $bcs;
    let size = $size;
    assert!(bcs.bytes.length() >= size, EOutOfRange);
    let mut value = (0: $I);
    size.do!(|i| {
        let byte = bcs.bytes.pop_back() as $I;
        value = value + (byte << ((i * 8) as u8));
    });
    value
}
