/// Ed25519 signatures.
module sui::ed25519;

/// Whether 64 bytes are the signature of a public key of 32 bytes over `msg`.
public native fun ed25519_verify(signature: &vector<u8>, public_key: &vector<u8>, msg: &vector<u8>): bool;
