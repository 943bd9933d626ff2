/// How a storage node presents itself to people.
module walrus::node_metadata;

use std::string::String;
use sui::vec_map::{Self, VecMap};

// === Structs ===

public struct NodeMetadata has copy, drop, store {
    image_url: String,
    project_url: String,
    description: String,
    extra_fields: VecMap<String, String>,
}

// === Public functions ===

public fun new(image_url: String, project_url: String, description: String): NodeMetadata {
    NodeMetadata { image_url, project_url, description, extra_fields: vec_map::empty() }
}

public fun set_image_url(self: &mut NodeMetadata, image_url: String) { self.image_url = image_url; }

public fun set_project_url(self: &mut NodeMetadata, project_url: String) { self.project_url = project_url; }

public fun set_description(self: &mut NodeMetadata, description: String) { self.description = description; }

public fun set_extra_fields(self: &mut NodeMetadata, extra_fields: VecMap<String, String>) {
    self.extra_fields = extra_fields;
}

public fun image_url(self: &NodeMetadata): String { self.image_url }

public fun project_url(self: &NodeMetadata): String { self.project_url }

public fun description(self: &NodeMetadata): String { self.description }

public fun extra_fields(self: &NodeMetadata): &VecMap<String, String> { &self.extra_fields }

// === Package functions ===

/// Nothing filled in.
public(package) fun default(): NodeMetadata {
    new(b"".to_string(), b"".to_string(), b"".to_string())
}
