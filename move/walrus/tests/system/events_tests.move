/// What events say, field by field in their BCS, as nodes read it.
#[test_only]
module walrus::events_tests;

use std::unit_test::{assert_eq, destroy};
use sui::bcs;
use sui::event;
use walrus::events::{
    BlobCertified,
    BlobDeleted,
    BlobRegistered,
    EpochChangeDone,
    EpochChangeStart,
    EpochParametersSelected,
    InvalidBlobID,
    PricesUpdated,
    ShardsReceived
};
use walrus::staking_events::{EpochSyncForced, RewardPaid, Slashed};
use walrus::network_parameters;
use walrus::test_network;

/// Bytes of the last event of a type.
fun last<T: copy + drop>(): vector<u8> {
    let events = event::events_by_type<T>();
    bcs::to_bytes(&events[events.length() - 1])
}

/// Parts one after the other.
fun join(parts: vector<vector<u8>>): vector<u8> { parts.flatten() }

#[test]
fun life_of_a_deletable_blob() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, true, ctx);
    let blob_id = bcs::to_bytes(&blob.blob_id());
    let object_id = blob.object_id().to_bytes();
    // epoch 1, id, size 1,000, encoding 1, end epoch 3, deletable, object
    let expected = join(
        vector[x"01000000", blob_id, x"e803000000000000", x"01", x"03000000", x"01", object_id],
    );
    assert_eq!(last<BlobRegistered>(), expected);

    network.certify_blob(&mut blob);
    // epoch 1, id, end epoch 3, deletable, object, no extension
    let expected = join(vector[x"01000000", blob_id, x"03000000", x"01", object_id, x"00"]);
    assert_eq!(last<BlobCertified>(), expected);

    network.next_epoch(ctx);
    let (system, funds) = network.system_and_funds();
    system.extend_blob(&mut blob, 2, funds);
    // epoch of the first certification 1, end epoch 5, extension
    let expected = join(vector[x"01000000", blob_id, x"05000000", x"01", object_id, x"01"]);
    assert_eq!(last<BlobCertified>(), expected);

    let storage = network.system_mut().delete_blob(blob);
    // epoch 2, id, end epoch 5, object, was certified
    let expected = join(vector[x"02000000", blob_id, x"05000000", object_id, x"01"]);
    assert_eq!(last<BlobDeleted>(), expected);
    storage.destroy();
    network.destroy();
}

#[test]
fun blob_that_was_never_certified() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let blob = network.register_blob(7, 1_000, 2, true, ctx);
    let blob_id = bcs::to_bytes(&blob.blob_id());
    let object_id = blob.object_id().to_bytes();
    network.system_mut().delete_blob(blob).destroy();
    let expected = join(vector[x"01000000", blob_id, x"03000000", object_id, x"00"]);
    assert_eq!(last<BlobDeleted>(), expected);
    network.destroy();
}

#[test]
fun extension_by_storage_is_an_extension() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let mut blob = network.register_blob(7, 1_000, 2, false, ctx);
    network.certify_blob(&mut blob);
    let (system, funds) = network.system_and_funds();
    let storage = system.reserve_space_for_epochs(4_512, 3, 5, funds, ctx);
    system.extend_blob_with_resource(&mut blob, storage);
    let expected = join(
        vector[
            x"01000000",
            bcs::to_bytes(&blob.blob_id()),
            x"05000000",
            x"00",
            blob.object_id().to_bytes(),
            x"01",
        ],
    );
    assert_eq!(last<BlobCertified>(), expected);
    blob.burn();
    network.destroy();
}

#[test]
fun invalid_blob_id() {
    let mut network = test_network::four_nodes(&mut tx_context::dummy());
    let message = test_network::blob_id_message(2, 1, 99);
    network.system_mut().invalidate_blob_id(test_network::signature(), vector[3], message);
    assert_eq!(last<InvalidBlobID>(), join(vector[x"01000000", bcs::to_bytes(&99u256)]));
    network.destroy();
}

#[test]
fun course_of_an_epoch() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    network.select_parameters();
    // of epoch 2
    assert_eq!(last<EpochParametersSelected>(), x"02000000");
    network.start_epoch_change(ctx);
    assert_eq!(last<EpochChangeStart>(), x"02000000");
    // epoch 2, 5 FROST for storage, 2 for writing
    assert_eq!(last<PricesUpdated>(), x"0200000005000000000000000200000000000000");
    network.finish_epoch_change();
    assert_eq!(last<EpochChangeDone>(), x"02000000");
    // the one shard of the fourth node
    let shard = network.staking().committee()[&network.node_id(3)][0];
    assert_eq!(last<ShardsReceived>(), join(vector[x"02000000", x"01", bcs::to_bytes(&shard)]));
    network.destroy();
}

#[test]
fun reward_and_what_the_operator_takes() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::empty(4, ctx);
    network.add_node_with_commission(1_000, 1_000, ctx);
    network.next_epoch(ctx);
    network.earn(ctx);
    network.next_epoch(ctx);
    // epoch 2, node, 4,850 FROST, 485 of them commission
    let expected = join(
        vector[x"02000000", network.node_id(0).to_bytes(), x"f212000000000000", x"e501000000000000"],
    );
    assert_eq!(last<RewardPaid>(), expected);
    network.destroy();
}

#[test]
fun slash_by_parts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::four_nodes(ctx);
    let node_id = network.node_id(0);
    let commission = network.mint(1, ctx).into_balance();
    network.staking_mut().add_commission_to_pools(vector[node_id], vector[commission]);
    let bond = network.mint(2, ctx);
    network.staking_mut().deposit_bond(node_id, bond);
    let taken = network.staking_mut().inner_mut().slash(node_id, 6, 1);
    // epoch 1, node, reason 1, 1 FROST commission, 2 bond, 3 stake
    let expected = join(
        vector[
            x"01000000",
            node_id.to_bytes(),
            x"01",
            x"0100000000000000",
            x"0200000000000000",
            x"0300000000000000",
        ],
    );
    assert_eq!(last<Slashed>(), expected);
    destroy(taken);
    network.destroy();
}

#[test]
fun nodes_missing_from_a_forced_change() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::with_parameters(2, network_parameters::new(300, 0), ctx);
    2u64.do!(|_| { network.add_node(1_000, ctx); });
    network.select_parameters();
    network.start_epoch_change(ctx);
    let (staking, cap, clock) = network.staking_and_cap(0);
    staking.epoch_sync_done(cap, 1, clock);
    network.clock_mut().increment_for_testing(300);
    let (staking, _, _, clock) = network.parts();
    staking.force_sync_done(clock);
    // epoch 1, weight 1 reported, one node missing
    let expected = join(vector[x"01000000", x"0100", x"01", network.node_id(1).to_bytes()]);
    assert_eq!(last<EpochSyncForced>(), expected);
    network.destroy();
}
