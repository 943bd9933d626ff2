/// Operations in groups of prime order, by group number and encoded elements.
module sui::group_ops;

use std::bcs;

/// The operation is not there for this group.
#[allow(unused_const)]
const ENotSupported: u64 = 0;
/// Bytes that are not an element, or no elements at all.
const EInvalidInput: u64 = 1;
/// More elements than an operation takes.
#[allow(unused_const)]
const EInputTooLong: u64 = 2;
/// The buffer is shorter than the number put in front of it.
const EInvalidBufferLength: u64 = 3;

/// An element of group `T`, in the group's encoding.
public struct Element<phantom T> has copy, drop, store { bytes: vector<u8> }

public fun bytes<G>(e: &Element<G>): &vector<u8> { &e.bytes }

public fun equal<G>(e1: &Element<G>, e2: &Element<G>): bool { &e1.bytes == &e2.bytes }

/// Checks `bytes` unless they are trusted. Aborts with `EInvalidInput`.
public(package) fun from_bytes<G>(type_: u8, bytes: vector<u8>, is_trusted: bool): Element<G> {
    assert!(is_trusted || internal_validate(type_, &bytes), EInvalidInput);
    Element { bytes }
}

public(package) fun add<G>(type_: u8, e1: &Element<G>, e2: &Element<G>): Element<G> {
    Element { bytes: internal_add(type_, &e1.bytes, &e2.bytes) }
}

public(package) fun sub<G>(type_: u8, e1: &Element<G>, e2: &Element<G>): Element<G> {
    Element { bytes: internal_sub(type_, &e1.bytes, &e2.bytes) }
}

public(package) fun mul<S, G>(type_: u8, scalar: &Element<S>, e: &Element<G>): Element<G> {
    Element { bytes: internal_mul(type_, &scalar.bytes, &e.bytes) }
}

/// Aborts with `EInvalidInput` when the scalar is zero.
public(package) fun div<S, G>(type_: u8, scalar: &Element<S>, e: &Element<G>): Element<G> {
    Element { bytes: internal_div(type_, &scalar.bytes, &e.bytes) }
}

public(package) fun hash_to<G>(type_: u8, m: &vector<u8>): Element<G> {
    Element { bytes: internal_hash_to(type_, m) }
}

/// The sum of `scalars[i] * elements[i]`. Aborts with `EInvalidInput` unless there are as many of both, and some.
public(package) fun multi_scalar_multiplication<S, G>(
    type_: u8,
    scalars: &vector<Element<S>>,
    elements: &vector<Element<G>>,
): Element<G> {
    assert!(scalars.length() > 0, EInvalidInput);
    assert!(scalars.length() == elements.length(), EInvalidInput);
    Element { bytes: internal_multi_scalar_mul(type_, &concatenated!(scalars), &concatenated!(elements)) }
}

public(package) fun pairing<G1, G2, G3>(type_: u8, e1: &Element<G1>, e2: &Element<G2>): Element<G3> {
    Element { bytes: internal_pairing(type_, &e1.bytes, &e2.bytes) }
}

/// The same element in another group's encoding.
public(package) fun convert<From, To>(from_type_: u8, to_type_: u8, e: &Element<From>): Element<To> {
    Element { bytes: internal_convert(from_type_, to_type_, &e.bytes) }
}

/// The sum of the elements; the identity when there are none.
public(package) fun sum<G>(type_: u8, terms: &vector<Element<G>>): Element<G> {
    Element { bytes: internal_sum(type_, &terms.map_ref!(|term| term.bytes)) }
}

native fun internal_validate(type_: u8, bytes: &vector<u8>): bool;

native fun internal_add(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;

native fun internal_sub(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;

native fun internal_mul(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;

native fun internal_div(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;

native fun internal_hash_to(type_: u8, m: &vector<u8>): vector<u8>;

native fun internal_multi_scalar_mul(type_: u8, scalars: &vector<u8>, elements: &vector<u8>): vector<u8>;

native fun internal_pairing(type_: u8, e1: &vector<u8>, e2: &vector<u8>): vector<u8>;

native fun internal_convert(from_type_: u8, to_type_: u8, e: &vector<u8>): vector<u8>;

native fun internal_sum(type_: u8, e: &vector<vector<u8>>): vector<u8>;

/// Writes a number into a buffer: the last eight bytes in big-endian order, or the first eight in little-endian.
public(package) fun set_as_prefix(x: u64, big_endian: bool, buffer: &mut vector<u8>) {
    let buffer_len = buffer.length();
    assert!(buffer_len > 7, EInvalidBufferLength);
    let x_as_bytes = bcs::to_bytes(&x);
    8u64.do!(|i| {
        let position = if (big_endian) buffer_len - i - 1 else i;
        *(&mut buffer[position]) = x_as_bytes[i];
    })
}

macro fun concatenated<$G>($elements: &vector<Element<$G>>): vector<u8> {
    let mut joined = vector[];
    let elements = $elements;
    elements.do_ref!(|element| joined.append(element.bytes));
    joined
}
