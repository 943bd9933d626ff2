/// The course of epochs.
#[test_only]
module walrus::epoch_tests;

use std::unit_test::assert_eq;
use sui::event;
use walrus::events;
use walrus::test_network;

#[test]
fun four_equal_nodes_share_the_shards() {
    let mut ctx = tx_context::dummy();
    let network = test_network::four_nodes(&mut ctx);
    assert_eq!(network.staking().epoch(), 1);
    assert_eq!(network.system().epoch(), 1);
    assert_eq!(network.system().n_shards(), 4);
    4u64.do!(|i| assert_eq!(network.staking().committee().shards(&network.node_id(i)).length(), 1));
    // Capacity: every node offers 1 TiB for one of four shards.
    assert_eq!(network.system().total_capacity_size(), 4_398_046_511_104);
    assert_eq!(event::events_by_type<events::EpochChangeDone>().length(), 1);
    assert_eq!(event::events_by_type<events::ShardsReceived>().length(), 4);
    network.destroy();
}
