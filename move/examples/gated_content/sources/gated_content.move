/// Sells access to a blob, and only while Walrus promises that the blob can be read.
///
/// The seller lists a permanent blob by showing its availability certificate. Buyers pay in SUI and receive a pass
/// that is good as long as the certificate; nobody can sell access to a blob that does not exist, has ended, or can
/// be taken away.
module gated_content::gated_content;

use sui::coin::Coin;
use sui::sui::SUI;
use walrus::availability_certificate::AvailabilityCertificate;
use walrus::system::System;

// === Errors ===

#[error]
const ENotPermanent: vector<u8> = b"The certificate is for a blob that can be deleted";
#[error]
const ENotAvailable: vector<u8> = b"The certificate does not promise the blob in the current epoch";
#[error]
const EInvalidBlob: vector<u8> = b"Storage nodes found the blob to be inconsistent";
#[error]
const EOtherBlob: vector<u8> = b"The certificate is for another blob than the listing";
#[error]
const EWrongPayment: vector<u8> = b"The payment is not the price";
#[error]
const EPassEnded: vector<u8> = b"The pass has ended";
#[error]
const EOtherListing: vector<u8> = b"The pass is for another listing";

// === Structs ===

/// Shared offer of one blob for `price` MIST.
public struct Listing has key {
    id: UID,
    blob_id: u256,
    price: u64,
    seller: address,
}

/// Access to a listing's blob up to, not including, Walrus epoch `end_epoch`.
public struct AccessPass has key, store {
    id: UID,
    listing_id: ID,
    blob_id: u256,
    end_epoch: u32,
}

// === Public functions ===

/// Offers the certificate's blob. Aborts with `ENotPermanent`, `ENotAvailable` or `EInvalidBlob`.
public fun list(certificate: &AvailabilityCertificate, system: &System, price: u64, ctx: &mut TxContext): ID {
    assert_available(certificate, system);
    let listing = Listing { id: object::new(ctx), blob_id: certificate.blob_id(), price, seller: ctx.sender() };
    let listing_id = object::id(&listing);
    transfer::share_object(listing);
    listing_id
}

/// Pays the seller and returns a pass. A newer certificate of the same blob, after an extension, gives a longer one.
/// Aborts with `EOtherBlob`, `EWrongPayment`, or as `list`.
public fun buy(
    self: &Listing,
    certificate: &AvailabilityCertificate,
    system: &System,
    payment: Coin<SUI>,
    ctx: &mut TxContext,
): AccessPass {
    assert!(certificate.covers(self.blob_id), EOtherBlob);
    assert_available(certificate, system);
    assert!(payment.value() == self.price, EWrongPayment);
    transfer::public_transfer(payment, self.seller);
    AccessPass {
        id: object::new(ctx),
        listing_id: object::id(self),
        blob_id: self.blob_id,
        end_epoch: certificate.end_epoch(),
    }
}

/// What a key server checks before it hands out the key to the blob.
/// Aborts with `EOtherListing` or `EPassEnded`.
public fun assert_access(pass: &AccessPass, listing: &Listing, system: &System) {
    assert!(pass.listing_id == object::id(listing), EOtherListing);
    assert!(system.epoch() < pass.end_epoch, EPassEnded);
}

public fun blob_id(pass: &AccessPass): u256 { pass.blob_id }

public fun end_epoch(pass: &AccessPass): u32 { pass.end_epoch }

// === Private functions ===

fun assert_available(certificate: &AvailabilityCertificate, system: &System) {
    assert!(certificate.is_permanent(), ENotPermanent);
    assert!(certificate.is_valid_at(system.epoch()), ENotAvailable);
    assert!(!system.is_blob_invalid(certificate.blob_id()), EInvalidBlob);
}
