/// Verifiable random functions over ristretto255 with SHA-512.
module sui::ecvrf;

/// The hash is not 64 bytes.
#[allow(unused_const)]
const EInvalidHashLength: u64 = 1;
/// The public key is not an element of the group.
#[allow(unused_const)]
const EInvalidPublicKeyEncoding: u64 = 2;
/// The proof is malformed.
#[allow(unused_const)]
const EInvalidProofEncoding: u64 = 3;

/// Whether `hash` is the output for `alpha_string` under a public key, as `proof` shows.
/// Aborts with one of the constants above.
public native fun ecvrf_verify(
    hash: &vector<u8>,
    alpha_string: &vector<u8>,
    public_key: &vector<u8>,
    proof: &vector<u8>,
): bool;
