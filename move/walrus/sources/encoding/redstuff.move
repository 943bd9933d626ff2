/// Sizes of the RedStuff two-dimensional Reed-Solomon code (RS2).
module walrus::redstuff;

// === Constants ===

/// Bytes of one hash.
const DIGEST_LENGTH: u64 = 32;
/// Bytes of a blob id.
const BLOB_ID_LENGTH: u64 = 32;
/// Symbols are made of 16-bit field elements.
const SYMBOL_ALIGNMENT: u16 = 2;

// === Package functions ===

/// Bytes that storing a blob occupies on all shards together: both slivers of every pair, and with every pair
/// the metadata (two hashes for each of the n pairs, and the blob id).
///
/// Aborts on arithmetic overflow if the blob is too large for `n_shards`.
public(package) fun encoded_blob_length(unencoded_length: u64, n_shards: u16): u64 {
    let slivers = sliver_pair_length(unencoded_length, n_shards);
    let metadata = (n_shards as u64) * DIGEST_LENGTH * 2 + BLOB_ID_LENGTH;
    (n_shards as u64) * (slivers + metadata)
}

/// Number of source symbols of a column (primary: n - 2f) and of a row (secondary: n - f).
public(package) fun source_symbols(n_shards: u16): (u16, u16) {
    let faulty = max_faulty(n_shards);
    (n_shards - 2 * faulty, n_shards - faulty)
}

// === Private functions ===

/// f: the largest number of faulty shards with n >= 3f + 1.
fun max_faulty(n_shards: u16): u16 {
    (n_shards - 1) / 3
}

/// Bytes of one primary and one secondary sliver.
fun sliver_pair_length(unencoded_length: u64, n_shards: u16): u64 {
    let (primary, secondary) = source_symbols(n_shards);
    ((primary + secondary) as u64) * (symbol_length(unencoded_length, n_shards) as u64)
}

/// Smallest even symbol length with which the source matrix holds the blob; an empty blob counts as one byte.
fun symbol_length(unencoded_length: u64, n_shards: u16): u16 {
    let (primary, secondary) = source_symbols(n_shards);
    let symbols = (primary as u64) * (secondary as u64);
    let length = ((unencoded_length.max(1) - 1) / symbols + 1) as u16;
    if (length % SYMBOL_ALIGNMENT == 1) length + 1 else length
}
