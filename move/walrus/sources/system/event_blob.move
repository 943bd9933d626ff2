/// Which event blob the nodes have agreed on, and which they are voting for.
module walrus::event_blob;

use sui::vec_map::{Self, VecMap};

// === Errors ===

/// A certified event blob must end at a later checkpoint than the one before.
const EInvalidSequenceNumber: u64 = 0;

// === Structs ===

/// A node's last attestation of an event blob.
public struct EventBlobAttestation has copy, drop, store {
    checkpoint_sequence_num: u64,
    epoch: u32,
}

/// An event blob, named by its id and the last checkpoint it covers.
public struct EventBlob has copy, drop, store {
    blob_id: u256,
    ending_checkpoint_sequence_number: u64,
}

/// Votes of the current epoch, and the last blob certified.
public struct EventBlobCertificationState has store {
    latest_certified_blob: Option<EventBlob>,
    aggregate_weight_per_blob: VecMap<EventBlob, u16>,
}

// === Package functions ===

public(package) fun new_attestation(checkpoint_sequence_num: u64, epoch: u32): EventBlobAttestation {
    EventBlobAttestation { checkpoint_sequence_num, epoch }
}

public(package) fun last_attested_event_blob_checkpoint_seq_num(self: &EventBlobAttestation): u64 {
    self.checkpoint_sequence_num
}

public(package) fun last_attested_event_blob_epoch(self: &EventBlobAttestation): u32 { self.epoch }

public(package) fun new_event_blob(ending_checkpoint_sequence_number: u64, blob_id: u256): EventBlob {
    EventBlob { blob_id, ending_checkpoint_sequence_number }
}

public(package) fun create_with_empty_state(): EventBlobCertificationState {
    EventBlobCertificationState { latest_certified_blob: option::none(), aggregate_weight_per_blob: vec_map::empty() }
}

/// Last checkpoint covered by a certified event blob, if any.
public(package) fun latest_certified_checkpoint(self: &EventBlobCertificationState): Option<u64> {
    self.latest_certified_blob.map_ref!(|blob| blob.ending_checkpoint_sequence_number)
}

/// Whether the latest certified event blob reaches `checkpoint`.
public(package) fun is_blob_already_certified(self: &EventBlobCertificationState, checkpoint: u64): bool {
    self.latest_certified_checkpoint().is_some_and!(|latest| *latest >= checkpoint)
}

/// Adds a node's weight to a blob and returns the blob's weight so far.
public(package) fun add_weight(self: &mut EventBlobCertificationState, blob: EventBlob, weight: u16): u16 {
    if (!self.aggregate_weight_per_blob.contains(&blob)) self.aggregate_weight_per_blob.insert(blob, 0);
    let total = &mut self.aggregate_weight_per_blob[&blob];
    *total = *total + weight;
    *total
}

/// Records the certified blob and forgets all votes.
/// Aborts with `EInvalidSequenceNumber` if it does not reach further than the last.
public(package) fun update_latest_certified_event_blob(self: &mut EventBlobCertificationState, blob: EventBlob) {
    self.latest_certified_checkpoint().do!(|latest| {
        assert!(blob.ending_checkpoint_sequence_number > latest, EInvalidSequenceNumber)
    });
    self.latest_certified_blob = option::some(blob);
    self.reset();
}

/// Forgets all votes.
public(package) fun reset(self: &mut EventBlobCertificationState) {
    self.aggregate_weight_per_blob = vec_map::empty();
}
