/// ECDSA over the curve secp256k1. `hash` is 0 for Keccak-256, 1 for SHA-256.
module sui::ecdsa_k1;

/// The signature, with its recovery byte, belongs to no key.
#[allow(unused_const)]
const EFailToRecoverPubKey: u64 = 0;
/// Not a signature of 65 bytes.
#[allow(unused_const)]
const EInvalidSignature: u64 = 1;
/// Not a compressed public key of 33 bytes.
#[allow(unused_const)]
const EInvalidPubKey: u64 = 2;

/// The compressed public key (33 bytes) whose signature over `msg` this is: 64 bytes and a recovery byte.
/// Aborts with `EFailToRecoverPubKey` or `EInvalidSignature`.
public native fun secp256k1_ecrecover(signature: &vector<u8>, msg: &vector<u8>, hash: u8): vector<u8>;

/// A public key as both coordinates: 65 bytes. Aborts with `EInvalidPubKey`.
public native fun decompress_pubkey(pubkey: &vector<u8>): vector<u8>;

/// Whether 64 bytes are the signature of a compressed public key over `msg`.
public native fun secp256k1_verify(
    signature: &vector<u8>,
    public_key: &vector<u8>,
    msg: &vector<u8>,
    hash: u8,
): bool;
