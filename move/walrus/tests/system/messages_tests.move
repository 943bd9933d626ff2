/// Layouts written out byte by byte.
#[test_only]
module walrus::messages_tests;

use std::unit_test::assert_eq;
use walrus::messages;
use walrus::test_network::bls_key;

const EPOCH: u32 = 0x01020304;

/// Type, version 0, application 3, epoch 0x01020304 in little-endian order.
fun with_header(message_type: u8, body: vector<u8>): vector<u8> {
    let mut bytes = vector[message_type, 0, 3, 4, 3, 2, 1];
    bytes.append(body);
    bytes
}

/// 32 bytes of the number 5.
fun five(): vector<u8> { x"0500000000000000000000000000000000000000000000000000000000000000" }

fun certified(message: vector<u8>): messages::CertifiedMessage { messages::new_certified_message(message, EPOCH, 3) }

#[test]
fun proof_of_possession_has_87_bytes() {
    let proof = messages::new_proof_of_possession_msg(EPOCH, @0xA, bls_key());
    let mut expected = with_header(0, x"000000000000000000000000000000000000000000000000000000000000000a");
    expected.append(bls_key());
    assert_eq!(proof.to_bytes(), expected);
    assert_eq!(proof.to_bytes().length(), 87);
}

#[test, expected_failure(abort_code = messages::EInvalidKeyLength)]
fun short_key_aborts() {
    messages::new_proof_of_possession_msg(EPOCH, @0xA, x"00");
}

#[test]
fun header_is_read() {
    let message = certified(with_header(2, five()));
    assert_eq!(message.intent_type(), 2);
    assert_eq!(message.intent_version(), 0);
    assert_eq!(message.cert_epoch(), EPOCH);
    assert_eq!(message.stake_support(), 3);
}

#[test]
fun permanent_confirmation_is_read() {
    let mut body = five();
    body.push_back(0);
    let confirmation = messages::certify_blob_message(certified(with_header(1, body)));
    assert_eq!(confirmation.certified_blob_id(), 5);
    assert!(!confirmation.blob_persistence_type().is_deletable());
}

#[test]
fun deletable_confirmation_is_read() {
    let mut body = five();
    body.push_back(1);
    body.append(x"000000000000000000000000000000000000000000000000000000000000000b");
    let confirmation = messages::certify_blob_message(certified(with_header(1, body)));
    assert!(confirmation.blob_persistence_type().is_deletable());
    assert_eq!(confirmation.blob_persistence_type().object_id(), object::id_from_address(@0xB));
}

#[test]
fun bytes_after_the_body_are_tolerated() {
    let mut body = five();
    body.append(x"00ffff");
    assert_eq!(messages::certify_blob_message(certified(with_header(1, body))).certified_blob_id(), 5);
}

#[test]
fun invalid_blob_id_is_read() {
    assert_eq!(messages::invalid_blob_id_message(certified(with_header(2, five()))).invalid_blob_id(), 5);
}

#[test]
fun deny_list_update_is_read() {
    let mut body = x"000000000000000000000000000000000000000000000000000000000000000c";
    body.append(x"0700000000000000");
    body.append(x"0010000000000000");
    body.append(five());
    let update = messages::deny_list_update_message(certified(with_header(4, body)));
    assert_eq!(update.storage_node_id(), object::id_from_address(@0xC));
    assert_eq!(update.sequence_number(), 7);
    assert_eq!(update.size(), 4_096);
    assert_eq!(update.root(), 5);
}

#[test]
fun deny_listed_deletion_is_read() {
    assert_eq!(messages::deny_list_blob_deleted_message(certified(with_header(5, five()))).deleted_blob_id(), 5);
}

#[test]
fun protocol_version_is_read() {
    let update = messages::protocol_version_message(certified(with_header(6, x"090000000200000000000000")));
    assert_eq!(update.start_epoch(), 9);
    assert_eq!(update.protocol_version(), 2);
}

#[test, expected_failure(abort_code = messages::EIncorrectIntentVersion)]
fun other_version_aborts() {
    certified(vector[1, 1, 4, 4, 3, 2, 1]);
}

#[test, expected_failure(abort_code = messages::EIncorrectAppId)]
fun other_application_aborts() {
    certified(vector[1, 0, 4, 0, 0, 0, 0]);
}

#[test, expected_failure(abort_code = messages::EIncorrectEpoch)]
fun other_epoch_aborts() {
    certified(vector[1, 0, 3, 5, 3, 2, 1]);
}

#[test, expected_failure(abort_code = messages::EInvalidMsgType)]
fun other_type_aborts() {
    messages::certify_blob_message(certified(with_header(2, five())));
}

#[test, expected_failure(abort_code = messages::EInvalidBlobPersistenceType)]
fun unknown_persistence_aborts() {
    let mut body = five();
    body.push_back(2);
    messages::certify_blob_message(certified(with_header(1, body)));
}

#[test, expected_failure(abort_code = messages::ENotDeletable)]
fun permanent_blob_has_no_object() {
    let mut body = five();
    body.push_back(0);
    messages::certify_blob_message(certified(with_header(1, body))).blob_persistence_type().object_id();
}

#[test, expected_failure(abort_code = 0, location = sui::bcs)]
fun truncated_message_aborts() {
    messages::certify_blob_message(certified(with_header(1, x"05")));
}
