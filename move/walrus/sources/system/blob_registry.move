/// What the chain knows of blob ids: which are certified and until when, and which were found not to be
/// codewords. Contracts can ask it whether a blob is live without holding the blob's object.
module walrus::blob_registry;

use sui::table::{Self, Table};

// === Errors ===

/// The blob id was certified as inconsistent; it can never be certified or extended again.
const EInvalidatedBlobId: u64 = 0;

// === Structs ===

/// A blob id that has been certified without a break since `since_epoch`: the number of certified objects carrying
/// it, and the latest end epoch among them, an upper bound once the longest object is deleted or burned.
public struct LiveBlob has copy, drop, store {
    since_epoch: u32,
    end_epoch: u32,
    count: u32,
}

public struct BlobRegistry has store {
    live_blobs: Table<u256, LiveBlob>,
    /// Blob id -> epoch in which it was found inconsistent.
    invalid_blobs: Table<u256, u32>,
}

// === Public functions ===

public fun since_epoch(self: &LiveBlob): u32 { self.since_epoch }

public fun end_epoch(self: &LiveBlob): u32 { self.end_epoch }

public fun count(self: &LiveBlob): u32 { self.count }

// === Package functions ===

public(package) fun new(ctx: &mut TxContext): BlobRegistry {
    BlobRegistry { live_blobs: table::new(ctx), invalid_blobs: table::new(ctx) }
}

/// The live entry of `blob_id` at `epoch`, if a certified object has not ended by then.
public(package) fun live_blob(self: &BlobRegistry, blob_id: u256, epoch: u32): Option<LiveBlob> {
    if (!self.live_blobs.contains(blob_id)) return option::none();
    let entry = self.live_blobs[blob_id];
    if (entry.end_epoch > epoch) option::some(entry) else option::none()
}

public(package) fun is_invalid(self: &BlobRegistry, blob_id: u256): bool {
    self.invalid_blobs.contains(blob_id)
}

/// Aborts with `EInvalidatedBlobId` if the id was found inconsistent.
public(package) fun assert_valid(self: &BlobRegistry, blob_id: u256) {
    assert!(!self.is_invalid(blob_id), EInvalidatedBlobId)
}

/// Counts one more certified object. Aborts with `EInvalidatedBlobId` for an inconsistent id.
public(package) fun certified(self: &mut BlobRegistry, blob_id: u256, end_epoch: u32, epoch: u32) {
    self.assert_valid(blob_id);
    let LiveBlob { since_epoch, end_epoch: latest, count } = self.take_live(blob_id, epoch);
    self.live_blobs.add(blob_id, LiveBlob { since_epoch, end_epoch: latest.max(end_epoch), count: count + 1 });
}

/// Moves the end of an id whose object was extended. Aborts with `EInvalidatedBlobId` for an inconsistent id.
public(package) fun extended(self: &mut BlobRegistry, blob_id: u256, end_epoch: u32, epoch: u32) {
    self.assert_valid(blob_id);
    let LiveBlob { since_epoch, end_epoch: latest, count } = self.take_live(blob_id, epoch);
    self.live_blobs.add(blob_id, LiveBlob { since_epoch, end_epoch: latest.max(end_epoch), count: count.max(1) });
}

/// Counts one certified object less; the last one removes the entry.
public(package) fun deleted(self: &mut BlobRegistry, blob_id: u256) {
    if (!self.live_blobs.contains(blob_id)) return;
    let LiveBlob { since_epoch, end_epoch, count } = self.live_blobs.remove(blob_id);
    if (count > 1) self.live_blobs.add(blob_id, LiveBlob { since_epoch, end_epoch, count: count - 1 });
}

/// Records an inconsistent id and drops its live entry; nothing changes if it was known before.
public(package) fun invalidated(self: &mut BlobRegistry, blob_id: u256, epoch: u32) {
    if (self.is_invalid(blob_id)) return;
    self.invalid_blobs.add(blob_id, epoch);
    self.take_live(blob_id, epoch);
}

/// Removes the entries among `blob_ids` that have ended; others are left alone.
public(package) fun prune(self: &mut BlobRegistry, blob_ids: vector<u256>, epoch: u32) {
    blob_ids.do!(|blob_id| {
        if (self.live_blobs.contains(blob_id) && self.live_blobs[blob_id].end_epoch <= epoch) {
            self.live_blobs.remove(blob_id);
        }
    })
}

// === Private functions ===

/// Takes the entry out; an id without one, or with one that has ended, starts from nothing at `epoch`.
fun take_live(self: &mut BlobRegistry, blob_id: u256, epoch: u32): LiveBlob {
    let nothing = LiveBlob { since_epoch: epoch, end_epoch: 0, count: 0 };
    if (!self.live_blobs.contains(blob_id)) return nothing;
    let entry = self.live_blobs.remove(blob_id);
    if (entry.end_epoch > epoch) entry else nothing
}
