"""The group ristretto255 (RFC 9496): its elements as bytes, their arithmetic, and hashing to it.

Only public values pass through here, so nothing has to take constant time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

ORDER = 2**252 + 27742317777372353535851937790883648493
SIZE = 32
"""Bytes of an element."""

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)
# The square roots of RFC 9496, section 4.1, are these ones of each pair.
_SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
_INVSQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578
_ONE_MINUS_D_SQ = (1 - _D * _D) % _P
_D_MINUS_ONE_SQ = (_D - 1) ** 2 % _P


@dataclass(frozen=True, slots=True)
class Element:
    """Extended coordinates of a point of the curve edwards25519 that stands for the element: xy = zt."""

    x: int
    y: int
    z: int
    t: int

    def __add__(self, other: Element) -> Element:
        a = (self.y - self.x) * (other.y - other.x) % _P
        b = (self.y + self.x) * (other.y + other.x) % _P
        c = 2 * _D * self.t * other.t % _P
        d = 2 * self.z * other.z % _P
        e, f, g, h = b - a, d - c, d + c, b + a
        return Element(e * f % _P, g * h % _P, f * g % _P, e * h % _P)

    def __neg__(self) -> Element:
        return Element(-self.x % _P, self.y, self.z, -self.t % _P)

    def __mul__(self, scalar: int) -> Element:
        result, power = IDENTITY, self
        while scalar:
            if scalar & 1:
                result += power
            power += power
            scalar >>= 1
        return result

    def encode(self) -> bytes:
        """The 32 bytes of the element, the same for every point that stands for it (§4.3.2)."""
        u1 = (self.z + self.y) * (self.z - self.y) % _P
        u2 = self.x * self.y % _P
        _, inverse_root = _sqrt_ratio(1, u1 * u2 * u2)
        den1, den2 = inverse_root * u1, inverse_root * u2
        z_inverse = den1 * den2 * self.t % _P
        x, y, den = self.x, self.y, den2
        if _is_negative(self.t * z_inverse):
            x, y, den = self.y * _SQRT_M1, self.x * _SQRT_M1, den1 * _INVSQRT_A_MINUS_D
        if _is_negative(x * z_inverse):
            y = -y
        return _absolute(den * (self.z - y)).to_bytes(SIZE, "little")


IDENTITY = Element(0, 1, 1, 0)


def decode(data: bytes) -> Element | None:
    """The element of 32 bytes; None if they are not the encoding of one (§4.3.1)."""
    s = int.from_bytes(data, "little")
    if len(data) != SIZE or s >= _P or s & 1:
        return None
    u1, u2 = (1 - s * s) % _P, (1 + s * s) % _P
    v = (-_D * u1 * u1 - u2 * u2) % _P
    was_square, inverse_root = _sqrt_ratio(1, v * u2 * u2)
    den = inverse_root * u2
    x, y = _absolute(2 * s * den), u1 * inverse_root * den * v % _P
    t = x * y % _P
    return None if not was_square or t & 1 or y == 0 else Element(x, y, 1, t)


def from_uniform_bytes(data: bytes) -> Element:
    """An element from 64 random bytes (§4.3.4)."""
    halves = (int.from_bytes(half, "little") % 2**255 for half in (data[:32], data[32:64]))
    first, second = map(_map, halves)
    return first + second


def hash_to_group(message: bytes, domain: bytes) -> Element:
    """As RFC 9380, appendix B, does it with SHA-512; the domain has at most 255 bytes."""
    return from_uniform_bytes(expand_message(message, domain, 64))


def expand_message(message: bytes, domain: bytes, size: int) -> bytes:
    """`expand_message_xmd` of RFC 9380, section 5.3.1, with SHA-512, for at most 64 bytes."""
    domain += bytes([len(domain)])
    seed = hashlib.sha512(bytes(128) + message + size.to_bytes(2, "big") + b"\0" + domain).digest()
    return hashlib.sha512(seed + b"\x01" + domain).digest()[:size]


def _map(t: int) -> Element:
    r = _SQRT_M1 * t * t % _P
    u = (r + 1) * _ONE_MINUS_D_SQ
    v = (-1 - r * _D) * (r + _D) % _P
    was_square, s = _sqrt_ratio(u, v)
    c = -1
    if not was_square:
        s, c = -_absolute(s * t), r
    n = c * (r - 1) * _D_MINUS_ONE_SQ - v
    w0, w1, w2, w3 = 2 * s * v, n * _SQRT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return Element(w0 * w3 % _P, w2 * w1 % _P, w1 * w3 % _P, w0 * w2 % _P)


def _sqrt_ratio(u: int, v: int) -> tuple[bool, int]:
    """Whether u/v is a square, and the root of it, or else of it times the root of -1 (§4.2)."""
    root = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    check, u = v * root * root % _P, u % _P
    is_flipped = check == -u % _P
    if is_flipped or check == -u * _SQRT_M1 % _P:
        root = root * _SQRT_M1
    return check == u or is_flipped, _absolute(root)


def _is_negative(value: int) -> bool:
    return bool(value % _P & 1)


def _absolute(value: int) -> int:
    value %= _P
    return _P - value if value & 1 else value


GENERATOR = Element(
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    4 * pow(5, -1, _P) % _P,
    1,
    15112221349535400772501151409588531511454012693041857206046113283949847762202 * 4 * pow(5, -1, _P) % _P,
)
