/// A system in epoch 0; certificates as `certify_blob_and_freeze` makes them.
#[test_only]
module gated_content::gated_content_tests;

use gated_content::gated_content::{Self, Listing};
use std::unit_test::{assert_eq, destroy};
use sui::coin::{Self, Coin};
use sui::sui::SUI;
use sui::test_scenario::{Self, Scenario};
use walrus::availability_certificate::{Self, AvailabilityCertificate};
use walrus::system::{Self, System};

const SELLER: address = @0xA;
const BUYER: address = @0xB;
const BLOB: u256 = 7;
const PRICE: u64 = 100;

/// A certificate from epoch 0 up to `end_epoch`.
fun certificate(blob_id: u256, end_epoch: u32, deletable: bool, ctx: &mut TxContext): AvailabilityCertificate {
    availability_certificate::new_for_testing(blob_id, 0, end_epoch, deletable, ctx)
}

/// The blob is listed, and it is the buyer's turn.
fun listed(): (Scenario, System, AvailabilityCertificate, Listing) {
    let mut scenario = test_scenario::begin(SELLER);
    let system = system::new_for_testing(10, scenario.ctx());
    let certificate = certificate(BLOB, 5, false, scenario.ctx());
    gated_content::list(&certificate, &system, PRICE, scenario.ctx());
    scenario.next_tx(BUYER);
    let listing: Listing = scenario.take_shared();
    (scenario, system, certificate, listing)
}

fun sui(amount: u64, scenario: &mut Scenario): Coin<SUI> { coin::mint_for_testing(amount, scenario.ctx()) }

#[test]
fun buyer_pays_and_has_access() {
    let (mut scenario, system, certificate, listing) = listed();
    let payment = sui(PRICE, &mut scenario);
    let pass = listing.buy(&certificate, &system, payment, scenario.ctx());
    pass.assert_access(&listing, &system);
    assert_eq!(pass.blob_id(), BLOB);
    assert_eq!(pass.end_epoch(), 5);

    scenario.next_tx(SELLER);
    let income: Coin<SUI> = scenario.take_from_sender();
    assert_eq!(income.value(), PRICE);
    scenario.return_to_sender(income);
    destroy(pass);
    destroy(certificate);
    destroy(system);
    test_scenario::return_shared(listing);
    scenario.end();
}

#[test, expected_failure(abort_code = gated_content::ENotPermanent)]
fun deletable_blob_cannot_be_listed() {
    let ctx = &mut tx_context::dummy();
    let system = system::new_for_testing(10, ctx);
    gated_content::list(&certificate(BLOB, 5, true, ctx), &system, PRICE, ctx);
    abort
}

#[test, expected_failure(abort_code = gated_content::ENotAvailable)]
fun ended_blob_cannot_be_listed() {
    let ctx = &mut tx_context::dummy();
    let system = system::new_for_testing(10, ctx);
    gated_content::list(&certificate(BLOB, 0, false, ctx), &system, PRICE, ctx);
    abort
}

#[test, expected_failure(abort_code = gated_content::EInvalidBlob)]
fun inconsistent_blob_cannot_be_listed() {
    let ctx = &mut tx_context::dummy();
    let mut system = system::new_for_testing(10, ctx);
    system.invalidate_for_testing(BLOB);
    gated_content::list(&certificate(BLOB, 5, false, ctx), &system, PRICE, ctx);
    abort
}

#[test, expected_failure(abort_code = gated_content::EOtherBlob)]
fun certificate_of_another_blob_aborts() {
    let (mut scenario, system, _certificate, listing) = listed();
    let other = certificate(BLOB + 1, 5, false, scenario.ctx());
    let payment = sui(PRICE, &mut scenario);
    let _pass = listing.buy(&other, &system, payment, scenario.ctx());
    abort
}

#[test, expected_failure(abort_code = gated_content::EWrongPayment)]
fun other_price_aborts() {
    let (mut scenario, system, certificate, listing) = listed();
    let payment = sui(PRICE - 1, &mut scenario);
    let _pass = listing.buy(&certificate, &system, payment, scenario.ctx());
    abort
}

#[test, expected_failure(abort_code = gated_content::EOtherListing)]
fun pass_opens_one_listing_only() {
    let (mut scenario, system, certificate, listing) = listed();
    let payment = sui(PRICE, &mut scenario);
    let pass = listing.buy(&certificate, &system, payment, scenario.ctx());
    gated_content::list(&certificate, &system, PRICE, scenario.ctx());
    scenario.next_tx(BUYER);
    let other: Listing = scenario.take_shared();
    pass.assert_access(&other, &system);
    abort
}

#[test, expected_failure(abort_code = gated_content::EPassEnded)]
fun pass_ends_with_the_certificate() {
    let (mut scenario, mut system, certificate, listing) = listed();
    let payment = sui(PRICE, &mut scenario);
    let pass = listing.buy(&certificate, &system, payment, scenario.ctx());
    system.set_epoch_for_testing(5);
    pass.assert_access(&listing, &system);
    abort
}
