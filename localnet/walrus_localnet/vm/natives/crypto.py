"""Natives of 0x2 that hash and verify signatures (move_toolchain.md §4-§5)."""

from __future__ import annotations

import hmac

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from py_arkworks_bls12381 import GT, G1Point, G2Point

from walrus_localnet.vm.natives import keccak
from walrus_localnet.vm.natives.registry import NATIVES, SUI, NativeCall
from walrus_sui.bcs import sui
from walrus_sui.crypto.bls import PublicKey
from walrus_sui.crypto.curve import parse_g1, parse_g2
from walrus_sui.errors import PointError

SIGNATURE_COST = 5_000
"""Gas units of checking one signature over a curve."""
PAIRING_COST = 30_000
MIN_SIG_DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


@NATIVES.native(SUI, "hash")
def blake2b256(call: NativeCall, data: bytearray) -> bytearray:
    call.charge_bytes(len(data))
    return bytearray(sui.blake2b256(bytes(data)))


@NATIVES.native(SUI, "hash")
def keccak256(call: NativeCall, data: bytearray) -> bytearray:
    call.charge(keccak.BLOCK_COST * keccak.blocks(len(data)))
    return bytearray(keccak.keccak256(data))


@NATIVES.native(SUI, "hmac")
def hmac_sha3_256(call: NativeCall, key: bytearray, message: bytearray) -> bytearray:
    call.charge_bytes(len(key) + len(message))
    return bytearray(hmac.digest(key, message, "sha3_256"))


@NATIVES.native(SUI, "ed25519")
def ed25519_verify(call: NativeCall, signature: bytearray, public_key: bytearray, message: bytearray) -> bool:
    call.charge(SIGNATURE_COST)
    call.charge_bytes(len(message))
    if len(signature) != 64 or len(public_key) != 32:
        return False
    try:
        VerifyKey(bytes(public_key)).verify(bytes(message), bytes(signature))
    except BadSignatureError:
        return False
    return True


@NATIVES.native(SUI, "bls12381")
def bls12381_min_pk_verify(
    call: NativeCall, signature: bytearray, public_key: bytearray, message: bytearray
) -> bool:
    """Keys in G1, signatures in G2, basic scheme."""
    call.charge(PAIRING_COST)
    call.charge_bytes(len(message))
    try:
        key = PublicKey(bytes(public_key))
    except PointError:
        return False
    return key.verify(bytes(message), bytes(signature))


@NATIVES.native(SUI, "bls12381")
def bls12381_min_sig_verify(
    call: NativeCall, signature: bytearray, public_key: bytearray, message: bytearray
) -> bool:
    """Keys in G2, signatures in G1, basic scheme."""
    call.charge(PAIRING_COST)
    call.charge_bytes(len(message))
    try:
        key, point = parse_g2(bytes(public_key)), parse_g1(bytes(signature))
    except PointError:
        return False
    if key == G2Point.identity() or point == G1Point.identity():
        return False
    # e(H(m), key) == e(signature, g)
    hashed = G1Point.hash_to_curve(bytes(message), MIN_SIG_DST)
    return GT.pairing_check([hashed, -point], [key, G2Point()])
