/// A blob from registration to deletion.
#[test_only]
module walrus::blob_life_tests;

use std::unit_test::{assert_eq, destroy};
use walrus::test_network;

#[test]
fun deletable_blob_lives_and_is_deleted() {
    let mut ctx = tx_context::dummy();
    let mut network = test_network::four_nodes(&mut ctx);
    let mut blob = network.register_blob(7, 1_000, 3, true, &mut ctx);
    assert_eq!(*blob.certified_epoch(), option::none());
    network.certify_blob(&mut blob);
    assert_eq!(*blob.certified_epoch(), option::some(1));
    let entry = network.system().live_blob(blob.blob_id()).destroy_some();
    assert_eq!(entry.end_epoch(), 4);
    assert_eq!(entry.count(), 1);
    let blob_id = blob.blob_id();
    let storage = network.system_mut().delete_blob(blob);
    assert_eq!(storage.end_epoch(), 4);
    assert!(network.system().live_blob(blob_id).is_none());
    destroy(storage);
    network.destroy();
}
