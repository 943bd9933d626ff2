"""The target group of pairings over BLS12-381, as numbers and bytes.

The arithmetic library pairs but neither reads its results nor multiplies them by scalars; it writes them as text,
the hex of twelve little-endian coefficients. From there on they are our own: elements of Fp12, which is Fp2 with
w⁶ = u + 1, Fp2 being the numbers modulo the prime p with u² = -1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import SupportsInt

from py_arkworks_bls12381 import GT, G1Point, G2Point

from walrus_sui.errors import PointError

SIZE = 576
"""Bytes of an element: twelve coefficients of 48, big-endian."""

_P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
_PART_SIZE = 48
_TOWER_ORDER = (0, 3, 1, 4, 2, 5)
"""Where the library's text has the coefficients of w⁰ … w⁵: those of even powers first, being one Fp6."""

Fp2 = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TargetElement:
    """The coefficients of w⁰ … w⁵, each the two parts of an element of Fp2.

    The group is written as addition, as Sui's interfaces do; underneath it is multiplication in Fp12.
    """

    coefficients: tuple[Fp2, ...]

    def __add__(self, other: TargetElement) -> TargetElement:
        real, imaginary = [0] * 11, [0] * 11
        for i, (a, b) in enumerate(self.coefficients):
            for j, (c, d) in enumerate(other.coefficients, i):
                real[j] += a * c - b * d
                imaginary[j] += a * d + b * c
        for j in range(6, 11):  # w⁶ = u + 1
            real[j - 6] += real[j] - imaginary[j]
            imaginary[j - 6] += real[j] + imaginary[j]
        return TargetElement(tuple((real[j] % _P, imaginary[j] % _P) for j in range(6)))

    def __neg__(self) -> TargetElement:
        """Inverses in this group are conjugates: odd powers of w negated."""
        signed = enumerate(self.coefficients)
        return TargetElement(tuple((-a % _P, -b % _P) if power % 2 else (a, b) for power, (a, b) in signed))

    def __sub__(self, other: TargetElement) -> TargetElement:
        return self + -other

    def __mul__(self, scalar: SupportsInt) -> TargetElement:
        result, power, rest = IDENTITY, self, int(scalar)
        while rest:
            if rest & 1:
                result += power
            power += power
            rest >>= 1
        return result

    def write(self) -> bytes:
        """The 576 bytes Sui uses."""
        parts = (part for coefficient in self.coefficients for part in coefficient)
        return b"".join(part.to_bytes(_PART_SIZE, "big") for part in parts)


IDENTITY = TargetElement(((1, 0), *[(0, 0)] * 5))


def parse(data: bytes) -> TargetElement:
    """An element from its 576 bytes, as pairings and this arithmetic made them: nothing asks whether it is one.

    Raises `PointError` for another size or coefficients that are not below p.
    """
    parts = [int.from_bytes(data[start : start + _PART_SIZE], "big") for start in range(0, len(data), _PART_SIZE)]
    if len(data) != SIZE or max(parts) >= _P:
        raise PointError(f"expected {SIZE} bytes of an element of the target group, got {data.hex()}")
    return TargetElement(tuple(zip(parts[::2], parts[1::2], strict=True)))


def pairing(first: G1Point, second: G2Point) -> TargetElement:
    """e(first, second)."""
    text = bytes.fromhex(str(GT.pairing(first, second)))
    parts = [int.from_bytes(text[start : start + _PART_SIZE], "little") for start in range(0, SIZE, _PART_SIZE)]
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    return TargetElement(tuple(pairs[place] for place in _TOWER_ORDER))
