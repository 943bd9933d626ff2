/// Binary Canonical Serialization, the encoding of every Move value on chain.
module std::bcs;

/// The canonical bytes of `v`.
public native fun to_bytes<MoveValue>(v: &MoveValue): vector<u8>;
