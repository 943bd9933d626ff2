/// A small map kept in a vector, in order of insertion. Looking up an entry takes time linear in the size.
module sui::vec_map;

/// The key is there already.
const EKeyAlreadyExists: u64 = 0;
/// The key is not there.
const EKeyDoesNotExist: u64 = 1;
/// A map with entries cannot be destroyed.
const EMapNotEmpty: u64 = 2;
/// A position outside the map.
const EIndexOutOfBounds: u64 = 3;
/// There is no entry to take.
const EMapEmpty: u64 = 4;
/// Not as many values as keys.
const EUnequalLengths: u64 = 5;

public struct VecMap<K: copy, V> has copy, drop, store { contents: vector<Entry<K, V>> }

public struct Entry<K: copy, V> has copy, drop, store {
    key: K,
    value: V,
}

public fun empty<K: copy, V>(): VecMap<K, V> { VecMap { contents: vector[] } }

/// Aborts with `EKeyAlreadyExists`.
public fun insert<K: copy, V>(self: &mut VecMap<K, V>, key: K, value: V) {
    assert!(!self.contains(&key), EKeyAlreadyExists);
    self.contents.push_back(Entry { key, value })
}

/// Aborts with `EKeyDoesNotExist`.
public fun remove<K: copy, V>(self: &mut VecMap<K, V>, key: &K): (K, V) {
    let idx = self.get_idx(key);
    let Entry { key, value } = self.contents.remove(idx);
    (key, value)
}

/// Takes the entry inserted last. Aborts with `EMapEmpty`.
public fun pop<K: copy, V>(self: &mut VecMap<K, V>): (K, V) {
    assert!(!self.contents.is_empty(), EMapEmpty);
    let Entry { key, value } = self.contents.pop_back();
    (key, value)
}

/// Aborts with `EKeyDoesNotExist`.
#[syntax(index)]
public fun get_mut<K: copy, V>(self: &mut VecMap<K, V>, key: &K): &mut V {
    let idx = self.get_idx(key);
    &mut self.contents[idx].value
}

/// Aborts with `EKeyDoesNotExist`.
#[syntax(index)]
public fun get<K: copy, V>(self: &VecMap<K, V>, key: &K): &V {
    let idx = self.get_idx(key);
    &self.contents[idx].value
}

/// A copy of the value, or `none`.
public fun try_get<K: copy, V: copy>(self: &VecMap<K, V>, key: &K): Option<V> {
    self.get_idx_opt(key).map!(|idx| self.contents[idx].value)
}

public fun contains<K: copy, V>(self: &VecMap<K, V>, key: &K): bool { self.get_idx_opt(key).is_some() }

public fun length<K: copy, V>(self: &VecMap<K, V>): u64 { self.contents.length() }

public fun is_empty<K: copy, V>(self: &VecMap<K, V>): bool { self.contents.is_empty() }

/// Aborts with `EMapNotEmpty`.
public fun destroy_empty<K: copy, V>(self: VecMap<K, V>) {
    let VecMap { contents } = self;
    assert!(contents.is_empty(), EMapNotEmpty);
    contents.destroy_empty()
}

/// Keys and values, in order of insertion.
public fun into_keys_values<K: copy, V>(self: VecMap<K, V>): (vector<K>, vector<V>) {
    let VecMap { contents } = self;
    let (mut keys, mut values) = (vector[], vector[]);
    contents.do!(|Entry { key, value }| {
        keys.push_back(key);
        values.push_back(value);
    });
    (keys, values)
}

/// Aborts with `EUnequalLengths`, or with `EKeyAlreadyExists` when a key comes twice.
public fun from_keys_values<K: copy, V>(keys: vector<K>, values: vector<V>): VecMap<K, V> {
    assert!(keys.length() == values.length(), EUnequalLengths);
    let mut map = empty();
    keys.zip_do!(values, |key, value| map.insert(key, value));
    map
}

/// A copy of the keys, in order of insertion.
public fun keys<K: copy, V>(self: &VecMap<K, V>): vector<K> { self.contents.map_ref!(|entry| entry.key) }

/// Position of the key, or `none`.
public fun get_idx_opt<K: copy, V>(self: &VecMap<K, V>, key: &K): Option<u64> {
    self.contents.find_index!(|entry| &entry.key == key)
}

/// Position of the key. Aborts with `EKeyDoesNotExist`.
public fun get_idx<K: copy, V>(self: &VecMap<K, V>, key: &K): u64 {
    let idx = self.get_idx_opt(key);
    assert!(idx.is_some(), EKeyDoesNotExist);
    idx.destroy_some()
}

/// The entry at a position. Aborts with `EIndexOutOfBounds`.
public fun get_entry_by_idx<K: copy, V>(self: &VecMap<K, V>, idx: u64): (&K, &V) {
    assert!(idx < self.length(), EIndexOutOfBounds);
    let entry = &self.contents[idx];
    (&entry.key, &entry.value)
}

/// The entry at a position. Aborts with `EIndexOutOfBounds`.
public fun get_entry_by_idx_mut<K: copy, V>(self: &mut VecMap<K, V>, idx: u64): (&K, &mut V) {
    assert!(idx < self.length(), EIndexOutOfBounds);
    let entry = &mut self.contents[idx];
    (&entry.key, &mut entry.value)
}

/// Takes the entry at a position. Aborts with `EIndexOutOfBounds`.
public fun remove_entry_by_idx<K: copy, V>(self: &mut VecMap<K, V>, idx: u64): (K, V) {
    assert!(idx < self.length(), EIndexOutOfBounds);
    let Entry { key, value } = self.contents.remove(idx);
    (key, value)
}

// === Former names ===

#[deprecated(note = b"Use `length` instead.")]
public fun size<K: copy, V>(self: &VecMap<K, V>): u64 { self.length() }
