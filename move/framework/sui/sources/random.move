/// Randomness nobody can predict before a transaction is ordered.
///
/// A function that uses it must not be public, or its caller could undo an outcome it does not like.
module sui::random;

use std::bcs;
use sui::hmac::hmac_sha3_256;
use sui::versioned::{Self, Versioned};

/// Only the system updates randomness.
const ENotSystemAddress: u64 = 0;
/// The object is of a version this code does not know.
const EWrongInnerVersion: u64 = 1;
/// The round does not follow the last one.
const EInvalidRandomnessUpdate: u64 = 2;
/// The smallest number is larger than the largest.
const EInvalidRange: u64 = 3;
/// Too many elements to shuffle.
const EInvalidLength: u64 = 4;

const CURRENT_VERSION: u64 = 1;
/// Bytes a block of the generator has.
const RAND_OUTPUT_LEN: u16 = 32;
const U16_MAX: u64 = 0xFFFF;

/// The shared object 0x8.
public struct Random has key {
    id: UID,
    inner: Versioned,
}

public struct RandomInner has store {
    version: u64,
    epoch: u64,
    randomness_round: u64,
    random_bytes: vector<u8>,
}

/// A stream of random numbers: HMACs of a counter under a seed of its own.
public struct RandomGenerator has drop {
    seed: vector<u8>,
    counter: u16,
    buffer: vector<u8>,
}

// === The system's part ===

#[allow(unused_function)]
/// Called by the network once. Aborts with `ENotSystemAddress` for all others.
fun create(ctx: &mut TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    let inner = RandomInner {
        version: CURRENT_VERSION,
        epoch: ctx.epoch(),
        randomness_round: 0,
        random_bytes: vector[],
    };
    transfer::share_object(Random {
        id: object::randomness_state(),
        inner: versioned::create(CURRENT_VERSION, inner, ctx),
    })
}

#[allow(unused_function)]
/// Called by the network with every new round. Aborts with `ENotSystemAddress` or `EInvalidRandomnessUpdate`.
fun update_randomness_state(self: &mut Random, new_round: u64, new_bytes: vector<u8>, ctx: &TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    let epoch = ctx.epoch();
    let inner = self.load_inner_mut();
    if (inner.randomness_round == 0 && inner.epoch == 0 && inner.random_bytes.is_empty()) {
        // The very first round.
        assert!(new_round == 0, EInvalidRandomnessUpdate);
    } else {
        let follows = epoch > inner.epoch && new_round == 0 || new_round == inner.randomness_round + 1;
        assert!(follows, EInvalidRandomnessUpdate);
    };
    inner.epoch = epoch;
    inner.randomness_round = new_round;
    inner.random_bytes = new_bytes;
}

fun load_inner_mut(self: &mut Random): &mut RandomInner {
    assert!(self.inner.version() == CURRENT_VERSION, EWrongInnerVersion);
    let inner: &mut RandomInner = self.inner.load_value_mut();
    assert!(inner.version == CURRENT_VERSION, EWrongInnerVersion);
    inner
}

fun load_inner(self: &Random): &RandomInner {
    assert!(self.inner.version() == CURRENT_VERSION, EWrongInnerVersion);
    let inner: &RandomInner = self.inner.load_value();
    assert!(inner.version == CURRENT_VERSION, EWrongInnerVersion);
    inner
}

// === Generators ===

/// A generator unlike any other: its seed depends on the round and on a fresh address.
public fun new_generator(r: &Random, ctx: &mut TxContext): RandomGenerator {
    let inner = r.load_inner();
    let seed = hmac_sha3_256(&inner.random_bytes, &ctx.fresh_object_address().to_bytes());
    RandomGenerator { seed, counter: 0, buffer: vector[] }
}

public fun generate_bytes(g: &mut RandomGenerator, num_of_bytes: u16): vector<u8> {
    let mut result = vector[];
    (num_of_bytes / RAND_OUTPUT_LEN).do!(|_| result.append(g.derive_next_block()));
    let rest = (num_of_bytes as u64) - result.length();
    if (g.buffer.length() < rest) g.fill_buffer();
    rest.do!(|_| result.push_back(g.buffer.pop_back()));
    result
}

public fun generate_u256(g: &mut RandomGenerator): u256 { g.u256_from_bytes(32) }

public fun generate_u128(g: &mut RandomGenerator): u128 { g.u256_from_bytes(16) as u128 }

public fun generate_u64(g: &mut RandomGenerator): u64 { g.u256_from_bytes(8) as u64 }

public fun generate_u32(g: &mut RandomGenerator): u32 { g.u256_from_bytes(4) as u32 }

public fun generate_u16(g: &mut RandomGenerator): u16 { g.u256_from_bytes(2) as u16 }

public fun generate_u8(g: &mut RandomGenerator): u8 { g.u256_from_bytes(1) as u8 }

public fun generate_bool(g: &mut RandomGenerator): bool { g.u256_from_bytes(1) & 1 == 1 }

/// From `min` to `max`, both included. Aborts with `EInvalidRange`.
public fun generate_u128_in_range(g: &mut RandomGenerator, min: u128, max: u128): u128 {
    in_range!(g, min, max, 24)
}

/// From `min` to `max`, both included. Aborts with `EInvalidRange`.
public fun generate_u64_in_range(g: &mut RandomGenerator, min: u64, max: u64): u64 { in_range!(g, min, max, 16) }

/// From `min` to `max`, both included. Aborts with `EInvalidRange`.
public fun generate_u32_in_range(g: &mut RandomGenerator, min: u32, max: u32): u32 { in_range!(g, min, max, 12) }

/// From `min` to `max`, both included. Aborts with `EInvalidRange`.
public fun generate_u16_in_range(g: &mut RandomGenerator, min: u16, max: u16): u16 { in_range!(g, min, max, 10) }

/// From `min` to `max`, both included. Aborts with `EInvalidRange`.
public fun generate_u8_in_range(g: &mut RandomGenerator, min: u8, max: u8): u8 { in_range!(g, min, max, 9) }

/// Puts the elements into a random order. Aborts with `EInvalidLength` for more than 65,535.
public fun shuffle<T>(g: &mut RandomGenerator, v: &mut vector<T>) {
    let n = v.length();
    if (n == 0) return;
    assert!(n <= U16_MAX, EInvalidLength);
    let last = (n as u16) - 1;
    last.do!(|i| {
        let j = g.generate_u16_in_range(i, last);
        v.swap(i as u64, j as u64);
    })
}

fun derive_next_block(g: &mut RandomGenerator): vector<u8> {
    g.counter = g.counter + 1;
    hmac_sha3_256(&g.seed, &bcs::to_bytes(&g.counter))
}

fun fill_buffer(g: &mut RandomGenerator) {
    let block = g.derive_next_block();
    g.buffer.append(block)
}

fun u256_from_bytes(g: &mut RandomGenerator, num_of_bytes: u8): u256 {
    if (g.buffer.length() < num_of_bytes as u64) g.fill_buffer();
    let mut result = 0u256;
    num_of_bytes.do!(|_| result = (result << 8) + (g.buffer.pop_back() as u256));
    result
}

/// A number of more bytes than the range needs, so that its remainder is very nearly uniform.
macro fun in_range<$T>($g: &mut RandomGenerator, $min: $T, $max: $T, $num_of_bytes: u8): $T {
    let g = $g;
    let min = $min;
    let max = $max;
    assert!(min <= max, EInvalidRange);
    if (min == max) {
        min
    } else {
        let range_size = ((max - min) as u256) + 1;
        min + ((g.u256_from_bytes($num_of_bytes) % range_size) as $T)
    }
}

// === For tests ===

#[test_only]
public fun create_for_testing(ctx: &mut TxContext) { create(ctx) }

#[test_only]
public fun update_randomness_state_for_testing(
    self: &mut Random,
    new_round: u64,
    new_bytes: vector<u8>,
    ctx: &TxContext,
) {
    self.update_randomness_state(new_round, new_bytes, ctx)
}

#[test_only]
public fun new_generator_from_seed_for_testing(seed: vector<u8>): RandomGenerator {
    RandomGenerator { seed, counter: 0, buffer: vector[] }
}

#[test_only]
public fun new_generator_for_testing(): RandomGenerator {
    new_generator_from_seed_for_testing(generate_rand_seed_for_testing())
}

#[test_only]
native fun generate_rand_seed_for_testing(): vector<u8>;
