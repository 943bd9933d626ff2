/// Merkle trees of slivers and blobs: BLAKE2b-256, leaves and inner nodes told apart by their first byte. A level
/// with an odd number of nodes is closed by 32 zero bytes.
module walrus::merkle;

use sui::hash;

// === Constants ===

const DIGEST_LENGTH: u64 = 32;
const LEAF: u8 = 0;
const INNER: u8 = 1;

// === Public functions ===

/// Hash of a leaf.
public fun leaf_hash(leaf: vector<u8>): vector<u8> {
    let mut preimage = vector[LEAF];
    preimage.append(leaf);
    hash::blake2b256(&preimage)
}

/// The root above the leaf with hash `leaf_hash` at `index`; `siblings` are the other nodes on the way, bottom up.
/// Nobody can find a path to a given root from anything but the leaf that is there, if the path has full length.
public fun root(leaf_hash: vector<u8>, index: u64, siblings: &vector<vector<u8>>): vector<u8> {
    let mut position = index;
    let mut node = leaf_hash;
    siblings.do_ref!(|sibling| {
        node = if (position % 2 == 0) inner_hash(node, *sibling) else inner_hash(*sibling, node);
        position = position / 2;
    });
    node
}

/// Whether a path has the form it has in a tree of `leaves`: a digest for each level above the leaves.
public fun is_full_path(siblings: &vector<vector<u8>>, leaves: u64): bool {
    siblings.length() == depth(leaves) && siblings.all!(|sibling| sibling.length() == DIGEST_LENGTH)
}

// === Private functions ===

fun inner_hash(left: vector<u8>, right: vector<u8>): vector<u8> {
    let mut preimage = vector[INNER];
    preimage.append(left);
    preimage.append(right);
    hash::blake2b256(&preimage)
}

/// Levels above the leaves: the smallest d with 2^d >= leaves.
fun depth(leaves: u64): u64 {
    let mut depth = 0;
    while ((1u64 << (depth as u8)) < leaves) depth = depth + 1;
    depth
}
