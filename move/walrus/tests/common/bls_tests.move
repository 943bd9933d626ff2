/// What only real BLS signatures show. Keys, signatures and the aggregate of the confirmation were made with py_ecc;
/// the message confirms the permanent blob 00 01 .. 1f in epoch 21.
#[test_only]
module walrus::bls_tests;

use std::unit_test::{assert_eq, destroy};
use sui::bls12381;
use walrus::bls;
use walrus::bls_aggregate::{Self, BlsCommittee};
use walrus::node_metadata;
use walrus::staking_pool;
use walrus::storage_node::StorageNodeCap;
use walrus::test_network::{Self, Network};

const KEY_0: vector<u8> =
    x"95a254501b7733239ed3cec4d56737977bd09ede881d8a234560e83e5525017add3b1dcc3eabfb85e12a4131b19c253b";
const KEY_1: vector<u8> =
    x"ac80a5e08c712d5f08f0306ad743f7d8c215d982489b84a1d6ba805733d94c006e8938f9089a75db3ffa135af33bc69a";
const KEY_2: vector<u8> =
    x"96df714a5cc9ddd2298546dce3d6d3827762a6d5b1c2a91e5ca93c9c898b1b4319cc105c493212a55b63080732ec2249";
const MESSAGE: vector<u8> = x"01000315000000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00";
/// Key 0 over the message.
const SIGNATURE_0: vector<u8> =
    x"acbc1de8073ddc96bdde5701ca35553802ea606b274da863eaba667e15fa9594b9b3ca5a5ad85b20a8872ad02c8b34310b57daffb47d36d0359e1eb9a0c9c1d23c18e7305b79290ba5e6fe26f3a159e321b2a9e22f4097539f2c5b870105ec79";
/// Keys 0, 1 and 2 over the message.
const AGGREGATE: vector<u8> =
    x"a4223283b8c22fe66dd155a917602c5d9b8a720dc7e6427621e220c77167356b6a74cbad2c1c33e42ca9e8ea892ea9f210a50bf46b05c75e38d2d06c1c0d050ffa04bbab0fea6b5adf15e38e235994364c5988c152a0fd703b1ae67ffb36fd2d";
/// Key 0 over the message, with the tag of another scheme.
const OTHER_SCHEME: vector<u8> =
    x"8a0dace2085abcad52755e73fbea609875df2b22b9dbb14077ffc3e54b7088f3d15171de74dd8376db9c6c9c1acd0ba50fccf2eb411a888e00bcdb0b738cab4ea0a9c0fb2a111350f6f902c74978e5cd6c8d13d3b8c07e11faaf1350bcf2e0d4";
/// Key 0 for address 0xA in epoch 0.
const PROOF_0: vector<u8> =
    x"92c0a42ab57829bde99cb1e6f25af4cf49f3b7882aca2afa7f28989a6c0a77145347ef8d605f1c4399ae64be280d2c3d0178421fa3186b94ecbfc4a0b9274b7e646723950be1d5cd49a0080032437a224aced1cd4d81d5f59f7e89ffed3c8974";
/// Key 0 for address 0xA in epoch 1.
const PROOF_0_EPOCH_1: vector<u8> =
    x"b2adc06d280be826b3d1413962a39137ece7821464a29dd4ae7edd495dd0ba58461b59b769ff3bfeb98da2081624c7660b8dc0a2815491dac69d83de563452a07b58b6467c16b860df53861f694d6c79899197554333c0ec26199849eb81c6cd";
/// Key 1 for address 0xA in epoch 0.
const PROOF_1: vector<u8> =
    x"b0346c4d3692da6099cabe10616a85fb7ff1d390addc0be26cce13e4665497b40434381a8225423baaa6251d6c0645e10e41ed546a41a0e4e54820ae1487f7aab98ed9a276ad75d27fd1b95ff866189eae32b504d3972e68c3ca375a7d411b56";

// === Signatures ===

#[test, ext(needs_bls)]
fun signature_of_the_key_over_the_message() {
    assert!(bls::verify(&SIGNATURE_0, &KEY_0, &MESSAGE));
    assert!(!bls::verify(&SIGNATURE_0, &KEY_1, &MESSAGE));
    assert!(!bls::verify(&SIGNATURE_0, &KEY_0, &b"another message"));
    assert!(!bls::verify(&OTHER_SCHEME, &KEY_0, &MESSAGE));
    assert!(!bls::verify(&test_network::signature(), &KEY_0, &MESSAGE));
    assert!(!bls::verify(&vector[], &KEY_0, &MESSAGE));
}

// === Certificates ===

/// Keys 0, 1 and 2 with the weights 1, 2 and 4, in epoch 21.
fun committee(): BlsCommittee {
    let mut number = 0;
    let members = vector[KEY_0, KEY_1, KEY_2].zip_map!(vector[1, 2, 4], |key, weight| {
        number = number + 1;
        let point = bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&key));
        let node_id = object::id_from_address(sui::address::from_u256(number));
        bls_aggregate::new_bls_committee_member(point, weight, node_id)
    });
    bls_aggregate::new_bls_committee(21, members)
}

#[test, ext(needs_bls)]
fun certificate_of_all_members() {
    let certified = committee().verify_quorum_in_epoch(AGGREGATE, vector[7], MESSAGE);
    assert_eq!(certified.stake_support(), 7);
    assert_eq!(certified.cert_epoch(), 21);
}

#[test, ext(needs_bls)]
fun keys_of_those_who_did_not_sign_are_left_out() {
    // Member 0 alone, in a committee where it is one correct node.
    let point = bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&KEY_0));
    let other = bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&KEY_1));
    let members = vector[
        bls_aggregate::new_bls_committee_member(point, 2, object::id_from_address(@0x1)),
        bls_aggregate::new_bls_committee_member(other, 2, object::id_from_address(@0x2)),
    ];
    let committee = bls_aggregate::new_bls_committee(21, members);
    let certified = committee.verify_one_correct_node_in_epoch(SIGNATURE_0, vector[1], MESSAGE);
    assert_eq!(certified.stake_support(), 2);
}

#[test, ext(needs_bls), expected_failure(abort_code = bls_aggregate::ESigVerification)]
fun bitmap_that_names_fewer_signers_aborts() {
    committee().verify_quorum_in_epoch(AGGREGATE, vector[6], MESSAGE);
}

#[test, ext(needs_bls), expected_failure(abort_code = bls_aggregate::ESigVerification)]
fun signature_of_one_for_all_aborts() {
    committee().verify_quorum_in_epoch(SIGNATURE_0, vector[7], MESSAGE);
}

#[test, ext(needs_bls), expected_failure(abort_code = bls_aggregate::ESigVerification)]
fun changed_message_aborts() {
    let mut message = MESSAGE;
    *(&mut message[39]) = 1;
    committee().verify_quorum_in_epoch(AGGREGATE, vector[7], message);
}

#[test, ext(needs_bls)]
fun empty_committee_has_the_identity_as_key() {
    bls_aggregate::new_bls_committee(0, vector[]);
}

// === Proofs of possession ===

const OPERATOR: address = @0xA;

/// Registers with a key from an address, in epoch 0.
fun register(sender: address, key: vector<u8>, proof: vector<u8>): (Network, StorageNodeCap) {
    let ctx = &mut tx_context::new_from_hint(sender, 0, 0, 0, 0);
    let mut network = test_network::empty(4, ctx);
    let cap = network
        .staking_mut()
        .register_candidate(
            b"node".to_string(),
            b"127.0.0.1:9185".to_string(),
            node_metadata::default(),
            key,
            test_network::network_key(),
            proof,
            0,
            1,
            1,
            1,
            ctx,
        );
    (network, cap)
}

#[test, ext(needs_bls)]
fun proof_for_key_address_and_epoch() {
    let (network, cap) = register(OPERATOR, KEY_0, PROOF_0);
    destroy(cap);
    network.destroy();
}

#[test, ext(needs_bls), expected_failure(abort_code = staking_pool::EInvalidProofOfPossession)]
fun proof_for_another_address_aborts() {
    let (_network, _cap) = register(@0xB, KEY_0, PROOF_0);
    abort
}

#[test, ext(needs_bls), expected_failure(abort_code = staking_pool::EInvalidProofOfPossession)]
fun proof_for_another_epoch_aborts() {
    let (_network, _cap) = register(OPERATOR, KEY_0, PROOF_0_EPOCH_1);
    abort
}

#[test, ext(needs_bls), expected_failure(abort_code = staking_pool::EInvalidProofOfPossession)]
fun proof_of_another_key_aborts() {
    let (_network, _cap) = register(OPERATOR, KEY_0, PROOF_1);
    abort
}

#[test, ext(needs_bls)]
fun next_key_waits_for_the_next_epoch() {
    let ctx = &mut tx_context::new_from_hint(OPERATOR, 0, 0, 0, 0);
    let (mut network, cap) = register(OPERATOR, KEY_0, PROOF_0);
    network.staking_mut().set_next_public_key(&cap, KEY_1, PROOF_1, ctx);
    let point = bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&KEY_0));
    let next = bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&KEY_1));
    let node = network.staking().inner().pool(cap.node_id()).node_info();
    assert_eq!(*node.public_key(), point);
    assert_eq!(*node.next_epoch_public_key(), next);

    let stake = network.mint(1_000_000_000, ctx);
    let stake = network.staking_mut().stake_with_pool(stake, cap.node_id(), ctx);
    network.select_parameters();
    network.start_epoch_change(ctx);
    let node = network.staking().inner().pool(cap.node_id()).node_info();
    assert_eq!(*node.public_key(), next);
    assert_eq!(*node.next_epoch_public_key(), next);
    destroy(stake);
    destroy(cap);
    network.destroy();
}

#[test, ext(needs_bls), expected_failure(abort_code = staking_pool::EInvalidProofOfPossession)]
fun next_key_must_be_proven() {
    let ctx = &mut tx_context::new_from_hint(OPERATOR, 0, 0, 0, 0);
    let (mut network, cap) = register(OPERATOR, KEY_0, PROOF_0);
    network.staking_mut().set_next_public_key(&cap, KEY_1, PROOF_0, ctx);
    abort
}
