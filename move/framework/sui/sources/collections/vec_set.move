/// A small set kept in a vector, in order of insertion. Looking up a key takes time linear in the size.
module sui::vec_set;

/// The key is there already.
const EKeyAlreadyExists: u64 = 0;
/// The key is not there.
const EKeyDoesNotExist: u64 = 1;

public struct VecSet<K: copy + drop> has copy, drop, store { contents: vector<K> }

public fun empty<K: copy + drop>(): VecSet<K> { VecSet { contents: vector[] } }

public fun singleton<K: copy + drop>(key: K): VecSet<K> { VecSet { contents: vector[key] } }

/// Aborts with `EKeyAlreadyExists`.
public fun insert<K: copy + drop>(self: &mut VecSet<K>, key: K) {
    assert!(!self.contains(&key), EKeyAlreadyExists);
    self.contents.push_back(key)
}

/// Aborts with `EKeyDoesNotExist`.
public fun remove<K: copy + drop>(self: &mut VecSet<K>, key: &K) {
    let (found, idx) = self.contents.index_of(key);
    assert!(found, EKeyDoesNotExist);
    self.contents.remove(idx);
}

public fun contains<K: copy + drop>(self: &VecSet<K>, key: &K): bool { self.contents.contains(key) }

public fun length<K: copy + drop>(self: &VecSet<K>): u64 { self.contents.length() }

public fun is_empty<K: copy + drop>(self: &VecSet<K>): bool { self.contents.is_empty() }

/// The keys, in order of insertion.
public fun into_keys<K: copy + drop>(self: VecSet<K>): vector<K> {
    let VecSet { contents } = self;
    contents
}

/// Aborts with `EKeyAlreadyExists` when a key comes twice.
public fun from_keys<K: copy + drop>(keys: vector<K>): VecSet<K> {
    let mut set = empty();
    keys.do!(|key| set.insert(key));
    set
}

/// The keys, in order of insertion.
public fun keys<K: copy + drop>(self: &VecSet<K>): &vector<K> { &self.contents }

// === Former names ===

#[deprecated(note = b"Use `length` instead.")]
public fun size<K: copy + drop>(self: &VecSet<K>): u64 { self.length() }
