/// Proof that a call was made by the module that defines a type.
module std::internal;

/// Only the module that defines `T` can make one: the bytecode verifier refuses `permit<T>()` elsewhere.
public struct Permit<phantom T> has drop {}

public fun permit<T>(): Permit<T> { Permit {} }
