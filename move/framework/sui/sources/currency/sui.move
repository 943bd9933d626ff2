/// SUI, the currency of the network: 1 SUI = 10^9 MIST.
module sui::sui;

use sui::balance::Balance;
use sui::coin;

/// Genesis happens once.
const EAlreadyMinted: u64 = 0;
/// Only the system makes SUI.
const ENotSystemAddress: u64 = 1;

const TOTAL_SUPPLY_MIST: u64 = 10_000_000_000_000_000_000;

/// Names the currency.
public struct SUI has drop {}

#[allow(unused_function, deprecated_usage)]
/// Called once by the network at genesis; returns all SUI there will ever be.
/// Aborts with `ENotSystemAddress` or `EAlreadyMinted`.
fun new(ctx: &mut TxContext): Balance<SUI> {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    assert!(ctx.epoch() == 0, EAlreadyMinted);
    let (treasury, metadata) = coin::create_currency(
        SUI {},
        9,
        b"SUI",
        b"Sui",
        b"",
        option::none(),
        ctx,
    );
    transfer::public_freeze_object(metadata);
    let mut supply = treasury.treasury_into_supply();
    let total_sui = supply.increase_supply(TOTAL_SUPPLY_MIST);
    supply.destroy_supply();
    total_sui
}

#[allow(lint(public_entry))]
public entry fun transfer(c: coin::Coin<SUI>, recipient: address) { transfer::public_transfer(c, recipient) }
