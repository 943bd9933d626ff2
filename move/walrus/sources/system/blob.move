/// A registered blob: who owns this object decides over the blob.
module walrus::blob;

use std::string::String;
use sui::bcs;
use sui::dynamic_field as df;
use sui::hash;
use walrus::encoding;
use walrus::events;
use walrus::messages::CertifiedBlobMessage;
use walrus::metadata::{Self, Metadata};
use walrus::storage_resource::Storage;

public use fun walrus::shared_blob::new as Blob.share;

// === Errors ===

/// The blob has not been certified.
const ENotCertified: u64 = 0;
/// The blob is permanent.
const EBlobNotDeletable: u64 = 1;
/// The storage does not cover the epoch, or ends no later than the blob.
const EResourceBounds: u64 = 2;
/// The storage is smaller than the encoded blob.
const EResourceSize: u64 = 3;
/// The blob was certified before.
const EAlreadyCertified: u64 = 5;
/// The blob id does not follow from root hash, encoding and size, or is another than certified.
const EInvalidBlobId: u64 = 6;
/// The blob has attributes already.
const EDuplicateMetadata: u64 = 7;
/// The blob has no attributes.
const EMissingMetadata: u64 = 8;
/// Deletable blob certified as permanent, or the other way round.
const EInvalidBlobPersistenceType: u64 = 9;
/// The certificate names another blob object.
const EInvalidBlobObject: u64 = 10;

// === Constants ===

/// Name of the dynamic field that holds the attributes.
const METADATA_KEY: vector<u8> = b"metadata";

// === Structs ===

/// A blob of `size` bytes stored for the period of `storage`; certified once `certified_epoch` is set.
public struct Blob has key, store {
    id: UID,
    registered_epoch: u32,
    blob_id: u256,
    size: u64,
    encoding_type: u8,
    certified_epoch: Option<u32>,
    storage: Storage,
    deletable: bool,
}

/// What a blob id is the hash of.
public struct BlobIdDerivation has drop {
    encoding_type: u8,
    size: u64,
    root_hash: u256,
}

// === Getters ===

public fun object_id(self: &Blob): ID { object::id(self) }

public fun registered_epoch(self: &Blob): u32 { self.registered_epoch }

public fun blob_id(self: &Blob): u256 { self.blob_id }

public fun size(self: &Blob): u64 { self.size }

public fun encoding_type(self: &Blob): u8 { self.encoding_type }

public fun certified_epoch(self: &Blob): &Option<u32> { &self.certified_epoch }

public fun storage(self: &Blob): &Storage { &self.storage }

public fun is_deletable(self: &Blob): bool { self.deletable }

/// First epoch in which the blob is no longer stored.
public fun end_epoch(self: &Blob): u32 { self.storage.end_epoch() }

/// Bytes the blob occupies on `n_shards` shards.
public fun encoded_size(self: &Blob, n_shards: u16): u64 {
    encoding::encoded_blob_length(self.size, self.encoding_type, n_shards)
}

// === Public functions ===

/// The blob id: BLAKE2b-256 of encoding type, size and root hash, read as a little-endian number.
public fun derive_blob_id(root_hash: u256, encoding_type: u8, size: u64): u256 {
    let preimage = BlobIdDerivation { encoding_type, size, root_hash };
    bcs::new(hash::blake2b256(&bcs::to_bytes(&preimage))).peel_u256()
}

/// Destroys the object with its storage; the space is not given back and the nodes keep the blob to its end.
public fun burn(self: Blob) {
    let storage = self.dissolve();
    storage.destroy();
}

// === Attributes ===

/// Aborts with `EDuplicateMetadata` if there are attributes already.
public fun add_metadata(self: &mut Blob, metadata: Metadata) {
    assert!(!self.has_metadata(), EDuplicateMetadata);
    df::add(&mut self.id, METADATA_KEY, metadata)
}

/// Sets the attributes and returns the former ones, if any.
public fun add_or_replace_metadata(self: &mut Blob, metadata: Metadata): Option<Metadata> {
    let old = if (self.has_metadata()) option::some(self.take_metadata()) else option::none();
    self.add_metadata(metadata);
    old
}

/// Aborts with `EMissingMetadata` if there are no attributes.
public fun take_metadata(self: &mut Blob): Metadata {
    assert!(self.has_metadata(), EMissingMetadata);
    df::remove(&mut self.id, METADATA_KEY)
}

/// Sets one attribute, making room for attributes if there are none yet.
public fun insert_or_update_metadata_pair(self: &mut Blob, key: String, value: String) {
    if (!self.has_metadata()) self.add_metadata(metadata::new());
    self.metadata_mut().insert_or_update(key, value)
}

/// Removes one attribute. Aborts with `EMissingMetadata` without attributes, in `vec_map` without this one.
public fun remove_metadata_pair(self: &mut Blob, key: &String): (String, String) {
    self.metadata_mut().remove(key)
}

/// Removes one attribute if present. Aborts with `EMissingMetadata` without attributes.
public fun remove_metadata_pair_if_exists(self: &mut Blob, key: &String): Option<String> {
    self.metadata_mut().remove_if_exists(key)
}

// === Package functions ===

/// A registered blob, not yet certified; emits `BlobRegistered`.
/// Aborts with `EResourceBounds` unless the storage covers `registered_epoch`, `EResourceSize` if it is too small,
/// `EInvalidBlobId` unless the id follows from the other values.
public(package) fun new(
    storage: Storage,
    blob_id: u256,
    root_hash: u256,
    size: u64,
    encoding_type: u8,
    deletable: bool,
    registered_epoch: u32,
    n_shards: u16,
    ctx: &mut TxContext,
): Blob {
    assert!(
        storage.start_epoch() <= registered_epoch && registered_epoch < storage.end_epoch(),
        EResourceBounds,
    );
    assert!(encoding::encoded_blob_length(size, encoding_type, n_shards) <= storage.size(), EResourceSize);
    assert!(derive_blob_id(root_hash, encoding_type, size) == blob_id, EInvalidBlobId);

    let id = object::new(ctx);
    events::emit_blob_registered(
        registered_epoch,
        blob_id,
        size,
        encoding_type,
        storage.end_epoch(),
        deletable,
        id.to_inner(),
    );
    Blob {
        id,
        registered_epoch,
        blob_id,
        size,
        encoding_type,
        certified_epoch: option::none(),
        storage,
        deletable,
    }
}

/// Sets the certified epoch from a verified message; emits `BlobCertified`.
/// Aborts with `EInvalidBlobId`, `EAlreadyCertified`, `EResourceBounds` (ended), `EInvalidBlobPersistenceType` or
/// `EInvalidBlobObject`, in this order.
public(package) fun certify_with_certified_msg(self: &mut Blob, current_epoch: u32, message: CertifiedBlobMessage) {
    assert!(self.blob_id == message.certified_blob_id(), EInvalidBlobId);
    assert!(self.certified_epoch.is_none(), EAlreadyCertified);
    assert!(current_epoch < self.end_epoch(), EResourceBounds);
    let persistence = message.blob_persistence_type();
    assert!(self.deletable == persistence.is_deletable(), EInvalidBlobPersistenceType);
    if (self.deletable) assert!(persistence.object_id() == self.object_id(), EInvalidBlobObject);

    self.certified_epoch.fill(current_epoch);
    self.emit_certified(false);
}

/// Aborts with `ENotCertified`, or `EResourceBounds` if the blob has ended.
public(package) fun assert_certified_not_expired(self: &Blob, current_epoch: u32) {
    assert!(self.certified_epoch.is_some(), ENotCertified);
    assert!(current_epoch < self.end_epoch(), EResourceBounds);
}

/// Destroys a deletable blob before its end and returns the storage; emits `BlobDeleted`.
/// Aborts with `EBlobNotDeletable` or `EResourceBounds` (ended).
public(package) fun delete(self: Blob, epoch: u32): Storage {
    assert!(self.deletable, EBlobNotDeletable);
    assert!(self.end_epoch() > epoch, EResourceBounds);
    events::emit_blob_deleted(
        epoch,
        self.blob_id,
        self.end_epoch(),
        self.object_id(),
        self.certified_epoch.is_some(),
    );
    self.dissolve()
}

/// Appends storage that starts where the blob's ends; emits `BlobCertified` as an extension.
/// Aborts with `ENotCertified`, `EResourceBounds`, or as `storage_resource::fuse_periods`.
public(package) fun extend_with_resource(self: &mut Blob, extension: Storage, current_epoch: u32) {
    self.assert_certified_not_expired(current_epoch);
    assert!(extension.end_epoch() > self.end_epoch(), EResourceBounds);
    self.storage.fuse_periods(extension);
    self.emit_certified(true);
}

public(package) fun storage_mut(self: &mut Blob): &mut Storage { &mut self.storage }

/// Emits `BlobCertified`. Aborts if the blob is not certified.
public(package) fun emit_certified(self: &Blob, is_extension: bool) {
    events::emit_blob_certified(
        *self.certified_epoch.borrow(),
        self.blob_id,
        self.end_epoch(),
        self.deletable,
        self.object_id(),
        is_extension,
    )
}

// === Private functions ===

fun has_metadata(self: &Blob): bool {
    df::exists_with_type<_, Metadata>(&self.id, METADATA_KEY)
}

fun metadata_mut(self: &mut Blob): &mut Metadata {
    assert!(self.has_metadata(), EMissingMetadata);
    df::borrow_mut(&mut self.id, METADATA_KEY)
}

/// Deletes the object and its attributes, keeping the storage.
fun dissolve(self: Blob): Storage {
    let Blob { mut id, storage, .. } = self;
    df::remove_if_exists<vector<u8>, Metadata>(&mut id, METADATA_KEY);
    id.delete();
    storage
}
