"""BLS signatures over BLS12-381, keys in G1 and signatures in G2, basic scheme (encoding.md §8).

Secret keys never appear in `repr`, in errors or in logs.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import hmac
from collections.abc import Sequence

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from walrus_sui.crypto.curve import (
    G1_SIZE,
    G2_SIZE,
    compress_g1,
    decompress_g1,
    parse_g1,
    parse_g2,
    sum_g1,
    sum_g2,
)
from walrus_sui.errors import KeyFormatError, PointError

DST = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"
"""Domain of hashing to the curve. The basic scheme, even for proofs of possession."""
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
SECRET_KEY_SIZE = 32
PUBLIC_KEY_SIZE = G1_SIZE
SIGNATURE_SIZE = G2_SIZE


class SecretKey:
    """A scalar from 1 to the group order - 1. Raises `KeyFormatError` for any other."""

    __slots__ = ("_scalar", "public_key")

    def __init__(self, scalar: int) -> None:
        if not 0 < scalar < ORDER:
            raise KeyFormatError("expected a BLS secret key between 1 and the group order, got one outside")
        self._scalar = Scalar.from_be_bytes(scalar.to_bytes(SECRET_KEY_SIZE, "big"))
        self.public_key = PublicKey((G1Point() * self._scalar).to_compressed_bytes())

    @classmethod
    def generate(cls, entropy: bytes) -> SecretKey:
        """Derive a key from at least 32 secret random bytes (KeyGen of the IETF BLS draft)."""
        if len(entropy) < 32:
            raise KeyFormatError(f"expected at least 32 bytes of entropy, got {len(entropy)}")
        salt, scalar = b"BLS-SIG-KEYGEN-SALT-", 0
        while not scalar:
            salt = hashlib.sha256(salt).digest()
            scalar = int.from_bytes(_hkdf_sha256(salt, entropy + b"\x00", b"\x00\x30", 48), "big") % ORDER
        return cls(scalar)

    @classmethod
    def from_bytes(cls, data: bytes) -> SecretKey:
        """From 32 big-endian bytes."""
        if len(data) != SECRET_KEY_SIZE:
            raise KeyFormatError(f"expected a BLS secret key of {SECRET_KEY_SIZE} bytes, got {len(data)}")
        return cls(int.from_bytes(data, "big"))

    def to_bytes(self) -> bytes:
        """32 big-endian bytes."""
        return self._scalar.to_be_bytes()

    def sign(self, message: bytes) -> bytes:
        """The signature of `message`: 96 bytes."""
        return (_point_of(message) * self._scalar).to_compressed_bytes()

    def __repr__(self) -> str:
        return f"SecretKey(public_key={self.public_key})"


@dataclasses.dataclass(frozen=True)
class PublicKey:
    """A point of G1 other than infinity, as 48 compressed bytes. Raises `PointError` for anything else."""

    raw: bytes

    def __post_init__(self) -> None:
        if parse_g1(self.raw) == G1Point.identity():
            raise PointError("expected a BLS public key, got the point at infinity")

    @classmethod
    def from_uncompressed(cls, data: bytes) -> PublicKey:
        """From the 96-byte form that the chain stores."""
        return cls(compress_g1(data))

    @property
    def uncompressed(self) -> bytes:
        """The 96-byte form that the chain stores."""
        return decompress_g1(self.raw)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over `message`; false for bytes that are no signature at all."""
        return verify_aggregate([self], message, signature)

    def __bytes__(self) -> bytes:
        return self.raw

    def __str__(self) -> str:
        return "0x" + self.raw.hex()


def aggregate_signatures(signatures: Sequence[bytes]) -> bytes:
    """The sum of signatures: 96 bytes. Raises `PointError` for one that is no point of G2."""
    if not signatures:
        raise PointError("expected at least one signature to aggregate, got none")
    return sum_g2(parse_g2(signature) for signature in signatures).to_compressed_bytes()


def verify_aggregate(public_keys: Sequence[PublicKey], message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the aggregate of all these keys over one `message`; false for bytes that are none.

    Safe only for keys whose owners proved possession of them, as the chain demands on registration.
    """
    return is_signed_by(sum_g1(parse_g1(public_key.raw) for public_key in public_keys), message, signature)


def is_signed_by(key: G1Point, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `key`, possibly a sum of keys, over `message`; infinity signs nothing."""
    try:
        point = parse_g2(signature)
    except PointError:
        return False
    if key == G1Point.identity() or point == G2Point.identity():
        return False
    # e(key, H(m)) == e(g, signature)
    return GT.pairing_check([key, -G1Point()], [_point_of(message), point])


@functools.lru_cache(maxsize=64)
def _point_of(message: bytes) -> G2Point:
    """What is signed of `message`; many sign the same, and each is checked."""
    return G2Point.hash_to_curve(message, DST)


def _hkdf_sha256(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    key = hmac.digest(salt, secret, "sha256")
    out, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([counter]), "sha256")
        out += block
    return out[:length]
