/// Challenges. A network of 7 shards and two nodes of 1,000 WAL; the blob is 20 times "walrus" (120 bytes), encoded
/// and hashed outside of these contracts. A court asks for a bond of 100 FROST and takes 1 % of the stake (10 WAL), a
/// quarter of it for the accuser; there are 1,000 ms to answer and at most two challenges at a time.
#[test_only]
module walrus_challenges::court_tests;

use std::unit_test::{assert_eq, destroy};
use sui::bcs;
use sui::clock::{Self, Clock};
use sui::coin::Coin;
use sui::event;
use sui::package;
use sui::test_scenario::{Self, Scenario};
use wal::wal::{Self, ProtectedTreasury, WAL};
use walrus::blob::Blob;
use walrus::encoding;
use walrus::network_parameters;
use walrus::node_metadata;
use walrus::penalty_authority;
use walrus::staking::{Self, Staking};
use walrus::storage_node::StorageNodeCap;
use walrus::system::{Self, System};
use walrus::upgrade;
use walrus_challenges::court::{
    Self,
    Challenge,
    ChallengeAnswered,
    ChallengeDismissed,
    ChallengeOpened,
    ChallengeUpheld,
    Court
};
use walrus_challenges::possession::{Self, Possession};
use walrus_challenges::rules;

const ACCUSER: address = @0xA;
const BOND: u64 = 100;
const SIZE: u64 = 120;
/// Holds sliver pair 2 of the blob.
const SHARD: u16 = 3;
const PAIR: u16 = 2;
const SYMBOL: u16 = 5;
const ROOT: vector<u8> = x"1ce1783cf71b24fc1e5a8c234387e60dcdc27b31e5d42d6e4c089181d3415cd3";
/// 3b56be50bdca46574f2935c2461ac1435d710b3df9942ce3ecf3eb33f98c35fa is the blob id.
const BLOB_ID: vector<u8> = x"3b56be50bdca46574f2935c2461ac1435d710b3df9942ce3ecf3eb33f98c35fa";

fun number(bytes: vector<u8>): u256 { bcs::new(bytes).peel_u256() }

/// Symbol 5 of primary sliver 2, in these parts.
fun possession(symbol_parts: vector<vector<u8>>): Possession {
    possession::new(
        number(ROOT),
        1,
        SIZE,
        symbol_parts,
        vector[
            x"1c31f51ec1fc41d82e582b08721d0c0fa3246cfd7711db9d611ed44d997156ee",
            x"b4289e4a18bd5c3d0d073589d9f53e5ed7338310b150d568c0d6c91b637ee08b",
            x"043081d203c96c1ad7db7c1f94cad0ee9e5a5c57b54a66a9daa7b9cd609e2340",
        ],
        x"2a266ff0727a45716024c4e61fed68d493f714d776ae74242f8339bf9fc3a97a",
        vector[
            x"d752e16b229b0b1b80d16e1ff10afc0daa85c87feb4a80df721dfa224a185699",
            x"3f555c3434724afbede649ef8a299799b67faeaa34e21bd0642c4682d84c1f1b",
            x"68eabc9376e9e0add73c2e3961ac0e978a6a63eb3612f29686905aee134422af",
        ],
    )
}

fun symbol(): vector<vector<u8>> { vector[x"b94c4ae3", x"1d3d3e10"] }

// === A network with a court ===

public struct World {
    scenario: Scenario,
    system: System,
    staking: Staking,
    treasury: ProtectedTreasury,
    wal: Coin<WAL>,
    clock: Clock,
    caps: vector<StorageNodeCap>,
    blob: Blob,
    court: Court,
}

/// Epoch 2; the blob was certified in epoch 1.
fun begin(): World {
    let mut world = certified();
    (&mut world).next_epoch();
    world
}

/// Epoch 1; the blob was certified just now.
fun certified(): World {
    let mut scenario = test_scenario::begin(ACCUSER);
    let ctx = scenario.ctx();
    let clock = clock::create_for_testing(ctx);
    let (mut treasury, mut wal) = wal::new_treasury_for_testing(1_000_000_000_000_000_000, ctx);
    let mut system = system::new_for_testing(5, ctx);
    let mut staking = staking::new_for_testing(0, 7, network_parameters::default(0), &clock, ctx);
    let mut caps = vector::tabulate!(2, |_| register(&mut staking, &mut wal, ctx));
    change_epoch(&mut system, &mut staking, &mut treasury, &mut caps, &clock, ctx);
    let blob = store(&mut system, &mut wal, ctx);
    open_court(100, ctx);
    scenario.next_tx(ACCUSER);
    let court: Court = scenario.take_shared();
    World { scenario, system, staking, treasury, wal, clock, caps, blob, court }
}

fun open_court(limit: u16, ctx: &mut TxContext) {
    let cap = package::test_publish(object::id_from_address(@0xCAFE), ctx);
    let (manager, emergency) = upgrade::new_for_testing(cap, ctx);
    let authority = penalty_authority::grant(&emergency, limit, ctx);
    court::new(authority, rules::new(1_000, BOND, 100, 25, 2), ctx);
    destroy(manager);
    destroy(emergency);
}

fun register(staking: &mut Staking, wal: &mut Coin<WAL>, ctx: &mut TxContext): StorageNodeCap {
    let cap = staking.register_candidate(
        b"node".to_string(),
        b"127.0.0.1:9185".to_string(),
        node_metadata::new(b"".to_string(), b"".to_string(), b"".to_string()),
        x"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
        vector::tabulate!(33, |_| 2),
        vector::tabulate!(96, |_| 0),
        0,
        5,
        2,
        1_000_000_000_000,
        ctx,
    );
    let stake = wal.split(1_000_000_000_000, ctx);
    destroy(staking.stake_with_pool(stake, cap.node_id(), ctx));
    cap
}

fun change_epoch(
    system: &mut System,
    staking: &mut Staking,
    treasury: &mut ProtectedTreasury,
    caps: &mut vector<StorageNodeCap>,
    clock: &Clock,
    ctx: &mut TxContext,
) {
    staking.voting_end(clock);
    staking.initiate_epoch_change_v2(system, treasury, clock, ctx);
    let epoch = staking.epoch();
    caps.do_mut!(|cap| staking.epoch_sync_done(cap, epoch, clock));
}

/// Buys space, registers and certifies the blob for four epochs.
fun store(system: &mut System, wal: &mut Coin<WAL>, ctx: &mut TxContext): Blob {
    let storage = system.reserve_space(encoding::encoded_blob_length(SIZE, 1, 7), 4, wal, ctx);
    let mut blob = system.register_blob(storage, number(BLOB_ID), number(ROOT), SIZE, 1, true, wal, ctx);
    let mut message = vector[1, 0, 3, 1, 0, 0, 0];
    message.append(bcs::to_bytes(&blob.blob_id()));
    message.push_back(1);
    message.append(blob.object_id().to_bytes());
    system.certify_blob(&mut blob, vector::tabulate!(96, |_| 0), vector[3], message);
    blob
}

fun next_epoch(world: &mut World) {
    change_epoch(
        &mut world.system,
        &mut world.staking,
        &mut world.treasury,
        &mut world.caps,
        &world.clock,
        world.scenario.ctx(),
    )
}

/// Node that holds the shard.
fun holder(world: &World): ID {
    let committee = world.staking.committee().inner();
    let node_ids = committee.keys();
    let i = node_ids.find_index!(|node_id| committee[node_id].contains(&SHARD)).destroy_some();
    node_ids[i]
}

fun other_node(world: &World): ID {
    let holder = world.holder();
    let node_ids = world.staking.committee().inner().keys();
    if (node_ids[0] == holder) node_ids[1] else node_ids[0]
}

fun accuse_with(world: &mut World, node_id: ID, blob_id: u256, shard: u16, symbol: u16, bond: u64) {
    let bond = world.wal.split(bond, world.scenario.ctx());
    world
        .court
        .accuse(
            &world.system,
            &world.staking,
            node_id,
            blob_id,
            shard,
            symbol,
            bond,
            &world.clock,
            world.scenario.ctx(),
        );
}

/// Accuses the holder of the symbol the tests can show, and takes the challenge.
fun accuse(world: &mut World): Challenge {
    let node_id = world.holder();
    world.accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND);
    world.scenario.next_tx(ACCUSER);
    world.scenario.take_shared()
}

fun answer(world: &mut World, challenge: Challenge, possession: Possession) {
    challenge.answer(&mut world.court, &world.system, &mut world.staking, possession)
}

fun uphold(world: &mut World, challenge: Challenge) {
    challenge.uphold(
        &mut world.court,
        &world.system,
        &mut world.staking,
        &mut world.treasury,
        &world.clock,
        world.scenario.ctx(),
    )
}

fun dismiss(world: &mut World, challenge: Challenge) {
    challenge.dismiss(&mut world.court, &world.system, world.scenario.ctx())
}

/// FROST the accuser was sent.
fun received(world: &mut World): u64 {
    world.scenario.next_tx(ACCUSER);
    world.scenario.take_from_sender<Coin<WAL>>().burn_for_testing()
}

fun finish(world: World) {
    let World { scenario, system, staking, treasury, wal, clock, caps, blob, court } = world;
    test_scenario::return_shared(court);
    destroy(system);
    destroy(staking);
    destroy(treasury);
    destroy(wal);
    destroy(clock);
    destroy(caps);
    destroy(blob);
    scenario.end();
}

// === Outcomes ===

#[test]
fun node_that_shows_the_symbol_gets_the_bond() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    let node_id = world.holder();
    assert_eq!(world.court.open_challenges(node_id), 1);
    world.answer(challenge, possession(symbol()));
    assert_eq!(world.court.open_challenges(node_id), 0);
    assert_eq!(event::events_by_type<ChallengeAnswered>().length(), 1);
    // The bond is commission of the node.
    world.staking.voting_end(&world.clock);
    let i = world.caps.find_index!(|cap| cap.node_id() == node_id).destroy_some();
    let auth = walrus::auth::authenticate_with_object(&world.caps[i]);
    let commission = world.staking.collect_commission(node_id, auth, world.scenario.ctx());
    assert_eq!(commission.burn_for_testing(), BOND);
    owned.finish();
}

#[test]
fun node_that_stays_silent_is_slashed() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    let supply = world.treasury.total_supply();
    world.clock.increment_for_testing(1_000);
    world.uphold(challenge);
    assert_eq!(event::events_by_type<ChallengeUpheld>().length(), 1);
    // 10 WAL are taken: 2.5 go to the accuser with its bond, 7.5 burn.
    assert_eq!(supply - world.treasury.total_supply(), 7_500_000_000);
    assert_eq!(world.received(), 2_500_000_000 + BOND);
    assert_eq!(world.court.open_challenges(world.holder()), 0);
    owned.finish();
}

#[test]
fun late_answer_counts_until_the_challenge_is_upheld() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.clock.increment_for_testing(5_000);
    world.answer(challenge, possession(symbol()));
    owned.finish();
}

#[test]
fun challenge_of_an_ended_epoch_is_dismissed() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.next_epoch();
    world.dismiss(challenge);
    assert_eq!(event::events_by_type<ChallengeDismissed>().length(), 1);
    assert_eq!(world.received(), BOND);
    owned.finish();
}

#[test]
fun challenge_about_an_invalid_blob_is_dismissed() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.system.invalidate_for_testing(number(BLOB_ID));
    world.dismiss(challenge);
    assert_eq!(world.received(), BOND);
    owned.finish();
}

#[test]
fun challenge_names_what_is_asked_for() {
    let mut owned = begin();
    let world = &mut owned;
    let node_id = world.holder();
    world.accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND);
    assert_eq!(event::events_by_type<ChallengeOpened>().length(), 1);
    assert_eq!(possession::pair_of_shard(number(BLOB_ID), SHARD, 7), PAIR);
    owned.finish();
}

// === Accusing ===

#[test, expected_failure(abort_code = court::EWrongBond)]
fun other_bond_aborts() {
    let mut world = begin();
    let node_id = world.holder();
    (&mut world).accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND - 1);
    abort
}

#[test, expected_failure(abort_code = court::EIndexOutOfRange)]
fun symbol_beyond_the_shards_aborts() {
    let mut world = begin();
    let node_id = world.holder();
    (&mut world).accuse_with(node_id, number(BLOB_ID), SHARD, 7, BOND);
    abort
}

#[test, expected_failure(abort_code = court::ENotLive)]
fun unknown_blob_aborts() {
    let mut world = begin();
    let node_id = world.holder();
    (&mut world).accuse_with(node_id, 7, SHARD, SYMBOL, BOND);
    abort
}

#[test, expected_failure(abort_code = court::ENotLive)]
fun blob_certified_in_this_epoch_aborts() {
    let mut world = certified();
    let node_id = world.holder();
    (&mut world).accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND);
    abort
}

#[test, expected_failure(abort_code = court::ENotHolder)]
fun node_without_the_shard_aborts() {
    let mut world = begin();
    let node_id = world.other_node();
    (&mut world).accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND);
    abort
}

#[test, expected_failure(abort_code = court::ENotReported)]
fun node_that_has_not_reported_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    world.staking.voting_end(&world.clock);
    world
        .staking
        .initiate_epoch_change_v2(&mut world.system, &mut world.treasury, &world.clock, world.scenario.ctx());
    let node_id = world.holder();
    world.accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND);
    abort
}

#[test, expected_failure(abort_code = court::ETooManyOpen)]
fun third_open_challenge_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    let node_id = world.holder();
    3u64.do!(|_| world.accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND));
    abort
}

#[test]
fun two_challenges_can_be_open() {
    let mut owned = begin();
    let world = &mut owned;
    let node_id = world.holder();
    2u64.do!(|_| world.accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL, BOND));
    assert_eq!(world.court.open_challenges(node_id), 2);
    world.scenario.next_tx(ACCUSER);
    let challenge: Challenge = world.scenario.take_shared();
    world.answer(challenge, possession(symbol()));
    assert_eq!(world.court.open_challenges(node_id), 1);
    owned.finish();
}

// === Answering ===

#[test, expected_failure(abort_code = possession::ENotCommitted)]
fun other_symbol_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.answer(challenge, possession(vector[b"something else"]));
    abort
}

#[test, expected_failure(abort_code = possession::ENotCommitted)]
fun answer_to_another_question_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    let node_id = world.holder();
    world.accuse_with(node_id, number(BLOB_ID), SHARD, SYMBOL - 1, BOND);
    world.scenario.next_tx(ACCUSER);
    let challenge: Challenge = world.scenario.take_shared();
    world.answer(challenge, possession(symbol()));
    abort
}

#[test, expected_failure(abort_code = possession::EOtherBlob)]
fun answer_with_another_root_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.answer(challenge, possession::new(7, 1, SIZE, symbol(), vector[], vector[], vector[]));
    abort
}

fun digest(): vector<u8> { vector::tabulate!(32, |_| 9) }

/// An answer with paths of these lengths and this secondary root.
fun answer_with(symbol_path: u64, secondary_root: vector<u8>, pair_path: u64) {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    let symbol_path = vector::tabulate!(symbol_path, |_| digest());
    let pair_path = vector::tabulate!(pair_path, |_| digest());
    let shown = possession::new(number(ROOT), 1, SIZE, symbol(), symbol_path, secondary_root, pair_path);
    world.answer(challenge, shown);
    owned.finish();
}

#[test, expected_failure(abort_code = possession::EInvalidPath)]
fun short_symbol_path_aborts() { answer_with(2, digest(), 3) }

#[test, expected_failure(abort_code = possession::EInvalidPath)]
fun long_pair_path_aborts() { answer_with(3, digest(), 4) }

#[test, expected_failure(abort_code = possession::EInvalidPath)]
fun root_of_another_length_aborts() { answer_with(3, vector[], 3) }

#[test, expected_failure(abort_code = possession::ENotCommitted)]
fun made_up_path_aborts() { answer_with(3, digest(), 3) }

// === Ending ===

#[test, expected_failure(abort_code = court::ETooEarly)]
fun upholding_before_the_deadline_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.clock.increment_for_testing(999);
    world.uphold(challenge);
    abort
}

#[test, expected_failure(abort_code = court::EMoot)]
fun upholding_in_the_next_epoch_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.clock.increment_for_testing(1_000);
    world.next_epoch();
    world.uphold(challenge);
    abort
}

#[test, expected_failure(abort_code = court::ENotMoot)]
fun dismissing_an_open_challenge_aborts() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    world.dismiss(challenge);
    abort
}

#[test, expected_failure(abort_code = court::EOtherCourt)]
fun other_court_cannot_decide() {
    let mut owned = begin();
    let world = &mut owned;
    let challenge = world.accuse();
    open_court(100, world.scenario.ctx());
    world.scenario.next_tx(ACCUSER);
    let mut other: Court = world.scenario.take_shared();
    challenge.answer(&mut other, &world.system, &mut world.staking, possession(symbol()));
    abort
}

// === Rules ===

#[test, expected_failure(abort_code = court::EWeakAuthority)]
fun court_cannot_take_more_than_its_authority() {
    open_court(99, &mut tx_context::dummy());
    abort
}

#[test, expected_failure(abort_code = rules::EInvalidRules)]
fun court_needs_time() { rules::new(0, BOND, 100, 25, 2); }

#[test, expected_failure(abort_code = rules::EInvalidRules)]
fun court_needs_a_penalty() { rules::new(1_000, BOND, 0, 25, 2); }

#[test, expected_failure(abort_code = rules::EInvalidRules)]
fun court_needs_room() { rules::new(1_000, BOND, 100, 25, 0); }

#[test, expected_failure(abort_code = rules::EInvalidRules)]
fun bounty_is_at_most_everything() { rules::new(1_000, BOND, 100, 101, 2); }
