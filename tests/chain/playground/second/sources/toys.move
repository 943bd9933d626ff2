/// The second version: growing adds one more, and there are gadgets.
module play::toys;

use std::string::String;
use sui::clock::Clock;
use sui::dynamic_field;
use sui::dynamic_object_field;
use sui::event;
use sui::random::Random;
use sui::transfer::Receiving;

const EBroken: u64 = 7;
#[error]
const ETooLarge: vector<u8> = b"A toy of this size fits no box";

/// The one-time witness of this module.
public struct TOYS has drop {}

public struct Toy has key, store {
    id: UID,
    name: String,
    size: u64,
}

/// Holds one toy.
public struct Box has key, store {
    id: UID,
    toy: Option<Toy>,
}

/// Cannot be sent by others than this module.
public struct Badge has key { id: UID, number: u64 }

public struct Counter has key { id: UID, value: u64, seen_ms: u64 }

/// Has to be handed back.
public struct Loan { size: u64 }

public struct Counted has copy, drop { counter: ID, value: u64 }

fun init(witness: TOYS, ctx: &mut TxContext) {
    assert!(sui::types::is_one_time_witness(&witness));
    transfer::share_object(Counter { id: object::new(ctx), value: 0, seen_ms: 0 });
    transfer::transfer(Badge { id: object::new(ctx), number: 1 }, ctx.sender());
}

public fun make(name: String, size: u64, ctx: &mut TxContext): Toy {
    Toy { id: object::new(ctx), name, size }
}

public fun rename(toy: &mut Toy, name: String) { toy.name = name }

public fun size(toy: &Toy): u64 { toy.size }

public fun grow(toy: &mut Toy, by: u64) { toy.size = toy.size + by + 1 }

public fun destroy(toy: Toy) {
    let Toy { id, name: _, size: _ } = toy;
    id.delete();
}

public fun freeze_it(toy: Toy) { transfer::public_freeze_object(toy) }

public fun share_it(toy: Toy) { transfer::public_share_object(toy) }

public fun wrap(toy: Toy, ctx: &mut TxContext): Box { Box { id: object::new(ctx), toy: option::some(toy) } }

public fun unwrap(box: Box): Toy {
    let Box { id, toy } = box;
    id.delete();
    toy.destroy_some()
}

public fun unwrap_and_destroy(box: Box) { destroy(unwrap(box)) }

public fun put_field(toy: &mut Toy, key: u64, value: u64) { dynamic_field::add(&mut toy.id, key, value) }

public fun change_field(toy: &mut Toy, key: u64, value: u64) {
    *dynamic_field::borrow_mut(&mut toy.id, key) = value
}

public fun field(toy: &Toy, key: u64): u64 { *dynamic_field::borrow(&toy.id, key) }

public fun take_field(toy: &mut Toy, key: u64): u64 { dynamic_field::remove(&mut toy.id, key) }

public fun attach(toy: &mut Toy, key: u64, other: Toy) { dynamic_object_field::add(&mut toy.id, key, other) }

public fun detach(toy: &mut Toy, key: u64): Toy { dynamic_object_field::remove(&mut toy.id, key) }

public fun receive(toy: &mut Toy, sent: Receiving<Toy>): Toy { transfer::public_receive(&mut toy.id, sent) }

public fun count(counter: &mut Counter, clock: &Clock) {
    counter.value = counter.value + 1;
    counter.seen_ms = clock.timestamp_ms();
    event::emit(Counted { counter: object::id(counter), value: counter.value });
}

public fun value(counter: &Counter): u64 { counter.value }

public fun consume(counter: Counter) {
    let Counter { id, value: _, seen_ms: _ } = counter;
    id.delete();
}

public fun borrow_loan(size: u64): Loan { Loan { size } }

public fun repay(loan: Loan) { let Loan { size: _ } = loan; }

public fun optional(value: Option<u64>, counter: &mut Counter) {
    counter.value = value.destroy_with_default(99)
}

public fun sum(values: vector<u64>, counter: &mut Counter) {
    counter.value = values.fold!(0, |total, value| total + value)
}

public fun total_size(toys: vector<Toy>, counter: &mut Counter) {
    let mut total = 0;
    toys.do!(|toy| {
        total = total + toy.size;
        destroy(toy);
    });
    counter.value = total;
}

public fun same<T: key>(_: &T, _: &T): bool { true }

entry fun only_entry(counter: &mut Counter) { counter.value = 1000 }

public(package) fun not_for_you(counter: &mut Counter) { counter.value = 0 }

entry fun roll(random: &Random, counter: &mut Counter, ctx: &mut TxContext) {
    let mut generator = random.new_generator(ctx);
    counter.value = generator.generate_u64();
}

public fun epoch_of(counter: &mut Counter, ctx: &TxContext) {
    counter.value = ctx.epoch();
    counter.seen_ms = ctx.epoch_timestamp_ms();
}

public fun check(size: u64) {
    assert!(size < 100, ETooLarge);
    assert!(size != 50);
}

public fun fail() { abort EBroken }

public fun divide(by: u64): u64 { 1 / by }

public fun forever() { loop {} }

public fun deep(level: u64): u64 { if (level == 0) 0 else 1 + deep(level - 1) }

/// New in this version.
public struct Gadget has key, store { id: UID, toy: Toy }

public fun gadget(toy: Toy, ctx: &mut TxContext): Gadget { Gadget { id: object::new(ctx), toy } }
