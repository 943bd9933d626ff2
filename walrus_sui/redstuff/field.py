"""GF(2^16) over 0x1002D in the Cantor basis: elements are 16-bit labels (encoding.md §3.1).

Adding labels is XOR. A label is never turned into its polynomial form after these tables are built.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.uint16]

POLYNOMIAL = 0x1002D
ORDER = 65536
MODULUS = ORDER - 1
"""Logarithms count modulo this."""

# fmt: off
CANTOR_BASIS = (
    0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012,
    0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E,
)
# fmt: on


class Tables(NamedTuple):
    """`log[0]` is the marker 65535; `exp` has 65536 entries, the last repeating the first."""

    log: Labels
    exp: Labels


@functools.cache
def tables() -> Tables:
    """Logarithms to base x and their inverse, by label."""
    powers = np.empty(ORDER, dtype=np.uint16)
    element = 1
    for exponent in range(ORDER):
        powers[exponent] = element
        element <<= 1
        if element >= ORDER:
            element ^= POLYNOMIAL
    log_of_polynomial = np.empty(ORDER, dtype=np.uint16)
    log_of_polynomial[powers[:MODULUS]] = np.arange(MODULUS, dtype=np.uint16)
    log = log_of_polynomial[_polynomials()]
    log[0] = MODULUS
    exp = np.empty(ORDER, dtype=np.uint16)
    exp[log[1:]] = np.arange(1, ORDER, dtype=np.uint16)
    exp[MODULUS] = exp[0]
    return Tables(log, exp)


def _polynomials() -> Labels:
    """The polynomial form of every label."""
    found = np.zeros(1, dtype=np.uint16)
    for basis in CANTOR_BASIS:
        found = np.concatenate((found, found ^ np.uint16(basis)))
    return found


def multiply(a: npt.ArrayLike, b: npt.ArrayLike) -> Labels:
    """The product of labels, elementwise."""
    log, exp = tables()
    a, b = np.asarray(a, dtype=np.uint16), np.asarray(b, dtype=np.uint16)
    product = exp[(log[a].astype(np.uint32) + log[b]) % MODULUS]
    return np.where((a == 0) | (b == 0), np.uint16(0), product)


def inverse(a: npt.ArrayLike) -> Labels:
    """The reciprocal of labels other than 0, elementwise."""
    log, exp = tables()
    return exp[MODULUS - log[np.asarray(a, dtype=np.uint16)]]


class ProductTables(NamedTuple):
    """Products of one multiplier: with every low byte, and with every high byte (uint16[256] each)."""

    low: Labels
    high: Labels


@functools.lru_cache(maxsize=8192)
def product_tables(multiplier: int) -> ProductTables:
    """c * x = low[x & 255] ^ high[x >> 8], because multiplying labels is linear over bits."""
    bytes_ = np.arange(256, dtype=np.uint32)
    return ProductTables(multiply(multiplier, bytes_), multiply(multiplier, bytes_ << 8))
