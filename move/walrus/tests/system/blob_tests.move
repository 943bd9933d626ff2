/// Rules of one blob. Four nodes with one shard each; a blob of 1,000 bytes takes 4,512 bytes encoded:
/// symbols of 168 bytes (1,000 / 6 rounded up to even), 4 * (5 * 168 + 256 + 32).
#[test_only]
module walrus::blob_tests;

use std::unit_test::{assert_eq, destroy};
use sui::bcs;
use sui::event;
use walrus::blob::{Self, Blob};
use walrus::events::{BlobCertified, BlobDeleted, BlobRegistered};
use walrus::messages;
use walrus::metadata;
use walrus::storage_resource;
use walrus::test_network::{Self, Network};

const RS2: u8 = 1;
const ENCODED: u64 = 4_512;

/// A number from its little-endian bytes.
fun number(bytes: vector<u8>): u256 { bcs::new(bytes).peel_u256() }

/// A blob of 1,000 bytes for the epochs 1 to 3 with `size` bytes of storage, registered in `epoch`.
fun register(size: u64, epoch: u32, deletable: bool): Blob {
    let ctx = &mut tx_context::dummy();
    let storage = storage_resource::create_storage(1, 4, size, ctx);
    let blob_id = blob::derive_blob_id(7, RS2, 1_000);
    blob::new(storage, blob_id, 7, 1_000, RS2, deletable, epoch, 4, ctx)
}

fun confirm(blob: &mut Blob, epoch: u32, message: vector<u8>) {
    let certified = messages::new_certified_message(message, 1, 4);
    blob.certify_with_certified_msg(epoch, messages::certify_blob_message(certified));
}

use fun confirm as Blob.confirm;

#[test]
fun blob_id_is_the_one_of_the_encoding() {
    // encoding.md §11: "hello walrus!" for 4 shards.
    let root = number(x"16d04b113f1341e517fd16ab927f733a86e591e8f4e95a8ff18dca4978ea1acb");
    let blob_id = blob::derive_blob_id(root, RS2, 13);
    assert_eq!(blob_id, number(x"dec83411fd543780a8eb2f3fc76c589c9de353171f004d442b0ed47976ce9480"));
    assert_eq!(
        blob_id,
        58158962938096465974635695951734972854329188966361224686366031606851824830686,
    );
}

#[test]
fun registered_blob_has_what_it_was_given() {
    let blob = register(ENCODED, 1, true);
    assert_eq!(blob.registered_epoch(), 1);
    assert_eq!(blob.size(), 1_000);
    assert_eq!(blob.encoding_type(), RS2);
    assert_eq!(blob.encoded_size(4), ENCODED);
    assert_eq!(blob.end_epoch(), 4);
    assert_eq!(blob.storage().size(), ENCODED);
    assert!(blob.is_deletable());
    assert_eq!(*blob.certified_epoch(), option::none());
    assert_eq!(event::events_by_type<BlobRegistered>().length(), 1);
    blob.burn();
}

#[test, expected_failure(abort_code = blob::EResourceSize)]
fun too_small_storage_aborts() {
    let _blob = register(ENCODED - 1, 1, true);
    abort
}

#[test, expected_failure(abort_code = blob::EResourceBounds)]
fun storage_that_has_not_started_aborts() {
    let _blob = register(ENCODED, 0, true);
    abort
}

#[test, expected_failure(abort_code = blob::EResourceBounds)]
fun storage_that_has_ended_aborts() {
    let _blob = register(ENCODED, 4, true);
    abort
}

#[test, expected_failure(abort_code = blob::EInvalidBlobId)]
fun id_of_another_root_aborts() {
    let ctx = &mut tx_context::dummy();
    let storage = storage_resource::create_storage(1, 4, ENCODED, ctx);
    let _blob = blob::new(storage, blob::derive_blob_id(8, RS2, 1_000), 7, 1_000, RS2, true, 1, 4, ctx);
    abort
}

#[test]
fun permanent_blob_is_certified() {
    let mut blob = register(ENCODED, 1, false);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    blob.confirm(1, message);
    assert_eq!(*blob.certified_epoch(), option::some(1));
    assert_eq!(event::events_by_type<BlobCertified>().length(), 1);
    blob.assert_certified_not_expired(3);
    blob.burn();
}

#[test, expected_failure(abort_code = blob::EInvalidBlobId)]
fun certificate_of_another_blob_aborts() {
    let mut blob = register(ENCODED, 1, false);
    let message = test_network::confirmation(1, blob.blob_id() + 1, option::none());
    blob.confirm(1, message);
    abort
}

#[test, expected_failure(abort_code = blob::EAlreadyCertified)]
fun second_certificate_aborts() {
    let mut blob = register(ENCODED, 1, false);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    blob.confirm(1, message);
    blob.confirm(1, message);
    abort
}

#[test, expected_failure(abort_code = blob::EResourceBounds)]
fun certificate_after_the_end_aborts() {
    let mut blob = register(ENCODED, 1, false);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    blob.confirm(4, message);
    abort
}

#[test, expected_failure(abort_code = blob::EInvalidBlobPersistenceType)]
fun permanent_certificate_of_a_deletable_blob_aborts() {
    let mut blob = register(ENCODED, 1, true);
    let message = test_network::confirmation(1, blob.blob_id(), option::none());
    blob.confirm(1, message);
    abort
}

#[test, expected_failure(abort_code = blob::EInvalidBlobPersistenceType)]
fun deletable_certificate_of_a_permanent_blob_aborts() {
    let mut blob = register(ENCODED, 1, false);
    let message = test_network::confirmation(1, blob.blob_id(), option::some(blob.object_id()));
    blob.confirm(1, message);
    abort
}

#[test, expected_failure(abort_code = blob::EInvalidBlobObject)]
fun certificate_of_another_object_aborts() {
    let mut blob = register(ENCODED, 1, true);
    let other = object::id_from_address(@0xA);
    let message = test_network::confirmation(1, blob.blob_id(), option::some(other));
    blob.confirm(1, message);
    abort
}

#[test, expected_failure(abort_code = blob::ENotCertified)]
fun uncertified_blob_is_not_available() {
    let blob = register(ENCODED, 1, true);
    blob.assert_certified_not_expired(1);
    abort
}

#[test]
fun deleting_returns_the_storage() {
    let blob = register(ENCODED, 1, true);
    let storage = blob.delete(3);
    assert_eq!(storage.size(), ENCODED);
    assert_eq!(event::events_by_type<BlobDeleted>().length(), 1);
    storage.destroy();
}

#[test, expected_failure(abort_code = blob::EBlobNotDeletable)]
fun deleting_a_permanent_blob_aborts() {
    let _storage = register(ENCODED, 1, false).delete(1);
    abort
}

#[test, expected_failure(abort_code = blob::EResourceBounds)]
fun deleting_after_the_end_aborts() {
    let _storage = register(ENCODED, 1, true).delete(4);
    abort
}

fun certified(network: &mut Network, ctx: &mut TxContext): Blob {
    let mut blob = network.register_blob(7, 1_000, 2, true, ctx);
    network.certify_blob(&mut blob);
    blob
}

use fun certified as Network.certified;

#[test]
fun extension_resource_prolongs_the_blob() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.certified(ctx);
    let extension = storage_resource::create_storage(3, 6, ENCODED, ctx);
    network.system_mut().extend_blob_with_resource(&mut blob, extension);
    assert_eq!(blob.end_epoch(), 6);
    assert_eq!(network.system().live_blob(blob.blob_id()).destroy_some().end_epoch(), 6);
    destroy(blob);
    network.destroy();
}

#[test, expected_failure(abort_code = blob::EResourceBounds)]
fun extension_that_ends_no_later_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.certified(ctx);
    let extension = storage_resource::create_storage(2, 3, ENCODED, ctx);
    network.system_mut().extend_blob_with_resource(&mut blob, extension);
    abort
}

// === Attributes ===

#[test]
fun attributes_are_set_and_removed() {
    let mut blob = register(ENCODED, 1, true);
    let (key, value) = (b"type".to_string(), b"image".to_string());
    blob.insert_or_update_metadata_pair(key, b"text".to_string());
    blob.insert_or_update_metadata_pair(key, value);
    let (removed_key, removed_value) = blob.remove_metadata_pair(&key);
    assert_eq!(removed_key, key);
    assert_eq!(removed_value, value);
    assert_eq!(blob.remove_metadata_pair_if_exists(&key), option::none());
    // Attributes go with the blob.
    blob.burn();
}

#[test]
fun attributes_are_replaced_as_a_whole() {
    let mut blob = register(ENCODED, 1, true);
    let key = b"type".to_string();
    let mut first = metadata::new();
    first.insert_or_update(key, b"text".to_string());
    assert!(blob.add_or_replace_metadata(first).is_none());
    let mut former = blob.add_or_replace_metadata(metadata::new()).destroy_some();
    assert_eq!(former.remove_if_exists(&key), option::some(b"text".to_string()));
    let mut latter = blob.take_metadata();
    assert_eq!(latter.remove_if_exists(&key), option::none());
    blob.burn();
}

#[test, expected_failure(abort_code = blob::EDuplicateMetadata)]
fun attributes_twice_abort() {
    let mut blob = register(ENCODED, 1, true);
    blob.add_metadata(metadata::new());
    blob.add_metadata(metadata::new());
    abort
}

#[test, expected_failure(abort_code = blob::EMissingMetadata)]
fun taking_no_attributes_aborts() {
    let mut blob = register(ENCODED, 1, true);
    blob.take_metadata();
    abort
}

#[test, expected_failure(abort_code = blob::EMissingMetadata)]
fun removing_a_pair_of_no_attributes_aborts() {
    let mut blob = register(ENCODED, 1, true);
    blob.remove_metadata_pair(&b"type".to_string());
    abort
}

#[test, expected_failure(location = sui::vec_map, abort_code = 1)]
fun removing_an_unknown_pair_aborts() {
    let mut blob = register(ENCODED, 1, true);
    blob.add_metadata(metadata::new());
    blob.remove_metadata_pair(&b"type".to_string());
    abort
}
