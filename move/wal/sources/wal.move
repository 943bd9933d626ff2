/// The WAL coin: a fixed supply of 5 billion WAL (9 decimals, smallest unit FROST), all minted to the
/// publisher, and a treasury that can only burn.
module wal::wal;

use sui::coin::{Self, Coin, TreasuryCap};
use sui::dynamic_object_field as dof;

// === Constants ===

/// Decimals of WAL: 1 WAL is 10^9 FROST.
const DECIMALS: u8 = 9;
/// Total supply in FROST: 5 * 10^9 WAL.
const TOTAL_SUPPLY: u64 = 5_000_000_000_000_000_000;

// === Structs ===

/// The one-time witness and coin type.
public struct WAL has drop {}

/// Shared object that locks the mint capability away: supply can shrink through it, never grow.
public struct ProtectedTreasury has key {
    id: UID,
}

/// Key under which the treasury capability hangs below `ProtectedTreasury`.
public struct TreasuryCapKey() has copy, drop, store;

// === Initialisation ===

/// Creates the currency, mints the whole supply to the publisher, freezes the metadata and shares the treasury.
#[allow(lint(share_owned), deprecated_usage)]
fun init(witness: WAL, ctx: &mut TxContext) {
    let (mut cap, metadata) = coin::create_currency(
        witness,
        DECIMALS,
        b"WAL",
        b"WAL Token",
        b"The native token of the Walrus storage network.",
        option::none(),
        ctx,
    );
    let supply = cap.mint(TOTAL_SUPPLY, ctx);
    let mut treasury = ProtectedTreasury { id: object::new(ctx) };
    dof::add(&mut treasury.id, TreasuryCapKey(), cap);

    transfer::public_freeze_object(metadata);
    transfer::share_object(treasury);
    transfer::public_transfer(supply, ctx.sender());
}

// === Public functions ===

/// WAL in existence, in FROST.
public fun total_supply(treasury: &ProtectedTreasury): u64 {
    let cap: &TreasuryCap<WAL> = dof::borrow(&treasury.id, TreasuryCapKey());
    cap.total_supply()
}

/// Burns the caller's own coin for good; anyone may.
public fun burn(treasury: &mut ProtectedTreasury, coin: Coin<WAL>) {
    let cap: &mut TreasuryCap<WAL> = dof::borrow_mut(&mut treasury.id, TreasuryCapKey());
    cap.burn(coin);
}

// === Test functions ===

#[test_only]
/// A treasury of `supply` FROST and the coin that holds them.
public fun new_treasury_for_testing(supply: u64, ctx: &mut TxContext): (ProtectedTreasury, Coin<WAL>) {
    let mut cap = coin::create_treasury_cap_for_testing<WAL>(ctx);
    let minted = cap.mint(supply, ctx);
    let mut treasury = ProtectedTreasury { id: object::new(ctx) };
    dof::add(&mut treasury.id, TreasuryCapKey(), cap);
    (treasury, minted)
}

#[test_only]
public fun init_for_testing(ctx: &mut TxContext) {
    init(WAL {}, ctx)
}
