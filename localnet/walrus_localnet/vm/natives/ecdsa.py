"""`sui::ecdsa_k1` and `sui::ecdsa_r1` (move_toolchain.md §4)."""

from __future__ import annotations

import hashlib

from walrus_localnet.vm.errors import NativeAbort
from walrus_localnet.vm.natives.keccak import BLOCK_COST, blocks, keccak256
from walrus_localnet.vm.natives.registry import NATIVES, SUI, NativeCall
from walrus_localnet.vm.natives.weierstrass import SECP256K1, SECP256R1, Curve

FAIL_TO_RECOVER_KEY = 0
INVALID_SIGNATURE = 1
INVALID_KEY = 2
COST = 300_000
"""Gas units of one check: some ten milliseconds here."""


def _digest(message: bytes, hash_number: int) -> bytes | None:
    """0 is Keccak-256, 1 is SHA-256."""
    if hash_number == 0:
        return keccak256(message)
    return hashlib.sha256(message).digest() if hash_number == 1 else None


def _verify(
    call: NativeCall, curve: Curve, signature: bytearray, key: bytearray, message: bytearray, hash_number: int
) -> bool:
    call.charge(COST + BLOCK_COST * blocks(len(message)))
    digest = _digest(bytes(message), hash_number)
    return digest is not None and curve.verify(bytes(key), bytes(signature), digest)


def _recover(
    call: NativeCall, curve: Curve, signature: bytearray, message: bytearray, hash_number: int
) -> bytearray:
    call.charge(COST + BLOCK_COST * blocks(len(message)))
    if len(signature) != 65 or signature[64] > 3:
        raise NativeAbort(INVALID_SIGNATURE)
    digest = _digest(bytes(message), hash_number)
    key = None if digest is None else curve.recover(bytes(signature), digest)
    if key is None:
        raise NativeAbort(FAIL_TO_RECOVER_KEY)
    return bytearray(key)


@NATIVES.native(SUI, "ecdsa_k1")
def secp256k1_verify(
    call: NativeCall, signature: bytearray, key: bytearray, message: bytearray, hash_number: int
) -> bool:
    return _verify(call, SECP256K1, signature, key, message, hash_number)


@NATIVES.native(SUI, "ecdsa_k1")
def secp256k1_ecrecover(call: NativeCall, signature: bytearray, message: bytearray, hash_number: int) -> bytearray:
    return _recover(call, SECP256K1, signature, message, hash_number)


@NATIVES.native(SUI, "ecdsa_k1")
def decompress_pubkey(call: NativeCall, key: bytearray) -> bytearray:
    call.charge(COST // 10)
    point = SECP256K1.decompress(bytes(key))
    if point is None:
        raise NativeAbort(INVALID_KEY)
    return bytearray(b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big"))


@NATIVES.native(SUI, "ecdsa_r1")
def secp256r1_verify(
    call: NativeCall, signature: bytearray, key: bytearray, message: bytearray, hash_number: int
) -> bool:
    return _verify(call, SECP256R1, signature, key, message, hash_number)


@NATIVES.native(SUI, "ecdsa_r1")
def secp256r1_ecrecover(call: NativeCall, signature: bytearray, message: bytearray, hash_number: int) -> bytearray:
    return _recover(call, SECP256R1, signature, message, hash_number)
