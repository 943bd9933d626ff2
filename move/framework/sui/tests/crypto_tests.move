/// Signatures and groups. Those of BLS12-381 need a machine that really computes them.
#[test_only]
module sui::crypto_tests;

use std::unit_test::assert_eq;
use sui::bls12381;
use sui::ecvrf::ecvrf_verify;
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

#[test, ext(needs_bls)]
fun scalars_are_a_field() {
    let (two, three) = (bls12381::scalar_from_u64(2), bls12381::scalar_from_u64(3));
    let (zero, one) = (bls12381::scalar_zero(), bls12381::scalar_one());
    let five = bls12381::scalar_add(&two, &three);
    assert!(group_ops::equal(&five, &bls12381::scalar_from_u64(5)));
    assert!(group_ops::equal(&bls12381::scalar_sub(&three, &two), &one));
    assert!(group_ops::equal(&bls12381::scalar_mul(&two, &three), &bls12381::scalar_from_u64(6)));
    assert!(group_ops::equal(&bls12381::scalar_div(&two, &bls12381::scalar_from_u64(6)), &three));
    assert!(group_ops::equal(&bls12381::scalar_mul(&bls12381::scalar_inv(&three), &three), &one));
    assert!(group_ops::equal(&bls12381::scalar_add(&bls12381::scalar_neg(&five), &five), &zero));
    // The order of the groups, less one, is minus one.
    let bytes = x"73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000";
    assert!(group_ops::equal(&bls12381::scalar_from_bytes(&bytes), &bls12381::scalar_neg(&one)));
}

#[test, ext(needs_bls), expected_failure(abort_code = group_ops::EInvalidInput)]
fun scalar_as_large_as_the_order() {
    bls12381::scalar_from_bytes(&x"73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
}

#[test, ext(needs_bls), expected_failure(abort_code = group_ops::EInvalidInput)]
fun division_by_zero() { bls12381::scalar_div(&bls12381::scalar_zero(), &bls12381::scalar_one()); }

#[test, ext(needs_bls)]
fun groups_by_their_laws() {
    let (two, three) = (bls12381::scalar_from_u64(2), bls12381::scalar_from_u64(3));
    let (p, q) = (bls12381::g1_generator(), bls12381::g2_generator());
    let thrice = bls12381::g1_mul(&three, &p);
    assert!(group_ops::equal(&bls12381::g1_div(&three, &thrice), &p));
    assert!(group_ops::equal(&bls12381::g1_add(&thrice, &bls12381::g1_neg(&thrice)), &bls12381::g1_identity()));
    let sum = bls12381::g1_multi_scalar_multiplication(&vector[two, three], &vector[p, thrice]);
    assert!(group_ops::equal(&sum, &bls12381::g1_mul(&bls12381::scalar_from_u64(11), &p)));
    let twice = bls12381::g2_mul(&two, &q);
    assert!(group_ops::equal(&bls12381::g2_add(&q, &q), &twice));
    assert!(group_ops::equal(&bls12381::g2_sub(&twice, &q), &bls12381::g2_div(&two, &twice)));
    assert!(group_ops::equal(&bls12381::g2_add(&q, &bls12381::g2_neg(&q)), &bls12381::g2_identity()));
    assert!(group_ops::equal(&bls12381::g2_from_bytes(twice.bytes()), &twice));
    let pairs = bls12381::g2_multi_scalar_multiplication(&vector[two, three], &vector[q, q]);
    assert!(group_ops::equal(&pairs, &bls12381::g2_mul(&bls12381::scalar_from_u64(5), &q)));
}

#[test, ext(needs_bls)]
fun hashing_to_a_group_gives_elements() {
    let first = bls12381::hash_to_g1(&b"first");
    assert!(group_ops::equal(&bls12381::g1_from_bytes(first.bytes()), &first));
    assert!(!group_ops::equal(&first, &bls12381::hash_to_g1(&b"second")));
    let other = bls12381::hash_to_g2(&b"first");
    assert!(group_ops::equal(&bls12381::g2_from_bytes(other.bytes()), &other));
}

#[test, ext(needs_bls), expected_failure(abort_code = group_ops::EInvalidInput)]
fun fewer_scalars_than_elements() {
    let p = bls12381::g1_generator();
    bls12381::g1_multi_scalar_multiplication(&vector[bls12381::scalar_one()], &vector[p, p]);
}

#[test, ext(needs_bls)]
fun pairings_are_bilinear() {
    let (two, three) = (bls12381::scalar_from_u64(2), bls12381::scalar_from_u64(3));
    let (p, q, e) = (bls12381::g1_generator(), bls12381::g2_generator(), bls12381::gt_generator());
    assert!(group_ops::equal(&bls12381::pairing(&p, &q), &e));
    let left = bls12381::pairing(&bls12381::g1_mul(&two, &p), &bls12381::g2_mul(&three, &q));
    let six = bls12381::gt_mul(&bls12381::scalar_mul(&two, &three), &e);
    assert!(group_ops::equal(&left, &six));
    let twice = bls12381::gt_add(&e, &e);
    assert!(group_ops::equal(&bls12381::gt_div(&three, &six), &twice));
    assert!(group_ops::equal(&bls12381::gt_sub(&twice, &e), &e));
    assert!(group_ops::equal(&bls12381::gt_add(&e, &bls12381::gt_neg(&e)), &bls12381::gt_identity()));
    let nothing = bls12381::pairing(&bls12381::g1_identity(), &q);
    assert!(group_ops::equal(&nothing, &bls12381::gt_identity()));
}

#[test, ext(needs_bls), expected_failure(abort_code = group_ops::EInvalidInput)]
fun division_of_a_pairing_by_zero() { bls12381::gt_div(&bls12381::scalar_zero(), &bls12381::gt_generator()); }

const VRF_KEY: vector<u8> = x"7c84bb49e043d0a6a4f89be53bf32f9f0d8593aab0ff4f3b49ceb57705159742";
const VRF_PROOF: vector<u8> =
    x"7c51a566a2fa018c2e13a94843c855700ac22ec42f3b1b5fd3021e65b1cbb31591240a52631e702b9969714af102745ab7bb94b660614bc04a16ccc4ceb5a9576a077b763d567b1a197daef0527e2d0e";
const VRF_OUTPUT: vector<u8> =
    x"3a492303c92708822d0dfca94f23df07e50847fb10c9e336a098231c40c152d72accf10d008915357c59faf11c011a5cca705cf43236362531de7ddf4b4a771a";

#[test]
fun random_function_is_verified() {
    assert!(ecvrf_verify(&VRF_OUTPUT, &b"Hello, world!", &VRF_KEY, &VRF_PROOF));
    assert!(!ecvrf_verify(&VRF_OUTPUT, &b"Hello", &VRF_KEY, &VRF_PROOF));
    let mut output = VRF_OUTPUT;
    output.reverse();
    assert!(!ecvrf_verify(&output, &b"Hello, world!", &VRF_KEY, &VRF_PROOF));
    let mut proof = VRF_PROOF;
    *&mut proof[32] = 0; // of the challenge
    assert!(!ecvrf_verify(&VRF_OUTPUT, &b"Hello, world!", &VRF_KEY, &proof));
    let proof = VRF_PROOF;
    let identity = vector::tabulate!(32, |_| 0u8);
    assert!(!ecvrf_verify(&VRF_OUTPUT, &b"Hello, world!", &identity, &proof));
}

#[test, expected_failure(abort_code = 1, location = sui::ecvrf)]
fun random_output_of_another_size() { ecvrf_verify(&b"short", &b"", &VRF_KEY, &VRF_PROOF); }

#[test, expected_failure(abort_code = 2, location = sui::ecvrf)]
fun random_function_of_no_key() { ecvrf_verify(&VRF_OUTPUT, &b"", &vector::tabulate!(32, |_| 1u8), &VRF_PROOF); }

#[test, expected_failure(abort_code = 3, location = sui::ecvrf)]
fun proof_that_is_too_short() {
    let mut proof = VRF_PROOF;
    proof.pop_back();
    ecvrf_verify(&VRF_OUTPUT, &b"", &VRF_KEY, &proof);
}

#[test, expected_failure(abort_code = 3, location = sui::ecvrf)]
fun proof_with_a_scalar_above_the_order() {
    let mut proof = VRF_PROOF;
    *&mut proof[79] = 255;
    ecvrf_verify(&VRF_OUTPUT, &b"", &VRF_KEY, &proof);
}
