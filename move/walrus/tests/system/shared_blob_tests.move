/// Blobs that anyone can prolong. Prolonging costs 5 FROST an epoch.
#[test_only]
module walrus::shared_blob_tests;

use std::unit_test::assert_eq;
use sui::test_scenario;
use walrus::shared_blob::{Self, SharedBlob};
use walrus::test_network;

const OWNER: address = @0xA;
const OTHER: address = @0xB;

#[test]
fun anyone_prolongs_from_the_funds() {
    let mut scenario = test_scenario::begin(OWNER);
    let mut network = test_network::four_nodes(scenario.ctx());
    let mut blob = network.register_blob(7, 1_000, 2, false, scenario.ctx());
    network.certify_blob(&mut blob);
    let funds = network.mint(12, scenario.ctx());
    shared_blob::new_funded(blob, funds, scenario.ctx());

    scenario.next_tx(OTHER);
    let mut shared: SharedBlob = scenario.take_shared();
    shared.extend(network.system_mut(), 2, scenario.ctx());
    assert_eq!(shared.blob().end_epoch(), 5);
    assert_eq!(shared.funds().value(), 2);
    shared.fund(network.mint(3, scenario.ctx()));
    shared.extend(network.system_mut(), 1, scenario.ctx());
    assert_eq!(shared.blob().end_epoch(), 6);
    assert_eq!(shared.funds().value(), 0);
    test_scenario::return_shared(shared);
    network.destroy();
    scenario.end();
}

#[test, expected_failure(location = sui::balance, abort_code = 2)]
fun prolonging_without_funds_aborts() {
    let mut scenario = test_scenario::begin(OWNER);
    let mut network = test_network::four_nodes(scenario.ctx());
    let mut blob = network.register_blob(7, 1_000, 2, false, scenario.ctx());
    network.certify_blob(&mut blob);
    blob.share(scenario.ctx());
    scenario.next_tx(OTHER);
    let mut shared: SharedBlob = scenario.take_shared();
    shared.extend(network.system_mut(), 1, scenario.ctx());
    abort
}
