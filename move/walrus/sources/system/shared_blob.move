/// A blob anyone can keep alive: shared, with funds for extensions.
module walrus::shared_blob;

use sui::balance::{Self, Balance};
use sui::coin::{Self, Coin};
use wal::wal::WAL;
use walrus::blob::Blob;
use walrus::system::System;

// === Structs ===

public struct SharedBlob has key, store {
    id: UID,
    blob: Blob,
    funds: Balance<WAL>,
}

// === Public functions ===

/// Shares a blob without funds. It can never be owned again.
public fun new(blob: Blob, ctx: &mut TxContext) {
    share(blob, balance::zero(), ctx)
}

/// Shares a blob with funds for extensions.
public fun new_funded(blob: Blob, funds: Coin<WAL>, ctx: &mut TxContext) {
    share(blob, funds.into_balance(), ctx)
}

/// Adds to the funds; anyone may.
public fun fund(self: &mut SharedBlob, added_funds: Coin<WAL>) {
    self.funds.join(added_funds.into_balance());
}

/// Prolongs the blob from its funds; anyone may call it.
/// Aborts as `system_state_inner::extend_blob`, or if the funds are too small.
public fun extend(self: &mut SharedBlob, system: &mut System, extended_epochs: u32, ctx: &mut TxContext) {
    let mut payment = coin::from_balance(self.funds.withdraw_all(), ctx);
    system.extend_blob(&mut self.blob, extended_epochs, &mut payment);
    self.funds.join(payment.into_balance());
}

public fun blob(self: &SharedBlob): &Blob { &self.blob }

public fun funds(self: &SharedBlob): &Balance<WAL> { &self.funds }

// === Private functions ===

fun share(blob: Blob, funds: Balance<WAL>, ctx: &mut TxContext) {
    transfer::share_object(SharedBlob { id: object::new(ctx), blob, funds })
}
