/// Attributes of a blob: text keys and values.
module walrus::metadata;

use std::string::String;
use sui::vec_map::{Self, VecMap};

// === Structs ===

public struct Metadata has drop, store {
    metadata: VecMap<String, String>,
}

// === Public functions ===

/// No attributes.
public fun new(): Metadata {
    Metadata { metadata: vec_map::empty() }
}

/// Sets `key`; an existing key moves to the end.
public fun insert_or_update(self: &mut Metadata, key: String, value: String) {
    self.remove_if_exists(&key);
    self.metadata.insert(key, value);
}

/// Removes `key` and returns it with its value. Aborts (`vec_map`) if it is absent.
public fun remove(self: &mut Metadata, key: &String): (String, String) {
    self.metadata.remove(key)
}

/// Removes `key` and returns its value, or none if it is absent.
public fun remove_if_exists(self: &mut Metadata, key: &String): Option<String> {
    if (!self.metadata.contains(key)) return option::none();
    let (_, value) = self.metadata.remove(key);
    option::some(value)
}
