/// The name of a type as text, for comparing and logging types at run time.
module std::type_name;

use std::address;
use std::ascii::String;

/// A primitive type has no module.
const ENonModuleType: u64 = 0;

const ASCII_COLON: u8 = 58;
/// `vector`, with which the names of all vector types begin.
const VECTOR: vector<u8> = b"vector";

/// A type's name: `u64`, `vector<u8>`, or `<64 hex digits>::<module>::<name>` with type arguments in `<>`.
public struct TypeName has copy, drop, store { name: String }

/// With the addresses of the packages (upgrades counted apart) in which each type was first defined.
public native fun with_defining_ids<T>(): TypeName;

/// With the addresses of the first version of each package.
public native fun with_original_ids<T>(): TypeName;

/// The package in which `T` was first defined. Aborts for a primitive type.
public native fun defining_id<T>(): address;

/// The first version of the package of `T`. Aborts for a primitive type.
public native fun original_id<T>(): address;

/// Whether this is an integer, `bool`, `address` or vector type.
public fun is_primitive(self: &TypeName): bool {
    let bytes = self.name.as_bytes();
    let scalars = vector[b"bool", b"u8", b"u16", b"u32", b"u64", b"u128", b"u256", b"address"];
    scalars.contains(bytes) || begins_with_vector(bytes)
}

public fun as_string(self: &TypeName): &String { &self.name }

/// The 64 hex digits of the address. Aborts with `ENonModuleType` for a primitive type.
public fun address_string(self: &TypeName): String {
    assert!(!self.is_primitive(), ENonModuleType);
    self.name.substring(0, address::length() * 2)
}

/// The module's name. Aborts with `ENonModuleType` for a primitive type.
public fun module_string(self: &TypeName): String {
    assert!(!self.is_primitive(), ENonModuleType);
    let bytes = self.name.as_bytes();
    let start = address::length() * 2 + 2;
    let mut end = start;
    while (bytes[end] != ASCII_COLON) end = end + 1;
    self.name.substring(start, end)
}

public fun into_string(self: TypeName): String {
    let TypeName { name } = self;
    name
}

fun begins_with_vector(bytes: &vector<u8>): bool {
    let prefix = VECTOR;
    let mut i = 0;
    while (i < prefix.length() && i < bytes.length() && bytes[i] == prefix[i]) i = i + 1;
    i == prefix.length()
}

// === Former names ===

#[deprecated(note = b"Use `std::type_name::with_defining_ids` instead.")]
public fun get<T>(): TypeName { with_defining_ids<T>() }

#[deprecated(note = b"Use `std::type_name::with_original_ids` instead.")]
public fun get_with_original_ids<T>(): TypeName { with_original_ids<T>() }

#[deprecated(note = b"Use `std::type_name::as_string` instead.")]
public fun borrow_string(self: &TypeName): &String { self.as_string() }

#[deprecated(note = b"Use `std::type_name::address_string` instead.")]
public fun get_address(self: &TypeName): String { self.address_string() }

#[deprecated(note = b"Use `std::type_name::module_string` instead.")]
public fun get_module(self: &TypeName): String { self.module_string() }
