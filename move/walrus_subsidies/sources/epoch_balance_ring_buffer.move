/// One amount for each of the next epochs, in a ring of constant length.
module walrus_subsidies::epoch_balance_ring_buffer;

// === Structs ===

/// The amount for the epoch `i` ahead is at `(current_index + i) mod length`.
public struct EpochBalanceRingBuffer has store {
    current_index: u32,
    length: u32,
    ring_buffer: vector<u64>,
}

// === Package functions ===

/// `length` amounts of 0.
public(package) fun new(length: u32): EpochBalanceRingBuffer {
    EpochBalanceRingBuffer { current_index: 0, length, ring_buffer: vector::tabulate!(length as u64, |_| 0) }
}

public(package) fun length(self: &EpochBalanceRingBuffer): u32 { self.length }

/// The amount `epochs_ahead`; aborts in `vector` beyond the ring.
public(package) fun get(self: &EpochBalanceRingBuffer, epochs_ahead: u32): u64 {
    self.ring_buffer[self.slot(epochs_ahead)]
}

public(package) fun set(self: &mut EpochBalanceRingBuffer, epochs_ahead: u32, amount: u64) {
    let slot = self.slot(epochs_ahead);
    *(&mut self.ring_buffer[slot]) = amount;
}

/// Lets epochs pass: their amounts are dropped, and as many of 0 come in at the far end.
public(package) fun advance(self: &mut EpochBalanceRingBuffer, epochs: u32) {
    epochs.min(self.length).do!(|i| self.set(i, 0));
    self.current_index = (((self.current_index as u64) + (epochs as u64)) % (self.length as u64)) as u32;
}

// === Private functions ===

fun slot(self: &EpochBalanceRingBuffer, epochs_ahead: u32): u64 {
    ((self.current_index + epochs_ahead) % self.length) as u64
}
