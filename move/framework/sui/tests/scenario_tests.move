/// What `test_scenario` promises to those who write tests with it.
#[test_only]
module sui::scenario_tests;

use std::unit_test::assert_eq;
use sui::dynamic_field;
use sui::event;
use sui::test_scenario as ts;
use sui::transfer::Receiving;

const ALICE: address = @0xA11CE;
const BOB: address = @0xB0B;

public struct Note has key, store { id: UID, text: vector<u8> }

public struct Frame has key, store { id: UID, note: Note }

public struct Written has copy, drop { length: u64 }

fun note(text: vector<u8>, ctx: &mut TxContext): Note { Note { id: object::new(ctx), text } }

fun tear(note: Note): vector<u8> {
    let Note { id, text } = note;
    id.delete();
    text
}

#[test]
fun newest_object_is_taken_first() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_transfer(note(b"first", scenario.ctx()), ALICE);
    scenario.next_tx(ALICE);
    transfer::public_transfer(note(b"second", scenario.ctx()), ALICE);
    scenario.next_tx(ALICE);
    assert_eq!(scenario.ids_for_sender<Note>().length(), 2);
    let newest: Note = scenario.take_from_sender();
    assert_eq!(newest.text, b"second");
    let older: Note = scenario.take_from_sender();
    assert_eq!(older.text, b"first");
    assert!(!scenario.has_most_recent_for_sender<Note>());
    scenario.return_to_sender(newest);
    scenario.return_to_sender(older);
    scenario.next_tx(ALICE);
    let newest: Note = scenario.take_from_sender();
    assert_eq!(newest.tear(), b"first");
    scenario.end();
}

#[test]
fun objects_appear_with_the_next_transaction() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_transfer(note(b"text", scenario.ctx()), ALICE);
    assert!(!scenario.has_most_recent_for_sender<Note>());
    scenario.next_tx(ALICE);
    assert!(scenario.has_most_recent_for_sender<Note>());
    assert!(!ts::has_most_recent_for_address<Note>(BOB));
    scenario.end();
}

#[test]
fun effects_of_a_transaction() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_transfer(note(b"kept", scenario.ctx()), BOB);
    transfer::public_share_object(note(b"shared", scenario.ctx()));
    transfer::public_freeze_object(note(b"frozen", scenario.ctx()));
    note(b"gone", scenario.ctx()).tear();
    event::emit(Written { length: 4 });
    let effects = scenario.next_tx(BOB);
    assert_eq!(effects.created().length(), 3);
    assert_eq!(effects.deleted().length(), 0);
    assert_eq!(effects.shared().length(), 1);
    assert_eq!(effects.frozen().length(), 1);
    assert_eq!(effects.transferred_to_account().length(), 1);
    assert_eq!(effects.num_user_events(), 1);
    assert_eq!(event::num_events(), 0);
    let kept: Note = scenario.take_from_sender();
    let id = object::id(&kept);
    kept.tear();
    let effects = scenario.end();
    assert_eq!(effects.deleted(), vector[id]);
    assert_eq!(effects.created().length(), 0);
}

#[test]
fun shared_object_can_be_changed_and_deleted() {
    let mut scenario = ts::begin(ALICE);
    let mut shared = note(b"old", scenario.ctx());
    dynamic_field::add(&mut shared.id, b"key", 7u64);
    transfer::public_share_object(shared);
    scenario.next_tx(BOB);
    let mut shared: Note = scenario.take_shared();
    shared.text = b"new";
    ts::return_shared(shared);
    scenario.next_tx(ALICE);
    let mut shared: Note = scenario.take_shared();
    assert_eq!(shared.text, b"new");
    assert_eq!(dynamic_field::remove(&mut shared.id, b"key"), 7u64);
    shared.tear();
    scenario.next_tx(ALICE);
    assert!(!ts::has_most_recent_shared<Note>());
    scenario.end();
}

#[test]
fun immutable_object_can_be_read() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_freeze_object(note(b"frozen", scenario.ctx()));
    scenario.next_tx(BOB);
    let frozen: Note = scenario.take_immutable();
    assert_eq!(frozen.text, b"frozen");
    ts::return_immutable(frozen);
    scenario.end();
}

#[test]
fun object_sent_to_an_object_is_received() {
    let mut scenario = ts::begin(ALICE);
    let parent = note(b"parent", scenario.ctx());
    let parent_id = object::id(&parent);
    transfer::public_transfer(note(b"child", scenario.ctx()), parent_id.to_address());
    transfer::public_transfer(parent, ALICE);
    scenario.next_tx(ALICE);
    let mut parent: Note = scenario.take_from_sender();
    let ticket: Receiving<Note> = ts::most_recent_receiving_ticket(&parent_id);
    let child = transfer::public_receive(&mut parent.id, ticket);
    assert_eq!(child.tear(), b"child");
    scenario.return_to_sender(parent);
    scenario.end();
}

#[test]
fun time_and_sender_of_each_transaction() {
    let mut scenario = ts::begin(ALICE);
    assert_eq!(scenario.sender(), ALICE);
    assert_eq!(scenario.ctx().epoch(), 0);
    let first = scenario.ctx().fresh_object_address();
    scenario.later_epoch(5, BOB);
    assert_eq!(scenario.ctx().sender(), BOB);
    assert_eq!(scenario.ctx().epoch(), 1);
    assert_eq!(scenario.ctx().epoch_timestamp_ms(), 5);
    assert!(scenario.ctx().fresh_object_address() != first);
    scenario.end();
}

#[test]
fun ids_follow_from_digest_and_count() {
    let mut ctx = tx_context::dummy();
    let id = object::new(&mut ctx);
    // BLAKE2b-256 of the byte 0xf1, 32 zero bytes of digest and the count 0 in eight bytes.
    assert_eq!(id.to_address(), sui::address::from_bytes(sui::hash::blake2b256(&first_id_preimage())));
    assert_eq!(object::last_created(&ctx), id.to_inner());
    assert_eq!(ctx.ids_created(), 1);
    id.delete();
}

fun first_id_preimage(): vector<u8> {
    let mut bytes = vector[0xf1u8];
    40u64.do!(|_| bytes.push_back(0));
    bytes
}

#[test, expected_failure(abort_code = 3, location = sui::test_scenario)]
fun nothing_to_take() {
    let scenario = ts::begin(ALICE);
    scenario.take_from_sender<Note>().tear();
    scenario.end();
}

#[test, expected_failure(abort_code = 2, location = sui::test_scenario)]
fun object_given_back_to_another() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_transfer(note(b"text", scenario.ctx()), ALICE);
    scenario.next_tx(ALICE);
    let taken: Note = scenario.take_from_sender();
    ts::return_to_address(BOB, taken);
    scenario.end();
}

#[test, expected_failure]
fun shared_object_kept() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_share_object(note(b"text", scenario.ctx()));
    scenario.next_tx(ALICE);
    let taken: Note = scenario.take_shared();
    transfer::public_transfer(taken, ALICE);
    scenario.end();
}

#[test, expected_failure]
fun immutable_object_changed() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_freeze_object(note(b"text", scenario.ctx()));
    scenario.next_tx(ALICE);
    let mut taken: Note = scenario.take_immutable();
    taken.text = b"changed";
    ts::return_immutable(taken);
    scenario.end();
}

#[test, expected_failure(abort_code = 0, location = sui::transfer)]
fun object_of_an_earlier_transaction_shared() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_transfer(note(b"text", scenario.ctx()), ALICE);
    scenario.next_tx(ALICE);
    let taken: Note = scenario.take_from_sender();
    transfer::public_share_object(taken);
    scenario.end();
}

#[test, expected_failure]
fun shared_object_wrapped() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_share_object(note(b"text", scenario.ctx()));
    scenario.next_tx(ALICE);
    let note: Note = scenario.take_shared();
    transfer::public_transfer(Frame { id: object::new(scenario.ctx()), note }, ALICE);
    scenario.end();
}

#[test, expected_failure]
fun immutable_object_in_a_field() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_freeze_object(note(b"text", scenario.ctx()));
    scenario.next_tx(ALICE);
    let note: Note = scenario.take_immutable();
    let mut parent = object::new(scenario.ctx());
    dynamic_field::add(&mut parent, b"key", note);
    parent.delete();
    scenario.end();
}

#[test]
fun owned_object_wrapped_and_unwrapped() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_transfer(note(b"text", scenario.ctx()), ALICE);
    scenario.next_tx(ALICE);
    let note: Note = scenario.take_from_sender();
    transfer::public_transfer(Frame { id: object::new(scenario.ctx()), note }, ALICE);
    scenario.next_tx(ALICE);
    assert!(!scenario.has_most_recent_for_sender<Note>());
    let Frame { id, note } = scenario.take_from_sender();
    id.delete();
    transfer::public_transfer(note, BOB);
    scenario.next_tx(BOB);
    assert_eq!(scenario.take_from_sender<Note>().tear(), b"text");
    scenario.end();
}

// Tests of other packages name these constants, so their names are part of the interface.
#[test, expected_failure(abort_code = ts::EObjectIDNotFound)]
fun object_of_an_unknown_id() {
    let scenario = ts::begin(ALICE);
    sui::test_utils::destroy(scenario.take_from_sender_by_id<Note>(object::id_from_address(BOB)));
    scenario.end();
}

#[test, expected_failure(abort_code = ts::EInvalidSharedOrImmutableUsage)]
fun frozen_object_given_away() {
    let mut scenario = ts::begin(ALICE);
    transfer::public_freeze_object(note(b"", scenario.ctx()));
    scenario.next_tx(ALICE);
    transfer::public_transfer(scenario.take_immutable<Note>(), BOB);
    scenario.end();
}
