/// Proof that someone has a symbol of a blob, checked against the blob id alone.
module walrus_challenges::possession;

use sui::bcs;
use walrus::blob;
use walrus::merkle;

// === Errors ===

/// The values shown are those of another blob.
const EOtherBlob: u64 = 0;
/// A root or a path has not the length it has in this network's trees.
const EInvalidPath: u64 = 1;
/// The path does not lead from the symbol to the blob's root.
const ENotCommitted: u64 = 2;

// === Constants ===

const DIGEST_LENGTH: u64 = 32;

// === Structs ===

/// A symbol of a primary sliver, in parts that add up to it (one argument of a transaction holds 16 KiB), the way
/// from it to the sliver's root and on to the blob's, and what the blob id is made of.
public struct Possession has drop {
    root_hash: u256,
    encoding_type: u8,
    size: u64,
    symbol_parts: vector<vector<u8>>,
    symbol_path: vector<vector<u8>>,
    secondary_root: vector<u8>,
    pair_path: vector<vector<u8>>,
}

// === Public functions ===

/// Made of untrusted parts; the court checks them.
public fun new(
    root_hash: u256,
    encoding_type: u8,
    size: u64,
    symbol_parts: vector<vector<u8>>,
    symbol_path: vector<vector<u8>>,
    secondary_root: vector<u8>,
    pair_path: vector<vector<u8>>,
): Possession {
    Possession { root_hash, encoding_type, size, symbol_parts, symbol_path, secondary_root, pair_path }
}

/// The sliver pair that a shard holds of a blob: shards are turned by the blob id, read as a big-endian number.
public fun pair_of_shard(blob_id: u256, shard: u16, n_shards: u16): u16 {
    let n = n_shards as u64;
    let offset = bcs::to_bytes(&blob_id).fold!(0u64, |offset, byte| (offset * 256 + (byte as u64)) % n);
    (((shard as u64) + n - offset) % n) as u16
}

// === Package functions ===

/// Checks that this is symbol `symbol` of primary sliver `pair` of the blob.
/// Aborts with `EOtherBlob`, `EInvalidPath` or `ENotCommitted`.
public(package) fun check(self: Possession, blob_id: u256, pair: u16, symbol: u16, n_shards: u16) {
    let Possession { root_hash, encoding_type, size, symbol_parts, symbol_path, secondary_root, pair_path } = self;
    assert!(blob::derive_blob_id(root_hash, encoding_type, size) == blob_id, EOtherBlob);
    let n = n_shards as u64;
    assert!(merkle::is_full_path(&symbol_path, n) && merkle::is_full_path(&pair_path, n), EInvalidPath);
    assert!(secondary_root.length() == DIGEST_LENGTH, EInvalidPath);

    let mut leaf = merkle::root(merkle::leaf_hash(symbol_parts.flatten()), symbol as u64, &symbol_path);
    leaf.append(secondary_root);
    let root = merkle::root(merkle::leaf_hash(leaf), pair as u64, &pair_path);
    assert!(root == bcs::to_bytes(&root_hash), ENotCommitted);
}
