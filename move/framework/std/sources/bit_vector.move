/// A fixed number of bits.
module std::bit_vector;

/// A position outside the vector.
const EINDEX: u64 = 0x20000;
/// A length of zero, or above the limit.
const ELENGTH: u64 = 0x20001;

/// Vectors of this many bits and more cannot be made.
const MAX_SIZE: u64 = 1024;

public struct BitVector has copy, drop, store {
    length: u64,
    bit_field: vector<bool>,
}

/// All bits clear. Aborts with `ELENGTH` unless `0 < length < 1024`.
public fun new(length: u64): BitVector {
    assert!(length > 0, ELENGTH);
    assert!(length < MAX_SIZE, ELENGTH);
    BitVector { length, bit_field: vector::tabulate!(length, |_| false) }
}

/// Aborts with `EINDEX`.
public fun set(bitvector: &mut BitVector, bit_index: u64) {
    assert!(bit_index < bitvector.bit_field.length(), EINDEX);
    *(&mut bitvector.bit_field[bit_index]) = true
}

/// Aborts with `EINDEX`.
public fun unset(bitvector: &mut BitVector, bit_index: u64) {
    assert!(bit_index < bitvector.bit_field.length(), EINDEX);
    *(&mut bitvector.bit_field[bit_index]) = false
}

/// Moves every bit to a position `amount` smaller; those below zero are lost, clear ones follow.
public fun shift_left(bitvector: &mut BitVector, amount: u64) {
    let length = bitvector.length;
    bitvector.bit_field = vector::tabulate!(
        length,
        |i| amount < length && i < length - amount && bitvector.bit_field[i + amount],
    )
}

/// Aborts with `EINDEX`.
public fun is_index_set(bitvector: &BitVector, bit_index: u64): bool {
    assert!(bit_index < bitvector.bit_field.length(), EINDEX);
    bitvector.bit_field[bit_index]
}

public fun length(bitvector: &BitVector): u64 { bitvector.bit_field.length() }

/// How many bits are set from `start_index` on, up to the first clear one. Aborts with `EINDEX`.
public fun longest_set_sequence_starting_at(bitvector: &BitVector, start_index: u64): u64 {
    assert!(start_index < bitvector.length, EINDEX);
    let mut index = start_index;
    while (index < bitvector.length && bitvector.bit_field[index]) index = index + 1;
    index - start_index
}
