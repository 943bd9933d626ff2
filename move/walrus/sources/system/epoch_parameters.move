/// What the committee's votes fix for the next epoch.
module walrus::epoch_parameters;

// === Structs ===

/// Capacity in bytes; prices in FROST per MiB. Prices are set as soon as votes are counted, not through this
/// struct, so its price fields hold the largest number.
public struct EpochParams has copy, drop, store {
    total_capacity_size: u64,
    storage_price_per_unit_size: u64,
    write_price_per_unit_size: u64,
}

// === Package functions ===

public(package) fun new(total_capacity_size: u64): EpochParams {
    EpochParams {
        total_capacity_size,
        storage_price_per_unit_size: std::u64::max_value!(),
        write_price_per_unit_size: std::u64::max_value!(),
    }
}

public(package) fun capacity(self: &EpochParams): u64 { self.total_capacity_size }
