/// Time on chain.
module sui::clock;

/// Only the system moves the clock.
const ENotSystemAddress: u64 = 0;

/// The shared object 0x6; it changes with every commit of the network.
public struct Clock has key {
    id: UID,
    timestamp_ms: u64,
}

/// Unix time in milliseconds. Never goes back; may stand still between transactions.
public fun timestamp_ms(clock: &Clock): u64 { clock.timestamp_ms }

#[allow(unused_function)]
/// Called by the network at genesis. Aborts with `ENotSystemAddress` for all others.
fun create(ctx: &TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    transfer::share_object(Clock { id: object::clock(), timestamp_ms: 0 })
}

#[allow(unused_function)]
/// Called by the network at every commit. Aborts with `ENotSystemAddress` for all others.
fun consensus_commit_prologue(clock: &mut Clock, timestamp_ms: u64, ctx: &TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    clock.timestamp_ms = timestamp_ms
}

// === For tests ===

#[test_only]
/// A clock that stands at zero.
public fun create_for_testing(ctx: &mut TxContext): Clock { Clock { id: object::new(ctx), timestamp_ms: 0 } }

#[test_only]
public fun share_for_testing(clock: Clock) { transfer::share_object(clock) }

#[test_only]
public fun increment_for_testing(clock: &mut Clock, tick: u64) {
    clock.timestamp_ms = clock.timestamp_ms + tick
}

#[test_only]
/// Aborts when the clock would go back.
public fun set_for_testing(clock: &mut Clock, timestamp_ms: u64) {
    assert!(timestamp_ms >= clock.timestamp_ms);
    clock.timestamp_ms = timestamp_ms
}

#[test_only]
public fun destroy_for_testing(clock: Clock) {
    let Clock { id, timestamp_ms: _ } = clock;
    id.delete()
}
