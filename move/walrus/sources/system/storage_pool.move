/// Storage space that many blobs share: blobs come and go, the space stays.
module walrus::storage_pool;

use std::string::String;
use sui::dynamic_field as df;
use sui::object_table::{Self, ObjectTable};
use walrus::blob;
use walrus::encoding;
use walrus::events;
use walrus::messages::CertifiedBlobMessage;
use walrus::metadata::{Self, Metadata};
use walrus::storage_resource::Storage;

// === Errors ===

/// The blob is permanent.
const EBlobNotDeletable: u64 = 0;
/// The pool does not cover the epoch, or still does.
const EResourceBounds: u64 = 1;
/// The blob was certified before.
const EAlreadyCertified: u64 = 2;
/// The blob id does not follow from root hash, encoding and size, or is another than certified.
const EInvalidBlobId: u64 = 3;
/// Deletable blob certified as permanent, or the other way round.
const EInvalidBlobPersistenceType: u64 = 4;
/// The certificate names another blob object.
const EInvalidBlobObject: u64 = 5;
/// The pool has not enough free space.
const EInsufficientCapacity: u64 = 6;
/// The pool still holds blobs.
const EPoolNotEmpty: u64 = 7;
/// The pool belongs to another version of the package.
const EWrongVersion: u64 = 10;
/// The storage ends at another epoch than the pool.
const EIncompatibleEndEpoch: u64 = 11;
/// The blob has attributes already.
const EDuplicateMetadata: u64 = 12;
/// The blob has no attributes.
const EMissingMetadata: u64 = 13;
/// A percentage is at most 100.
const EInvalidPercent: u64 = 14;

// === Constants ===

const VERSION: u64 = 1;
/// Name of the dynamic field that holds a blob's attributes.
const METADATA_KEY: vector<u8> = b"metadata";

// === Structs ===

/// Shell around the state of its version.
public struct StoragePool has key, store {
    id: UID,
    version: u64,
}

/// `used_encoded_bytes` of `storage` are taken by `blob_count` blobs.
public struct StoragePoolInnerV1 has store {
    storage: Storage,
    used_encoded_bytes: u64,
    blob_count: u64,
    blobs: ObjectTable<u256, PooledBlob>,
}

/// A blob in a pool; certified once `certified_epoch` is set.
public struct PooledBlob has key, store {
    id: UID,
    registered_epoch: u32,
    blob_id: u256,
    unencoded_size: u64,
    encoding_type: u8,
    certified_epoch: Option<u32>,
    storage_pool_id: ID,
    deletable: bool,
}

// === Getters ===

public fun start_epoch(self: &StoragePool): u32 { self.inner().storage.start_epoch() }

/// First epoch in which the pool's blobs are no longer stored.
public fun end_epoch(self: &StoragePool): u32 { self.inner().storage.end_epoch() }

public fun reserved_encoded_capacity_bytes(self: &StoragePool): u64 { self.inner().storage.size() }

public fun used_encoded_bytes(self: &StoragePool): u64 { self.inner().used_encoded_bytes }

public fun available_encoded_bytes(self: &StoragePool): u64 {
    self.reserved_encoded_capacity_bytes() - self.used_encoded_bytes()
}

public fun storage(self: &StoragePool): &Storage { &self.inner().storage }

public fun blob_count(self: &StoragePool): u64 { self.inner().blob_count }

public fun contains_blob(self: &StoragePool, blob_id: u256): bool { self.inner().blobs.contains(blob_id) }

/// Object id of a blob in the pool. Aborts (`dynamic_field`) if it is not there.
public fun blob_object_id(self: &StoragePool, blob_id: u256): ID { object::id(self.pooled_blob(blob_id)) }

public fun object_id(self: &StoragePool): ID { object::id(self) }

// === Public functions ===

/// Dissolves an empty pool into its storage. Aborts with `EPoolNotEmpty`.
public fun destroy(self: StoragePool): Storage {
    let StoragePool { mut id, version } = self;
    assert!(version == VERSION, EWrongVersion);
    let StoragePoolInnerV1 { storage, blob_count, blobs, .. } = df::remove(&mut id, version);
    assert!(blob_count == 0, EPoolNotEmpty);
    blobs.destroy_empty();
    id.delete();
    storage
}

// === Attributes ===

/// Aborts with `EDuplicateMetadata` if the blob has attributes already.
public fun add_blob_metadata(self: &mut StoragePool, blob_id: u256, metadata: Metadata) {
    let blob = self.pooled_blob_mut(blob_id);
    assert!(!blob.has_metadata(), EDuplicateMetadata);
    df::add(&mut blob.id, METADATA_KEY, metadata)
}

/// Sets a blob's attributes and returns the former ones, if any.
public fun add_or_replace_blob_metadata(
    self: &mut StoragePool,
    blob_id: u256,
    metadata: Metadata,
): Option<Metadata> {
    let blob = self.pooled_blob_mut(blob_id);
    let old = df::remove_if_exists(&mut blob.id, METADATA_KEY);
    df::add(&mut blob.id, METADATA_KEY, metadata);
    old
}

/// Aborts with `EMissingMetadata` if the blob has no attributes.
public fun take_blob_metadata(self: &mut StoragePool, blob_id: u256): Metadata {
    let blob = self.pooled_blob_mut(blob_id);
    assert!(blob.has_metadata(), EMissingMetadata);
    df::remove(&mut blob.id, METADATA_KEY)
}

/// Sets one attribute of a blob, making room for attributes if there are none yet.
public fun insert_or_update_blob_metadata_pair(
    self: &mut StoragePool,
    blob_id: u256,
    key: String,
    value: String,
) {
    if (!self.pooled_blob(blob_id).has_metadata()) self.add_blob_metadata(blob_id, metadata::new());
    self.metadata_mut(blob_id).insert_or_update(key, value)
}

/// Removes one attribute. Aborts with `EMissingMetadata` without attributes, in `vec_map` without this one.
public fun remove_blob_metadata_pair(self: &mut StoragePool, blob_id: u256, key: &String): (String, String) {
    self.metadata_mut(blob_id).remove(key)
}

/// Removes one attribute if present. Aborts with `EMissingMetadata` without attributes.
public fun remove_blob_metadata_pair_if_exists(
    self: &mut StoragePool,
    blob_id: u256,
    key: &String,
): Option<String> {
    self.metadata_mut(blob_id).remove_if_exists(key)
}

// === Package functions ===

/// Emits `StoragePoolCreated`. Aborts with `EResourceBounds` unless the storage covers `epoch`.
public(package) fun new(storage: Storage, epoch: u32, ctx: &mut TxContext): StoragePool {
    assert!(storage.start_epoch() <= epoch && epoch < storage.end_epoch(), EResourceBounds);
    let mut pool = StoragePool { id: object::new(ctx), version: VERSION };
    events::emit_storage_pool_created(
        epoch,
        pool.object_id(),
        storage.size(),
        storage.start_epoch(),
        storage.end_epoch(),
    );
    let blobs = object_table::new(ctx);
    df::add(&mut pool.id, VERSION, StoragePoolInnerV1 { storage, used_encoded_bytes: 0, blob_count: 0, blobs });
    pool
}

/// Takes a blob in and returns its encoded size; emits `PooledBlobRegistered`.
/// Aborts with `EResourceBounds` (ended), `EInsufficientCapacity`, `EInvalidBlobId`, or in `dynamic_field` if the
/// pool holds the blob id already.
public(package) fun register(
    self: &mut StoragePool,
    blob_id: u256,
    root_hash: u256,
    unencoded_size: u64,
    encoding_type: u8,
    deletable: bool,
    epoch: u32,
    n_shards: u16,
    ctx: &mut TxContext,
): u64 {
    self.assert_not_expired(epoch);
    let encoded = encoding::encoded_blob_length(unencoded_size, encoding_type, n_shards);
    assert!(encoded <= self.available_encoded_bytes(), EInsufficientCapacity);
    assert!(blob::derive_blob_id(root_hash, encoding_type, unencoded_size) == blob_id, EInvalidBlobId);
    let pooled = PooledBlob {
        id: object::new(ctx),
        registered_epoch: epoch,
        blob_id,
        unencoded_size,
        encoding_type,
        certified_epoch: option::none(),
        storage_pool_id: self.object_id(),
        deletable,
    };
    events::emit_pooled_blob_registered(
        epoch,
        blob_id,
        unencoded_size,
        encoding_type,
        deletable,
        object::id(&pooled),
        self.object_id(),
    );
    let inner = self.inner_mut();
    inner.used_encoded_bytes = inner.used_encoded_bytes + encoded;
    inner.blob_count = inner.blob_count + 1;
    inner.blobs.add(blob_id, pooled);
    encoded
}

/// Sets a blob's certified epoch from a verified message; emits `PooledBlobCertified`.
/// Aborts with `EInvalidBlobId`, `EAlreadyCertified`, `EResourceBounds` (ended), `EInvalidBlobPersistenceType` or
/// `EInvalidBlobObject`, in this order.
public(package) fun certify(self: &mut StoragePool, blob_id: u256, epoch: u32, message: CertifiedBlobMessage) {
    assert!(blob_id == message.certified_blob_id(), EInvalidBlobId);
    let (end_epoch, pool_id) = (self.end_epoch(), self.object_id());
    let blob = self.pooled_blob_mut(blob_id);
    assert!(blob.certified_epoch.is_none(), EAlreadyCertified);
    assert!(epoch < end_epoch, EResourceBounds);
    let persistence = message.blob_persistence_type();
    assert!(blob.deletable == persistence.is_deletable(), EInvalidBlobPersistenceType);
    if (blob.deletable) assert!(persistence.object_id() == object::id(blob), EInvalidBlobObject);

    blob.certified_epoch.fill(epoch);
    events::emit_pooled_blob_certified(epoch, blob_id, blob.deletable, object::id(blob), pool_id);
}

/// Removes a deletable blob; emits `PooledBlobDeleted`. Returns whether it was certified.
/// Aborts with `EResourceBounds` (ended) or `EBlobNotDeletable`.
public(package) fun delete(self: &mut StoragePool, blob_id: u256, epoch: u32, n_shards: u16): bool {
    self.assert_not_expired(epoch);
    assert!(self.pooled_blob(blob_id).deletable, EBlobNotDeletable);
    let (object_id, was_certified) = self.remove(blob_id, n_shards);
    events::emit_pooled_blob_deleted(epoch, blob_id, object_id, was_certified, self.object_id());
    was_certified
}

/// Removes any blob of a pool that has ended. Aborts with `EResourceBounds` before that.
public(package) fun burn_expired(self: &mut StoragePool, blob_id: u256, epoch: u32, n_shards: u16) {
    assert!(epoch >= self.end_epoch(), EResourceBounds);
    self.remove(blob_id, n_shards);
}

/// Prolongs the pool; the caller has charged for it. Emits `StoragePoolExtended`.
public(package) fun extend(self: &mut StoragePool, extended_epochs: u32, epoch: u32) {
    self.inner_mut().storage.extend_end_epoch(extended_epochs);
    events::emit_storage_pool_extended(epoch, self.object_id(), self.end_epoch());
}

/// Grows the pool; the caller has charged for it.
public(package) fun increase_capacity(self: &mut StoragePool, additional: u64) {
    self.inner_mut().storage.increase_size(additional)
}

/// Grows the pool by storage that has started and ends with it.
/// Aborts with `EResourceBounds` or `EIncompatibleEndEpoch`.
public(package) fun absorb(self: &mut StoragePool, storage: Storage, epoch: u32) {
    self.assert_not_expired(epoch);
    assert!(storage.start_epoch() <= epoch, EResourceBounds);
    assert!(storage.end_epoch() == self.end_epoch(), EIncompatibleEndEpoch);
    self.increase_capacity(storage.size());
    storage.destroy();
}

/// Takes `size` unused bytes out of the pool. Aborts with `EInsufficientCapacity`.
public(package) fun extract(self: &mut StoragePool, size: u64, ctx: &mut TxContext): Storage {
    assert!(size <= self.available_encoded_bytes(), EInsufficientCapacity);
    let remaining = self.reserved_encoded_capacity_bytes() - size;
    self.inner_mut().storage.split_by_size(remaining, ctx)
}

/// `percent` of the unused bytes, rounded down. Aborts with `EInvalidPercent` above 100.
public(package) fun percent_of_unused(self: &StoragePool, percent: u8): u64 {
    assert!(percent <= 100, EInvalidPercent);
    ((self.available_encoded_bytes() as u128) * (percent as u128) / 100) as u64
}

public(package) fun is_certified(self: &StoragePool, blob_id: u256): bool {
    self.pooled_blob(blob_id).certified_epoch.is_some()
}

/// Aborts with `EResourceBounds` once the pool has ended.
public(package) fun assert_not_expired(self: &StoragePool, epoch: u32) {
    assert!(epoch < self.end_epoch(), EResourceBounds)
}

// === Private functions ===

fun inner(self: &StoragePool): &StoragePoolInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow(&self.id, VERSION)
}

fun inner_mut(self: &mut StoragePool): &mut StoragePoolInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow_mut(&mut self.id, VERSION)
}

fun pooled_blob(self: &StoragePool, blob_id: u256): &PooledBlob { &self.inner().blobs[blob_id] }

fun pooled_blob_mut(self: &mut StoragePool, blob_id: u256): &mut PooledBlob {
    &mut self.inner_mut().blobs[blob_id]
}

fun has_metadata(blob: &PooledBlob): bool {
    df::exists_with_type<_, Metadata>(&blob.id, METADATA_KEY)
}

fun metadata_mut(self: &mut StoragePool, blob_id: u256): &mut Metadata {
    let blob = self.pooled_blob_mut(blob_id);
    assert!(blob.has_metadata(), EMissingMetadata);
    df::borrow_mut(&mut blob.id, METADATA_KEY)
}

/// Takes a blob out and frees its space; returns its object id and whether it was certified.
fun remove(self: &mut StoragePool, blob_id: u256, n_shards: u16): (ID, bool) {
    let inner = self.inner_mut();
    let PooledBlob { mut id, unencoded_size, encoding_type, certified_epoch, .. } = inner.blobs.remove(blob_id);
    let encoded = encoding::encoded_blob_length(unencoded_size, encoding_type, n_shards);
    inner.used_encoded_bytes = inner.used_encoded_bytes - encoded;
    inner.blob_count = inner.blob_count - 1;
    df::remove_if_exists<vector<u8>, Metadata>(&mut id, METADATA_KEY);
    let object_id = id.to_inner();
    id.delete();
    (object_id, certified_epoch.is_some())
}

// === Test functions ===

#[test_only]
public fun set_version_for_testing(self: &mut StoragePool, version: u64) { self.version = version; }
