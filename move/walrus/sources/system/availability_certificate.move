/// A blob's certificate of availability as an object of its own: frozen, so that any contract can rely on it
/// without the blob's object and without asking the system.
module walrus::availability_certificate;

use sui::bcs;
use sui::event;
use sui::hash;
use walrus::blob::Blob;
use walrus::system::System;

// === Structs ===

/// What a quorum of `epoch`'s committee signed, and about which blob. `committee_hash` is the BLAKE2b-256 of the
/// committee's BCS (members with keys and weights, number of shards, epoch, sum of keys); with it and the other
/// values anyone can check the signature again off chain.
public struct AvailabilityCertificate has key {
    id: UID,
    blob_id: u256,
    blob_object_id: ID,
    size: u64,
    deletable: bool,
    epoch: u32,
    end_epoch: u32,
    signers_bitmap: vector<u8>,
    signature: vector<u8>,
    message: vector<u8>,
    committee_hash: vector<u8>,
}

/// A certificate was frozen. Emitted by `certify_blob_and_freeze`.
public struct AvailabilityCertificateIssued has copy, drop {
    certificate_id: ID,
    blob_id: u256,
    epoch: u32,
    end_epoch: u32,
}

// === Public functions ===

/// Certifies the blob as `system::certify_blob` does and freezes the certificate as an object; returns its id.
/// Aborts as `system::certify_blob`.
public fun certify_blob_and_freeze(
    system: &mut System,
    blob: &mut Blob,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
    ctx: &mut TxContext,
): ID {
    system.certify_blob(blob, signature, signers_bitmap, message);
    let certificate = AvailabilityCertificate {
        id: object::new(ctx),
        blob_id: blob.blob_id(),
        blob_object_id: blob.object_id(),
        size: blob.size(),
        deletable: blob.is_deletable(),
        epoch: system.epoch(),
        end_epoch: blob.end_epoch(),
        signers_bitmap,
        signature,
        message,
        committee_hash: hash::blake2b256(&bcs::to_bytes(system.committee())),
    };
    let certificate_id = object::id(&certificate);
    event::emit(AvailabilityCertificateIssued {
        certificate_id,
        blob_id: certificate.blob_id,
        epoch: certificate.epoch,
        end_epoch: certificate.end_epoch,
    });
    transfer::freeze_object(certificate);
    certificate_id
}

/// Whether the blob was promised for `epoch`: certified by then and not ended. A deletable blob may have been
/// deleted since; `is_permanent` tells.
public fun is_valid_at(self: &AvailabilityCertificate, epoch: u32): bool {
    self.epoch <= epoch && epoch < self.end_epoch
}

/// Whether the certificate is for this blob id.
public fun covers(self: &AvailabilityCertificate, blob_id: u256): bool { self.blob_id == blob_id }

/// Whether the blob cannot be deleted before its end.
public fun is_permanent(self: &AvailabilityCertificate): bool { !self.deletable }

public fun blob_id(self: &AvailabilityCertificate): u256 { self.blob_id }

public fun blob_object_id(self: &AvailabilityCertificate): ID { self.blob_object_id }

/// Unencoded bytes.
public fun size(self: &AvailabilityCertificate): u64 { self.size }

/// Epoch of the committee that signed.
public fun epoch(self: &AvailabilityCertificate): u32 { self.epoch }

/// First epoch the certificate does not promise. Later extensions of the blob do not change it.
public fun end_epoch(self: &AvailabilityCertificate): u32 { self.end_epoch }

/// Bit i (least significant first) is member i of the committee.
public fun signers_bitmap(self: &AvailabilityCertificate): &vector<u8> { &self.signers_bitmap }

public fun signature(self: &AvailabilityCertificate): &vector<u8> { &self.signature }

public fun message(self: &AvailabilityCertificate): &vector<u8> { &self.message }

public fun committee_hash(self: &AvailabilityCertificate): &vector<u8> { &self.committee_hash }

// === Test functions ===

#[test_only]
public fun new_for_testing(
    blob_id: u256,
    epoch: u32,
    end_epoch: u32,
    deletable: bool,
    ctx: &mut TxContext,
): AvailabilityCertificate {
    AvailabilityCertificate {
        id: object::new(ctx),
        blob_id,
        blob_object_id: object::id_from_address(ctx.fresh_object_address()),
        size: 1,
        deletable,
        epoch,
        end_epoch,
        signers_bitmap: vector[],
        signature: vector[],
        message: vector[],
        committee_hash: vector[],
    }
}
