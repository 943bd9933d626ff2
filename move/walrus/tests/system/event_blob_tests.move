/// Event blobs: four nodes with one shard each, so that three attestations are a quorum.
#[test_only]
module walrus::event_blob_tests;

use std::unit_test::assert_eq;
use sui::event;
use walrus::blob;
use walrus::event_blob;
use walrus::events::{BlobCertified, BlobRegistered};
use walrus::system_state_inner;
use walrus::test_network::{Self, Network};

/// Node `i` attests the event blob of 1,000 bytes with this root hash that ends at `checkpoint`.
fun attest(network: &mut Network, i: u64, root_hash: u256, checkpoint: u64, epoch: u32, ctx: &mut TxContext) {
    let blob_id = blob::derive_blob_id(root_hash, 1, 1_000);
    let (system, cap) = network.system_and_cap(i);
    system.certify_event_blob(cap, blob_id, root_hash, 1_000, 1, checkpoint, epoch, ctx)
}

use fun attest as Network.attest;

#[test]
fun quorum_certifies_and_books_the_space() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.attest(0, 7, 100, 1, ctx);
    network.attest(1, 7, 100, 1, ctx);
    assert_eq!(event::events_by_type<BlobCertified>().length(), 0);
    network.attest(2, 7, 100, 1, ctx);
    assert_eq!(event::events_by_type<BlobRegistered>().length(), 1);
    assert_eq!(event::events_by_type<BlobCertified>().length(), 1);

    let entry = network.system().live_blob(blob::derive_blob_id(7, 1, 1_000)).destroy_some();
    assert_eq!(entry.end_epoch(), 11);
    10u32.do!(|i| {
        let accounting = network.system().future_accounting().ring_lookup(i);
        assert_eq!(accounting.used_capacity(), 4_512);
        assert_eq!(accounting.rewards(), 0);
    });
    assert_eq!(network.system().used_capacity_size(), 4_512);
    network.destroy();
}

#[test]
fun late_attestation_changes_nothing() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    4u64.do!(|i| network.attest(i, 7, 100, 1, ctx));
    assert_eq!(event::events_by_type<BlobCertified>().length(), 1);
    let attestation = network.caps()[3].last_event_blob_attestation().destroy_some();
    assert_eq!(attestation.last_attested_event_blob_checkpoint_seq_num(), 100);
    assert_eq!(attestation.last_attested_event_blob_epoch(), 1);
    network.destroy();
}

#[test]
fun different_blobs_are_counted_apart() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.attest(0, 7, 100, 1, ctx);
    network.attest(1, 8, 100, 1, ctx);
    network.attest(2, 7, 100, 1, ctx);
    assert_eq!(event::events_by_type<BlobCertified>().length(), 0);
    network.destroy();
}

#[test]
fun next_event_blob_follows_a_certified_one() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    3u64.do!(|i| network.attest(i, 7, 100, 1, ctx));
    3u64.do!(|i| network.attest(i, 8, 200, 1, ctx));
    assert_eq!(event::events_by_type<BlobCertified>().length(), 2);
    network.destroy();
}

#[test]
fun votes_are_forgotten_at_the_epoch_change() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.attest(0, 7, 100, 1, ctx);
    network.attest(1, 7, 100, 1, ctx);
    network.next_epoch(ctx);
    network.attest(2, 7, 100, 2, ctx);
    assert_eq!(event::events_by_type<BlobCertified>().length(), 0);
    network.attest(0, 7, 100, 2, ctx);
    network.attest(1, 7, 100, 2, ctx);
    assert_eq!(event::events_by_type<BlobCertified>().length(), 1);
    network.destroy();
}

#[test, expected_failure(abort_code = system_state_inner::ERepeatedAttestation)]
fun same_checkpoint_twice_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.attest(0, 7, 100, 1, ctx);
    network.attest(0, 8, 100, 1, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EIncorrectAttestation)]
fun second_open_attestation_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.attest(0, 7, 100, 1, ctx);
    network.attest(0, 8, 200, 1, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::EInvalidIdEpoch)]
fun other_epoch_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.attest(0, 7, 100, 2, ctx);
    abort
}

#[test, expected_failure(abort_code = system_state_inner::ENotCommitteeMember)]
fun node_outside_the_committee_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let i = network.add_node(0, ctx);
    network.attest(i, 7, 100, 1, ctx);
    abort
}

#[test, expected_failure(abort_code = event_blob::EInvalidSequenceNumber)]
fun certified_checkpoint_cannot_go_back() {
    let mut state = event_blob::create_with_empty_state();
    state.update_latest_certified_event_blob(event_blob::new_event_blob(100, 1));
    state.update_latest_certified_event_blob(event_blob::new_event_blob(100, 2));
    abort
}
