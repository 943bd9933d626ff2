/// ECDSA over the curve secp256r1. `hash` is 0 for Keccak-256, 1 for SHA-256.
module sui::ecdsa_r1;

/// The signature, with its recovery byte, belongs to no key.
#[allow(unused_const)]
const EFailToRecoverPubKey: u64 = 0;
/// Not a signature of 65 bytes.
#[allow(unused_const)]
const EInvalidSignature: u64 = 1;

/// The compressed public key (33 bytes) whose signature over `msg` this is: 64 bytes and a recovery byte.
/// Aborts with `EFailToRecoverPubKey` or `EInvalidSignature`.
public native fun secp256r1_ecrecover(signature: &vector<u8>, msg: &vector<u8>, hash: u8): vector<u8>;

/// Whether 64 bytes are the signature of a compressed public key over `msg`.
public native fun secp256r1_verify(
    signature: &vector<u8>,
    public_key: &vector<u8>,
    msg: &vector<u8>,
    hash: u8,
): bool;
