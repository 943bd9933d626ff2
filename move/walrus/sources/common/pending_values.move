/// Amounts that take effect at a future epoch.
module walrus::pending_values;

use sui::vec_map::{Self, VecMap};

// === Errors ===

/// No value is pending for that epoch.
const EMissingEpochValue: u64 = 0;
/// The pending value is smaller than the reduction.
const EReduceValueTooLarge: u64 = 1;

// === Structs ===

/// Epoch -> amount. At most a few epochs ahead are ever present, so the map stays tiny.
public struct PendingValues(VecMap<u32, u64>) has copy, drop, store;

// === Package functions ===

public(package) fun empty(): PendingValues {
    PendingValues(vec_map::empty())
}

/// Adds to the amount pending for `epoch`.
public(package) fun insert_or_add(self: &mut PendingValues, epoch: u32, value: u64) {
    if (self.0.contains(&epoch)) {
        let pending = &mut self.0[&epoch];
        *pending = *pending + value;
    } else {
        self.0.insert(epoch, value);
    }
}

/// Sets the amount pending for `epoch`, whatever was there.
public(package) fun insert_or_replace(self: &mut PendingValues, epoch: u32, value: u64) {
    if (self.0.contains(&epoch)) {
        *(&mut self.0[&epoch]) = value;
    } else {
        self.0.insert(epoch, value);
    }
}

/// Takes `value` off the amount pending for `epoch`.
/// Aborts with `EMissingEpochValue` if none is pending, `EReduceValueTooLarge` if less is.
public(package) fun reduce(self: &mut PendingValues, epoch: u32, value: u64) {
    assert!(self.0.contains(&epoch), EMissingEpochValue);
    let pending = &mut self.0[&epoch];
    assert!(*pending >= value, EReduceValueTooLarge);
    *pending = *pending - value;
}

/// Removes everything due at or before `epoch` and returns the sum.
public(package) fun flush(self: &mut PendingValues, epoch: u32): u64 {
    let mut due = 0;
    self.0.keys().do!(|key| if (key <= epoch) {
        let (_, value) = self.0.remove(&key);
        due = due + value;
    });
    due
}

/// Sum of everything due at or before `epoch`.
public(package) fun value_at(self: &PendingValues, epoch: u32): u64 {
    self.0.keys().fold!(0, |due, key| if (key <= epoch) due + self.0[&key] else due)
}

/// The value with the latest epoch at or before `epoch`, if any: for values that replace each other.
public(package) fun latest_at(self: &PendingValues, epoch: u32): Option<u64> {
    let mut latest = option::none();
    let mut latest_key = 0;
    self.0.keys().do!(|key| if (key <= epoch && (latest.is_none() || key > latest_key)) {
        latest = option::some(self.0[&key]);
        latest_key = key;
    });
    latest
}

public(package) fun inner(self: &PendingValues): &VecMap<u32, u64> {
    &self.0
}

public(package) fun is_empty(self: &PendingValues): bool {
    self.0.is_empty()
}
