"""`sui::ecvrf`: verifiable random functions (RFC 9381) over ristretto255 with SHA-512."""

from __future__ import annotations

import hashlib

from walrus_localnet.vm.errors import NativeAbort
from walrus_localnet.vm.natives.registry import NATIVES, SUI, NativeCall
from walrus_localnet.vm.natives.ristretto import GENERATOR, IDENTITY, ORDER, SIZE, Element, decode, hash_to_group

INVALID_HASH_LENGTH = 1
INVALID_PUBLIC_KEY = 2
INVALID_PROOF = 3

SUITE = b"sui_vrf"
DOMAIN = b"ECVRF_ristretto255_XMD:SHA-512_R255MAP_RO_" + SUITE
HASH_SIZE = 64
CHALLENGE_SIZE = 16
PROOF_SIZE = SIZE + CHALLENGE_SIZE + 32
VERIFY_COST = 120_000
"""Gas units of four multiplications here."""


@NATIVES.native(SUI, "ecvrf")
def ecvrf_verify(
    call: NativeCall, output: bytearray, alpha_string: bytearray, public_key: bytearray, proof: bytearray
) -> bool:
    """Whether `output` is that of `alpha_string` under a key: RFC 9381, section 5.3.

    A proof is gamma (32 bytes), c (16) and s (32, little-endian, below the order).
    """
    call.charge(VERIFY_COST)
    call.charge_bytes(len(alpha_string))
    if len(output) != HASH_SIZE:
        raise NativeAbort(INVALID_HASH_LENGTH)
    key = _element(public_key, INVALID_PUBLIC_KEY)
    gamma = _element(proof[:SIZE], INVALID_PROOF)
    c = bytes(proof[SIZE : SIZE + CHALLENGE_SIZE])
    s = int.from_bytes(proof[SIZE + CHALLENGE_SIZE :], "little")
    if len(proof) != PROOF_SIZE or s >= ORDER:
        raise NativeAbort(INVALID_PROOF)
    if key.encode() == IDENTITY.encode():
        return False
    hashed = hash_to_group(bytes(public_key) + bytes(alpha_string), DOMAIN)
    minus_c = ORDER - int.from_bytes(c, "little")
    u = GENERATOR * s + key * minus_c
    v = hashed * s + gamma * minus_c
    return challenge(key, hashed, gamma, u, v) == c and output_of(gamma) == output


def _element(data: bytearray, abort_code: int) -> Element:
    element = decode(bytes(data))
    if element is None:
        raise NativeAbort(abort_code)
    return element


def challenge(*points: Element) -> bytes:
    """RFC 9381, section 5.4.3."""
    encoded = b"".join(point.encode() for point in points)
    return hashlib.sha512(SUITE + b"\x02" + encoded + b"\0").digest()[:CHALLENGE_SIZE]


def output_of(gamma: Element) -> bytes:
    """RFC 9381, section 5.2."""
    return hashlib.sha512(SUITE + b"\x03" + gamma.encode() + b"\0").digest()
