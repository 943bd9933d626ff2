/// The groups of the pairing-friendly curve BLS12-381, and BLS signatures over it.
module sui::bls12381;

use sui::group_ops::{Self, Element};

// Group numbers the network knows.
const SCALAR_TYPE: u8 = 0;
const G1_TYPE: u8 = 1;
const G2_TYPE: u8 = 2;
const GT_TYPE: u8 = 3;
const UNCOMPRESSED_G1_TYPE: u8 = 4;

const SCALAR_ZERO_BYTES: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000000";
const SCALAR_ONE_BYTES: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000001";
const G1_IDENTITY_BYTES: vector<u8> = x"c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
const G1_GENERATOR_BYTES: vector<u8> =
    x"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
const G2_IDENTITY_BYTES: vector<u8> =
    x"c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
const G2_GENERATOR_BYTES: vector<u8> =
    x"93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8";

/// Integers modulo the order of the groups: 32 bytes, big-endian.
public struct Scalar {}

/// The curve over the base field: 48 bytes, compressed.
public struct G1 {}

/// The curve over the quadratic extension: 96 bytes, compressed.
public struct G2 {}

/// Where pairings lead: 576 bytes.
public struct GT {}

/// G1 as both coordinates: 96 bytes. Sums of many are much cheaper than in `G1`.
public struct UncompressedG1 {}

// === Signatures ===

/// Whether a signature of 48 bytes is that of a public key of 96 bytes over `msg`.
public native fun bls12381_min_sig_verify(signature: &vector<u8>, public_key: &vector<u8>, msg: &vector<u8>): bool;

/// Whether a signature of 96 bytes is that of a public key of 48 bytes over `msg`.
public native fun bls12381_min_pk_verify(signature: &vector<u8>, public_key: &vector<u8>, msg: &vector<u8>): bool;

// === Scalars ===

/// Aborts with `group_ops::EInvalidInput` unless there are 32 bytes below the order.
public fun scalar_from_bytes(bytes: &vector<u8>): Element<Scalar> { group_ops::from_bytes(SCALAR_TYPE, *bytes, false) }

public fun scalar_from_u64(x: u64): Element<Scalar> {
    let mut bytes = SCALAR_ZERO_BYTES;
    group_ops::set_as_prefix(x, true, &mut bytes);
    group_ops::from_bytes(SCALAR_TYPE, bytes, true)
}

public fun scalar_zero(): Element<Scalar> { group_ops::from_bytes(SCALAR_TYPE, SCALAR_ZERO_BYTES, true) }

public fun scalar_one(): Element<Scalar> { group_ops::from_bytes(SCALAR_TYPE, SCALAR_ONE_BYTES, true) }

public fun scalar_add(e1: &Element<Scalar>, e2: &Element<Scalar>): Element<Scalar> {
    group_ops::add(SCALAR_TYPE, e1, e2)
}

public fun scalar_sub(e1: &Element<Scalar>, e2: &Element<Scalar>): Element<Scalar> {
    group_ops::sub(SCALAR_TYPE, e1, e2)
}

public fun scalar_mul(e1: &Element<Scalar>, e2: &Element<Scalar>): Element<Scalar> {
    group_ops::mul(SCALAR_TYPE, e1, e2)
}

/// `e2 / e1`. Aborts with `group_ops::EInvalidInput` when `e1` is zero.
public fun scalar_div(e1: &Element<Scalar>, e2: &Element<Scalar>): Element<Scalar> {
    group_ops::div(SCALAR_TYPE, e1, e2)
}

public fun scalar_neg(e: &Element<Scalar>): Element<Scalar> { scalar_sub(&scalar_zero(), e) }

/// Aborts with `group_ops::EInvalidInput` when `e` is zero.
public fun scalar_inv(e: &Element<Scalar>): Element<Scalar> { scalar_div(e, &scalar_one()) }

// === G1 ===

/// Aborts with `group_ops::EInvalidInput` unless the bytes are an element.
public fun g1_from_bytes(bytes: &vector<u8>): Element<G1> { group_ops::from_bytes(G1_TYPE, *bytes, false) }

public fun g1_identity(): Element<G1> { group_ops::from_bytes(G1_TYPE, G1_IDENTITY_BYTES, true) }

public fun g1_generator(): Element<G1> { group_ops::from_bytes(G1_TYPE, G1_GENERATOR_BYTES, true) }

public fun g1_add(e1: &Element<G1>, e2: &Element<G1>): Element<G1> { group_ops::add(G1_TYPE, e1, e2) }

public fun g1_sub(e1: &Element<G1>, e2: &Element<G1>): Element<G1> { group_ops::sub(G1_TYPE, e1, e2) }

public fun g1_mul(e1: &Element<Scalar>, e2: &Element<G1>): Element<G1> { group_ops::mul(G1_TYPE, e1, e2) }

/// `e2 / e1`. Aborts with `group_ops::EInvalidInput` when `e1` is zero.
public fun g1_div(e1: &Element<Scalar>, e2: &Element<G1>): Element<G1> { group_ops::div(G1_TYPE, e1, e2) }

public fun g1_neg(e: &Element<G1>): Element<G1> { g1_sub(&g1_identity(), e) }

/// Hashes a message to an element nobody knows the logarithm of.
public fun hash_to_g1(m: &vector<u8>): Element<G1> { group_ops::hash_to(G1_TYPE, m) }

/// The sum of `scalars[i] * elements[i]`, for at most 32 of them.
/// Aborts with `group_ops::EInvalidInput` unless there are as many of both, and some.
public fun g1_multi_scalar_multiplication(
    scalars: &vector<Element<Scalar>>,
    elements: &vector<Element<G1>>,
): Element<G1> {
    group_ops::multi_scalar_multiplication(G1_TYPE, scalars, elements)
}

public fun g1_to_uncompressed_g1(e: &Element<G1>): Element<UncompressedG1> {
    group_ops::convert(G1_TYPE, UNCOMPRESSED_G1_TYPE, e)
}

// === G2 ===

/// Aborts with `group_ops::EInvalidInput` unless the bytes are an element.
public fun g2_from_bytes(bytes: &vector<u8>): Element<G2> { group_ops::from_bytes(G2_TYPE, *bytes, false) }

public fun g2_identity(): Element<G2> { group_ops::from_bytes(G2_TYPE, G2_IDENTITY_BYTES, true) }

public fun g2_generator(): Element<G2> { group_ops::from_bytes(G2_TYPE, G2_GENERATOR_BYTES, true) }

public fun g2_add(e1: &Element<G2>, e2: &Element<G2>): Element<G2> { group_ops::add(G2_TYPE, e1, e2) }

public fun g2_sub(e1: &Element<G2>, e2: &Element<G2>): Element<G2> { group_ops::sub(G2_TYPE, e1, e2) }

public fun g2_mul(e1: &Element<Scalar>, e2: &Element<G2>): Element<G2> { group_ops::mul(G2_TYPE, e1, e2) }

/// `e2 / e1`. Aborts with `group_ops::EInvalidInput` when `e1` is zero.
public fun g2_div(e1: &Element<Scalar>, e2: &Element<G2>): Element<G2> { group_ops::div(G2_TYPE, e1, e2) }

public fun g2_neg(e: &Element<G2>): Element<G2> { g2_sub(&g2_identity(), e) }

/// Hashes a message to an element nobody knows the logarithm of.
public fun hash_to_g2(m: &vector<u8>): Element<G2> { group_ops::hash_to(G2_TYPE, m) }

/// The sum of `scalars[i] * elements[i]`, for at most 32 of them.
/// Aborts with `group_ops::EInvalidInput` unless there are as many of both, and some.
public fun g2_multi_scalar_multiplication(
    scalars: &vector<Element<Scalar>>,
    elements: &vector<Element<G2>>,
): Element<G2> {
    group_ops::multi_scalar_multiplication(G2_TYPE, scalars, elements)
}

// === GT ===

public fun gt_add(e1: &Element<GT>, e2: &Element<GT>): Element<GT> { group_ops::add(GT_TYPE, e1, e2) }

public fun gt_sub(e1: &Element<GT>, e2: &Element<GT>): Element<GT> { group_ops::sub(GT_TYPE, e1, e2) }

public fun gt_mul(e1: &Element<Scalar>, e2: &Element<GT>): Element<GT> { group_ops::mul(GT_TYPE, e1, e2) }

/// `e2 / e1`. Aborts with `group_ops::EInvalidInput` when `e1` is zero.
public fun gt_div(e1: &Element<Scalar>, e2: &Element<GT>): Element<GT> { group_ops::div(GT_TYPE, e1, e2) }

public fun pairing(e1: &Element<G1>, e2: &Element<G2>): Element<GT> { group_ops::pairing(G1_TYPE, e1, e2) }

// === Uncompressed G1 ===

public fun uncompressed_g1_to_g1(e: &Element<UncompressedG1>): Element<G1> {
    group_ops::convert(UNCOMPRESSED_G1_TYPE, G1_TYPE, e)
}

/// The sum of the elements; the identity when there are none.
public fun uncompressed_g1_sum(terms: &vector<Element<UncompressedG1>>): Element<UncompressedG1> {
    group_ops::sum(UNCOMPRESSED_G1_TYPE, terms)
}
