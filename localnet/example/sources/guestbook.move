/// A book that anyone may sign, once an hour.
module guestbook::guestbook;

use std::string::String;
use sui::clock::Clock;
use sui::event;

const ETooSoon: u64 = 1;
const HOUR_MS: u64 = 3_600_000;

public struct Guestbook has key { id: UID, entries: u64, open_from_ms: u64 }

public struct Entry has key, store { id: UID, text: String }

public struct Signed has copy, drop { guest: address, number: u64 }

fun init(ctx: &mut TxContext) {
    transfer::share_object(Guestbook { id: object::new(ctx), entries: 0, open_from_ms: 0 });
}

/// Aborts with `ETooSoon` within an hour of the last entry.
public fun sign(book: &mut Guestbook, text: String, clock: &Clock, ctx: &mut TxContext): Entry {
    assert!(clock.timestamp_ms() >= book.open_from_ms, ETooSoon);
    book.entries = book.entries + 1;
    book.open_from_ms = clock.timestamp_ms() + HOUR_MS;
    event::emit(Signed { guest: ctx.sender(), number: book.entries });
    Entry { id: object::new(ctx), text }
}
