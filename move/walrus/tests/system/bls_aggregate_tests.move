/// Weights and bitmaps. Whether a signature verifies is not decided by the unit test runner.
#[test_only]
module walrus::bls_aggregate_tests;

use std::unit_test::assert_eq;
use sui::bls12381;
use walrus::bls_aggregate::{Self, BlsCommittee};
use walrus::test_network;

const EPOCH: u32 = 5;

/// Members 0x1, 0x2, ... with these weights.
fun committee(weights: vector<u16>): BlsCommittee {
    let key = bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&test_network::bls_key()));
    let mut number = 0u256;
    let members = weights.map!(|weight| {
        number = number + 1;
        let node_id = object::id_from_address(sui::address::from_u256(number));
        bls_aggregate::new_bls_committee_member(key, weight, node_id)
    });
    bls_aggregate::new_bls_committee(EPOCH, members)
}

fun verify_quorum(committee: &BlsCommittee, bitmap: vector<u8>): u16 {
    let message = test_network::blob_id_message(2, EPOCH, 7);
    committee.verify_quorum_in_epoch(test_network::signature(), bitmap, message).stake_support()
}

fun verify_one_correct(committee: &BlsCommittee, bitmap: vector<u8>): u16 {
    let message = test_network::blob_id_message(2, EPOCH, 7);
    committee.verify_one_correct_node_in_epoch(test_network::signature(), bitmap, message).stake_support()
}

use fun verify_quorum as BlsCommittee.verify_quorum;
use fun verify_one_correct as BlsCommittee.verify_one_correct;

#[test]
fun members_are_known_by_weight() {
    let committee = committee(vector[1, 2, 4]);
    assert_eq!(committee.n_shards(), 7);
    assert_eq!(committee.n_members(), 3);
    assert_eq!(committee.epoch(), EPOCH);
    assert_eq!(committee.get_member_weight(&object::id_from_address(@0x3)), 4);
    assert_eq!(committee.get_member_weight(&object::id_from_address(@0x4)), 0);
    assert!(committee.contains(&object::id_from_address(@0x2)));
    assert!(!committee.contains(&object::id_from_address(@0x4)));
}

#[test]
fun empty_committee_can_be_made() {
    let committee = committee(vector[]);
    assert_eq!(committee.n_shards(), 0);
    assert!(!committee.is_quorum(0));
}

#[test]
fun quorum_is_two_thirds_and_one() {
    // 3w >= 2 * 10 + 1: 7 of 10 shards.
    let committee = committee(vector[3, 3, 3, 1]);
    assert!(!committee.is_quorum(6));
    assert!(committee.is_quorum(7));
    assert_eq!(committee.verify_quorum(vector[7]), 9);
    // Members 0, 1 and 3: bits 0, 1 and 3.
    assert_eq!(committee.verify_quorum(vector[11]), 7);
}

#[test]
fun one_correct_is_a_third_and_one() {
    // 3w >= 10 + 1: 4 of 10 shards. Members 0 and 3 hold 4.
    assert_eq!(committee(vector[3, 3, 3, 1]).verify_one_correct(vector[9]), 4);
}

#[test]
fun bitmap_reaches_the_second_byte() {
    // Ten members of weight 1: all but numbers 0, 1 and 9 signed.
    assert_eq!(committee(vector[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]).verify_quorum(vector[252, 1]), 7);
}

#[test]
fun missing_bytes_count_as_not_signed() {
    // Nine members, the ninth (in the second byte) did not sign.
    assert_eq!(committee(vector[1, 1, 1, 1, 1, 1, 1, 1, 1]).verify_quorum(vector[255]), 8);
}

#[test, expected_failure(abort_code = bls_aggregate::ENotEnoughStake)]
fun less_than_a_quorum_aborts() {
    // Members 1 and 2 hold 6 of 10.
    committee(vector[3, 3, 3, 1]).verify_quorum(vector[6]);
}

#[test, expected_failure(abort_code = bls_aggregate::ENotEnoughStake)]
fun less_than_one_correct_aborts() {
    committee(vector[3, 3, 3, 1]).verify_one_correct(vector[1]);
}

#[test, expected_failure(abort_code = bls_aggregate::ENotEnoughStake)]
fun nobody_signed_aborts() {
    committee(vector[3, 3, 3, 1]).verify_one_correct(vector[]);
}

#[test, expected_failure(abort_code = bls_aggregate::EInvalidBitmap)]
fun too_long_bitmap_aborts() {
    committee(vector[3, 3, 3, 1]).verify_quorum(vector[15, 0]);
}

#[test, expected_failure(abort_code = bls_aggregate::EInvalidBitmap)]
fun bit_of_no_member_aborts() {
    committee(vector[3, 3, 3, 1]).verify_quorum(vector[31]);
}

#[test, expected_failure(abort_code = bls_aggregate::EIncorrectCommittee)]
fun member_without_weight_aborts() {
    committee(vector[3, 0]);
}
