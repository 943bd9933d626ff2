/// The one place where a BLS signature is checked.
module walrus::bls;

use sui::bls12381;

// === Package functions ===

/// Whether `signature` (G2, 96 bytes) over `message` verifies under `public_key` (compressed G1, 48 bytes),
/// scheme BLS12-381 min-pk with `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_`.
public(package) fun verify(signature: &vector<u8>, public_key: &vector<u8>, message: &vector<u8>): bool {
    bls12381::bls12381_min_pk_verify(signature, public_key, message)
}
