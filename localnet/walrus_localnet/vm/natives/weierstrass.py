"""ECDSA over secp256k1 and secp256r1 (SEC 1 v2.0, sections 2.3 and 4.1): checking and recovering public keys.

Only public values pass through here, so nothing has to take constant time.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[int, int] | None
"""Affine coordinates; None is the point at infinity."""


@dataclass(frozen=True)
class Curve:
    """y² = x³ + ax + b modulo p, with a generator of prime order n."""

    p: int
    a: int
    b: int
    n: int
    generator: tuple[int, int]

    def add(self, one: Point, other: Point) -> Point:
        if one is None or other is None:
            return one or other
        (x1, y1), (x2, y2) = one, other
        if x1 == x2:
            if (y1 + y2) % self.p == 0:
                return None
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def multiply(self, scalar: int, point: Point) -> Point:
        result: Point = None
        while scalar:
            if scalar & 1:
                result = self.add(result, point)
            point = self.add(point, point)
            scalar >>= 1
        return result

    def lift(self, x: int, is_odd: bool) -> Point:
        """The point with this x and the parity of y; None if there is none."""
        square = (x * x * x + self.a * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)  # both primes are 3 modulo 4
        if x >= self.p or y * y % self.p != square:
            return None
        return x, y if y % 2 == is_odd else self.p - y

    def decompress(self, key: bytes) -> Point:
        """The point of a 33-byte public key; None if it is none."""
        if len(key) != 33 or key[0] not in (2, 3):
            return None
        return self.lift(int.from_bytes(key[1:], "big"), key[0] == 3)

    def verify(self, key: bytes, signature: bytes, digest: bytes) -> bool:
        """Whether a 64-byte signature (r, s with s in the lower half) of a digest is by a 33-byte key."""
        point = self.decompress(key)
        r, s = self._parts(signature[:64])
        if point is None or len(signature) != 64 or not 0 < r < self.n or not 0 < s <= self.n // 2:
            return False
        inverse = pow(s, -1, self.n)
        made = self._combine(int.from_bytes(digest, "big") * inverse, r * inverse, point)
        return made is not None and made[0] % self.n == r

    def recover(self, signature: bytes, digest: bytes) -> bytes | None:
        """The 33-byte key that made a 65-byte signature (r, s, recovery id); None if no key did."""
        r, s = self._parts(signature[:64])
        identity = signature[64]
        if not 0 < r < self.n or not 0 < s < self.n:
            return None
        point = self.lift(r + self.n * (identity >> 1), identity % 2 == 1)
        if point is None:
            return None
        inverse = pow(r, -1, self.n)
        key = self._combine(-int.from_bytes(digest, "big") * inverse, s * inverse, point)
        return None if key is None else bytes([2 + key[1] % 2]) + key[0].to_bytes(32, "big")

    def _parts(self, signature: bytes) -> tuple[int, int]:
        return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")

    def _combine(self, u: int, v: int, point: Point) -> Point:
        return self.add(self.multiply(u % self.n, self.generator), self.multiply(v % self.n, point))


SECP256K1 = Curve(
    p=2**256 - 2**32 - 977,
    a=0,
    b=7,
    n=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    generator=(
        0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    ),
)
SECP256R1 = Curve(
    p=2**256 - 2**224 + 2**192 + 2**96 - 1,
    a=-3,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    generator=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)
