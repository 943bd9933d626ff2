/// A priority queue with a second key for ties.
module walrus::apportionment_queue;

use std::uq64_64::UQ64_64;

// === Errors ===

/// The queue is empty.
const EPopFromEmptyHeap: u64 = 0;

// === Structs ===

/// A binary heap: an entry never comes before its parent at (i - 1) / 2.
public struct ApportionmentQueue<T> has drop {
    entries: vector<Entry<T>>,
}

public struct Entry<T> has drop {
    priority: UQ64_64,
    tie_breaker: u64,
    value: T,
}

// === Public functions ===

public fun new<T>(): ApportionmentQueue<T> {
    ApportionmentQueue { entries: vector[] }
}

/// Takes out the entry with the highest priority, among equals that with the highest tie breaker.
/// Aborts with `EPopFromEmptyHeap`.
public fun pop_max<T>(self: &mut ApportionmentQueue<T>): (UQ64_64, u64, T) {
    assert!(!self.entries.is_empty(), EPopFromEmptyHeap);
    let Entry { priority, tie_breaker, value } = self.entries.swap_remove(0);
    self.sift_down();
    (priority, tie_breaker, value)
}

public fun insert<T>(self: &mut ApportionmentQueue<T>, priority: UQ64_64, tie_breaker: u64, value: T) {
    self.entries.push_back(Entry { priority, tie_breaker, value });
    self.sift_up();
}

// === Private functions ===

fun precedes<T>(self: &ApportionmentQueue<T>, i: u64, j: u64): bool {
    let (a, b) = (&self.entries[i], &self.entries[j]);
    a.priority.gt(b.priority) || (a.priority == b.priority && a.tie_breaker > b.tie_breaker)
}

/// Moves the last entry up to its place.
fun sift_up<T>(self: &mut ApportionmentQueue<T>) {
    let mut i = self.entries.length() - 1;
    while (i > 0) {
        let parent = (i - 1) / 2;
        if (!self.precedes(i, parent)) return;
        self.entries.swap(i, parent);
        i = parent;
    }
}

/// Moves the first entry down to its place.
fun sift_down<T>(self: &mut ApportionmentQueue<T>) {
    let length = self.entries.length();
    let mut i = 0;
    loop {
        let left = 2 * i + 1;
        if (left >= length) return;
        let right = left + 1;
        let child = if (right < length && self.precedes(right, left)) right else left;
        if (!self.precedes(child, i)) return;
        self.entries.swap(i, child);
        i = child;
    }
}
