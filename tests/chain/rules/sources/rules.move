/// Functions that programmable transactions may call under conditions only, and objects owned by a party.
module rules::rules;

use sui::package;
use sui::party;

/// Can be sent by anyone.
public struct Cup has key, store { id: UID, filled: u64 }

/// Is given on by this module alone.
public struct Deed has key { id: UID, number: u64 }

/// Has to be handed back.
public struct Loan { filled: u64 }

public struct Saucer has key { id: UID }

/// The one-time witness of this module.
public struct RULES has drop {}

fun init(witness: RULES, ctx: &mut TxContext) {
    package::claim_and_keep(witness, ctx);
    transfer::share_object(Saucer { id: object::new(ctx) });
}

public fun cup(ctx: &mut TxContext): Cup { Cup { id: object::new(ctx), filled: 0 } }

public fun fill(cup: &mut Cup, by: u64) { cup.filled = cup.filled + by }

public fun filled(cup: &Cup): u64 { cup.filled }

public fun smash(cup: Cup) {
    let Cup { id, filled: _ } = cup;
    id.delete();
}

// === Private entry functions and hot potatoes ===

public fun borrow(cup: &mut Cup): Loan { Loan { filled: cup.filled } }

public fun repay(loan: Loan) { let Loan { filled: _ } = loan; }

public fun touch(_: &Cup, _: &Cup) {}

entry fun privately(cup: &mut Cup) { cup.filled = cup.filled + 1 }

entry fun privately_repay(cup: &mut Cup, loan: Loan) { cup.filled = cup.filled + 1; repay(loan) }

public entry fun openly(cup: &mut Cup) { cup.filled = cup.filled + 1 }

public fun pour_away(saucer: Saucer, _: &Cup) {
    let Saucer { id } = saucer;
    id.delete();
}

// === Parties ===

public fun give(cup: Cup, owner: address) { transfer::public_party_transfer(cup, party::single_owner(owner)) }

public fun new_deed(owner: address, ctx: &mut TxContext) {
    transfer::party_transfer(Deed { id: object::new(ctx), number: 0 }, party::single_owner(owner))
}

public fun number(deed: &mut Deed) { deed.number = deed.number + 1 }

public fun hand_over(deed: Deed, owner: address) { transfer::party_transfer(deed, party::single_owner(owner)) }

public fun share_cup(cup: Cup) { transfer::public_share_object(cup) }
