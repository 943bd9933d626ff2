/// Proof, checked here, that a blob id commits to no codeword: the symbol where a primary and a secondary sliver
/// cross is another in one than in the other. No vote of storage nodes is needed, and a blob that was encoded as it
/// should be cannot be proven inconsistent.
///
/// The blob id binds the root over all sliver pairs; pair p holds the roots of primary sliver p and of secondary
/// sliver n - 1 - p; a sliver's root is over its n symbols. Both symbols are shown by their hashes, so that the
/// proof's size does not depend on the blob's.
module walrus::inconsistency;

use sui::bcs;
use walrus::blob;
use walrus::merkle;
use walrus::system::System;

// === Errors ===

/// A hash or a path has not the length it has in this network's trees.
const EInvalidPath: u64 = 0;
/// Row and column must be below the number of shards.
const EIndexOutOfRange: u64 = 1;
/// The path does not lead to the blob's root.
const ENotCommitted: u64 = 2;
/// Both slivers commit to the same symbol.
const EConsistent: u64 = 3;
/// No certified blob with this id is stored.
const ENotLive: u64 = 4;

// === Constants ===

const DIGEST_LENGTH: u64 = 32;

// === Structs ===

/// One sliver's commitment to a symbol: the symbol's leaf hash and its siblings in the sliver's tree, the root of
/// the other sliver of the pair, and the pair's siblings in the blob's tree.
public struct SymbolProof has copy, drop {
    symbol_hash: vector<u8>,
    symbol_path: vector<vector<u8>>,
    other_root: vector<u8>,
    pair_path: vector<vector<u8>>,
}

// === Public functions ===

/// Made of untrusted parts; `prove` checks them.
public fun new_symbol_proof(
    symbol_hash: vector<u8>,
    symbol_path: vector<vector<u8>>,
    other_root: vector<u8>,
    pair_path: vector<vector<u8>>,
): SymbolProof {
    SymbolProof { symbol_hash, symbol_path, other_root, pair_path }
}

/// Invalidates a live blob whose primary sliver `row` and secondary sliver `column` differ where they cross; returns
/// its id. Emits `InvalidBlobID`; anyone may call it.
/// Aborts with `EIndexOutOfRange`, `EConsistent`, `EInvalidPath`, `ENotCommitted` or `ENotLive`.
public fun prove(
    system: &mut System,
    root_hash: u256,
    encoding_type: u8,
    size: u64,
    row: u16,
    column: u16,
    primary: SymbolProof,
    secondary: SymbolProof,
): u256 {
    let n = system.n_shards() as u64;
    let (row, column) = (row as u64, column as u64);
    assert!(row < n && column < n, EIndexOutOfRange);
    assert!(primary.symbol_hash != secondary.symbol_hash, EConsistent);

    let root = bcs::to_bytes(&root_hash);
    let row_root = primary.sliver_root(column, n);
    assert!(primary.blob_root(row_root, primary.other_root, row, n) == root, ENotCommitted);
    let column_root = secondary.sliver_root(row, n);
    assert!(secondary.blob_root(secondary.other_root, column_root, n - 1 - column, n) == root, ENotCommitted);

    let blob_id = blob::derive_blob_id(root_hash, encoding_type, size);
    assert!(system.live_blob(blob_id).is_some(), ENotLive);
    system.inner_mut().record_invalid(blob_id);
    blob_id
}

// === Private functions ===

/// Root of the sliver that has the symbol at `index`.
fun sliver_root(self: &SymbolProof, index: u64, n: u64): vector<u8> {
    assert!(self.symbol_hash.length() == DIGEST_LENGTH, EInvalidPath);
    assert!(merkle::is_full_path(&self.symbol_path, n), EInvalidPath);
    merkle::root(self.symbol_hash, index, &self.symbol_path)
}

/// Root of the blob that has these slivers as its pair `pair`.
fun blob_root(
    self: &SymbolProof,
    primary_root: vector<u8>,
    secondary_root: vector<u8>,
    pair: u64,
    n: u64,
): vector<u8> {
    assert!(self.other_root.length() == DIGEST_LENGTH, EInvalidPath);
    assert!(merkle::is_full_path(&self.pair_path, n), EInvalidPath);
    let mut leaf = primary_root;
    leaf.append(secondary_root);
    merkle::root(merkle::leaf_hash(leaf), pair, &self.pair_path)
}
