#[test_only]
module walrus::availability_certificate_tests;

use std::unit_test::assert_eq;
use sui::bcs;
use sui::event;
use sui::hash;
use sui::test_scenario;
use walrus::availability_certificate::{Self, AvailabilityCertificate, AvailabilityCertificateIssued};
use walrus::bls_aggregate;
use walrus::test_network;

const OWNER: address = @0xA;

#[test]
fun certificate_is_frozen_with_what_was_signed() {
    let mut scenario = test_scenario::begin(OWNER);
    let mut network = test_network::four_nodes(scenario.ctx());
    let mut blob = network.register_blob(7, 1_000, 3, false, scenario.ctx());
    let blob_id = blob.blob_id();
    let message = test_network::confirmation(1, blob_id, option::none());
    let certificate_id = availability_certificate::certify_blob_and_freeze(
        network.system_mut(),
        &mut blob,
        test_network::signature(),
        vector[7],
        message,
        scenario.ctx(),
    );
    assert_eq!(*blob.certified_epoch(), option::some(1));
    assert!(network.system().live_blob(blob_id).is_some());
    assert_eq!(event::events_by_type<AvailabilityCertificateIssued>().length(), 1);
    let committee_hash = hash::blake2b256(&bcs::to_bytes(network.system().committee()));

    assert_eq!(scenario.next_tx(OWNER).frozen(), vector[certificate_id]);
    let certificate: AvailabilityCertificate = scenario.take_immutable();
    assert!(certificate.covers(blob_id));
    assert!(!certificate.covers(blob_id + 1));
    assert!(certificate.is_permanent());
    assert!(!certificate.is_valid_at(0));
    assert!(certificate.is_valid_at(1));
    assert!(certificate.is_valid_at(3));
    assert!(!certificate.is_valid_at(4));
    assert_eq!(certificate.blob_id(), blob_id);
    assert_eq!(certificate.blob_object_id(), blob.object_id());
    assert_eq!(certificate.size(), 1_000);
    assert_eq!(certificate.epoch(), 1);
    assert_eq!(certificate.end_epoch(), 4);
    assert_eq!(*certificate.signers_bitmap(), vector[7]);
    assert_eq!(*certificate.signature(), test_network::signature());
    assert_eq!(*certificate.message(), message);
    assert_eq!(*certificate.committee_hash(), committee_hash);
    test_scenario::return_immutable(certificate);
    blob.burn();
    network.destroy();
    scenario.end();
}

#[test, expected_failure(abort_code = bls_aggregate::ENotEnoughStake)]
fun no_certificate_without_a_quorum() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 3, false, ctx);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    availability_certificate::certify_blob_and_freeze(
        network.system_mut(),
        &mut blob,
        test_network::signature(),
        vector[3],
        message,
        ctx,
    );
    abort
}
