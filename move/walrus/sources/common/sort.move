/// Ordering of node ids, read as big-endian 256-bit numbers: the order of committees on chain.
module walrus::sort;

use sui::vec_map::{Self, VecMap};

// === Package functions ===

/// The map with its entries in ascending order of node id. Insertion sort: linear on sorted input.
public(package) fun sorted_by_node_id<V>(map: VecMap<ID, V>): VecMap<ID, V> {
    let (mut ids, mut values) = map.into_keys_values();
    let mut keys = ids.map_ref!(|id| id.to_address().to_u256());
    let count = ids.length();
    let mut sorted = 1;
    while (sorted < count) {
        let mut i = sorted;
        while (i > 0 && keys[i - 1] > keys[i]) {
            keys.swap(i - 1, i);
            ids.swap(i - 1, i);
            values.swap(i - 1, i);
            i = i - 1;
        };
        sorted = sorted + 1;
    };
    vec_map::from_keys_values(ids, values)
}
