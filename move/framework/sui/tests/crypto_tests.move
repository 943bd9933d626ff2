/// Signatures and groups. Those of BLS12-381 need a machine that really computes them.
#[test_only]
module sui::crypto_tests;

use std::unit_test::assert_eq;
use sui::bls12381;
use sui::ed25519;
use sui::group_ops;
use sui::hash;

const G1: vector<u8> =
    x"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
/// Twice the generator of G1.
const TWO_G1: vector<u8> =
    x"a572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e";

/// Test 1 of RFC 8032.
#[test]
fun ed25519_of_the_standard() {
    let public_key = x"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let mut signature =
        x"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    assert!(ed25519::ed25519_verify(&signature, &public_key, &b""));
    assert!(!ed25519::ed25519_verify(&signature, &public_key, &b"x"));
    signature.pop_back();
    assert!(!ed25519::ed25519_verify(&signature, &public_key, &b""));
}

#[test]
fun digests_of_nothing() {
    assert_eq!(
        hash::blake2b256(&b""),
        x"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
    );
    assert_eq!(hash::keccak256(&b""), x"c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assert_eq!(std::hash::sha2_256(b""), x"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(std::hash::sha3_256(b""), x"a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
}

#[test, ext(needs_bls)]
fun sums_in_g1() {
    let generator = bls12381::g1_from_bytes(&G1);
    assert!(group_ops::equal(&generator, &bls12381::g1_generator()));
    let twice = bls12381::g1_add(&generator, &generator);
    assert_eq!(*twice.bytes(), TWO_G1);
    assert!(group_ops::equal(&bls12381::g1_sub(&twice, &generator), &generator));
    assert!(group_ops::equal(&bls12381::g1_mul(&bls12381::scalar_from_u64(2), &generator), &twice));
    let uncompressed = bls12381::g1_to_uncompressed_g1(&generator);
    assert_eq!(uncompressed.bytes().length(), 96);
    let sum = bls12381::uncompressed_g1_sum(&vector[uncompressed, uncompressed]);
    assert_eq!(*bls12381::uncompressed_g1_to_g1(&sum).bytes(), TWO_G1);
    let nothing = bls12381::uncompressed_g1_sum(&vector[]);
    assert!(group_ops::equal(&bls12381::uncompressed_g1_to_g1(&nothing), &bls12381::g1_identity()));
}

#[test, ext(needs_bls), expected_failure(abort_code = group_ops::EInvalidInput)]
fun bytes_that_are_no_element() { bls12381::g1_from_bytes(&b"not an element of the group, whatever it may look"); }

#[test, ext(needs_bls)]
fun signature_of_nobody() {
    let mut key = G1;
    let signature = vector::tabulate!(96, |_| 0u8);
    assert!(!bls12381::bls12381_min_pk_verify(&signature, &key, &b"message"));
    key.pop_back();
    assert!(!bls12381::bls12381_min_pk_verify(&signature, &key, &b"message"));
}
