#[test_only]
module walrus::auth_tests;

use std::unit_test::destroy;
use sui::coin;
use wal::wal::WAL;
use walrus::auth;

#[test]
fun only_the_named_identity_matches() {
    let mut ctx = tx_context::new_from_hint(@0xA, 0, 0, 0, 0);
    let shown = coin::zero<WAL>(&mut ctx);
    let other = coin::zero<WAL>(&mut ctx);
    let by_address = auth::authorized_address(@0xA);
    let by_object = auth::authorized_object(object::id(&shown));

    assert!(auth::authenticate_sender(&ctx).matches(&by_address));
    assert!(auth::authenticate_with_object(&shown).matches(&by_object));
    assert!(!auth::authenticate_sender(&ctx).matches(&auth::authorized_address(@0xB)));
    assert!(!auth::authenticate_with_object(&other).matches(&by_object));
    destroy(shown);
    destroy(other);
}

#[test]
fun an_object_is_no_address() {
    // An object whose id equals the authorised address must not pass for it, nor the other way round.
    let mut ctx = tx_context::dummy();
    let shown = coin::zero<WAL>(&mut ctx);
    let same_bytes = object::id(&shown).to_address();
    assert!(!auth::authenticate_with_object(&shown).matches(&auth::authorized_address(same_bytes)));
    let sender = tx_context::new_from_hint(same_bytes, 1, 0, 0, 0);
    assert!(!auth::authenticate_sender(&sender).matches(&auth::authorized_object(object::id(&shown))));
    destroy(shown);
}
