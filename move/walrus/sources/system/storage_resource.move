/// Storage space for a period of epochs: an owned object that can be split, joined and traded.
module walrus::storage_resource;

// === Errors ===

/// The split epoch is not inside the period.
const EInvalidEpoch: u64 = 0;
/// The periods do not fit together.
const EIncompatibleEpochs: u64 = 1;
/// The sizes do not fit together.
const EIncompatibleAmount: u64 = 2;
/// The period would be empty.
const EInvalidEpochRange: u64 = 3;

// === Structs ===

/// `storage_size` bytes (encoded) from `start_epoch` up to but not including `end_epoch`.
public struct Storage has key, store {
    id: UID,
    start_epoch: u32,
    end_epoch: u32,
    storage_size: u64,
}

// === Public functions ===

public fun start_epoch(self: &Storage): u32 { self.start_epoch }

public fun end_epoch(self: &Storage): u32 { self.end_epoch }

public fun size(self: &Storage): u64 { self.storage_size }

/// Cuts the period: `self` keeps [start, split), the returned object is [split, end).
/// Aborts with `EInvalidEpoch` unless start < split < end.
public fun split_by_epoch(self: &mut Storage, split_epoch: u32, ctx: &mut TxContext): Storage {
    assert!(self.start_epoch < split_epoch && split_epoch < self.end_epoch, EInvalidEpoch);
    let end_epoch = self.end_epoch;
    self.end_epoch = split_epoch;
    Storage { id: object::new(ctx), start_epoch: split_epoch, end_epoch, storage_size: self.storage_size }
}

/// Cuts the size: `self` keeps `split_size` bytes, the returned object has the rest, which may be 0.
/// Aborts with `EIncompatibleAmount` if `self` is smaller than `split_size`.
public fun split_by_size(self: &mut Storage, split_size: u64, ctx: &mut TxContext): Storage {
    assert!(self.storage_size >= split_size, EIncompatibleAmount);
    let storage_size = self.storage_size - split_size;
    self.storage_size = split_size;
    Storage { id: object::new(ctx), start_epoch: self.start_epoch, end_epoch: self.end_epoch, storage_size }
}

/// Joins a period of the same size that lies directly before or after.
/// Aborts with `EIncompatibleAmount` or `EIncompatibleEpochs`.
public fun fuse_periods(self: &mut Storage, other: Storage) {
    let Storage { id, start_epoch, end_epoch, storage_size } = other;
    id.delete();
    assert!(self.storage_size == storage_size, EIncompatibleAmount);
    if (self.end_epoch == start_epoch) {
        self.end_epoch = end_epoch;
    } else {
        assert!(end_epoch == self.start_epoch, EIncompatibleEpochs);
        self.start_epoch = start_epoch;
    }
}

/// Adds the size of another object of exactly the same period.
/// Aborts with `EIncompatibleEpochs` if the periods differ.
public fun fuse_amount(self: &mut Storage, other: Storage) {
    let Storage { id, start_epoch, end_epoch, storage_size } = other;
    id.delete();
    assert!(self.start_epoch == start_epoch && self.end_epoch == end_epoch, EIncompatibleEpochs);
    self.storage_size = self.storage_size + storage_size;
}

/// Joins sizes if both start at the same epoch, periods otherwise.
/// Aborts as `fuse_amount` and `fuse_periods` do.
public fun fuse(self: &mut Storage, other: Storage) {
    if (self.start_epoch == other.start_epoch) {
        self.fuse_amount(other)
    } else {
        self.fuse_periods(other)
    }
}

/// Gives the space up without compensation.
public fun destroy(self: Storage) {
    let Storage { id, .. } = self;
    id.delete();
}

// === Package functions ===

/// Aborts with `EInvalidEpochRange` if the period is empty.
public(package) fun create_storage(
    start_epoch: u32,
    end_epoch: u32,
    storage_size: u64,
    ctx: &mut TxContext,
): Storage {
    assert!(start_epoch < end_epoch, EInvalidEpochRange);
    Storage { id: object::new(ctx), start_epoch, end_epoch, storage_size }
}

/// Prolongs the period; the caller has charged for it.
public(package) fun extend_end_epoch(self: &mut Storage, extended_epochs: u32) {
    self.end_epoch = self.end_epoch + extended_epochs;
}

/// Grows the size; the caller has charged for it.
public(package) fun increase_size(self: &mut Storage, amount: u64) {
    self.storage_size = self.storage_size + amount;
}
