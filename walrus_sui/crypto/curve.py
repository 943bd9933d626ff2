"""Points of BLS12-381 as bytes: one spelling each, always in the right group (move_toolchain.md §5).

The arithmetic library accepts malformed infinities and has its own uncompressed infinity; both are guarded here.
Compressed forms are 48 (G1) and 96 (G2) bytes, uncompressed G1 is 96 bytes, all in the Zcash convention: the top
three bits of the first byte say compressed, infinity, and which of the two y.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from py_arkworks_bls12381 import G1Point, G2Point

from walrus_sui.errors import PointError

G1_SIZE = 48
G1_UNCOMPRESSED_SIZE = 96
G2_SIZE = 96

_INFINITY_FLAG = 0x40
_FLAGS = 0xE0
_UNCOMPRESSED_INFINITY = bytes([_INFINITY_FLAG]) + bytes(G1_UNCOMPRESSED_SIZE - 1)


@functools.lru_cache(maxsize=4096)
def parse_g1(data: bytes) -> G1Point:
    """A point of the G1 subgroup from its 48-byte form; infinity is allowed. Raises `PointError`."""
    _expect_size("G1 point", data, G1_SIZE)
    try:
        point = G1Point.from_compressed_bytes(data)
    except ValueError as error:
        raise PointError(f"expected a compressed G1 point, got {data.hex()}") from error
    if point.to_compressed_bytes() != data:
        raise PointError(f"expected the canonical form of a G1 point, got {data.hex()}")
    return point


@functools.lru_cache(maxsize=1024)
def parse_g2(data: bytes) -> G2Point:
    """A point of the G2 subgroup from its 96-byte form; infinity is allowed. Raises `PointError`."""
    _expect_size("G2 point", data, G2_SIZE)
    try:
        point = G2Point.from_compressed_bytes(data)
    except ValueError as error:
        raise PointError(f"expected a compressed G2 point, got {data.hex()}") from error
    if point.to_compressed_bytes() != data:
        raise PointError(f"expected the canonical form of a G2 point, got {data.hex()}")
    return point


@functools.lru_cache(maxsize=4096)
def parse_uncompressed_g1(data: bytes) -> G1Point:
    """A point of the G1 subgroup from x and y, 48 big-endian bytes each. Raises `PointError`."""
    _expect_size("uncompressed G1 point", data, G1_UNCOMPRESSED_SIZE)
    if data == _UNCOMPRESSED_INFINITY:
        return G1Point.identity()
    if data[0] & _FLAGS or not any(data):
        raise PointError(f"expected an uncompressed G1 point without flags, got {data.hex()}")
    try:
        point = G1Point.from_xy_bytes_be(data)
    except ValueError as error:
        raise PointError(f"expected x and y of a G1 point, got {data.hex()}") from error
    if point.to_xy_bytes_be() != data:
        raise PointError(f"expected the canonical form of an uncompressed G1 point, got {data.hex()}")
    return point


def uncompressed_g1(point: G1Point) -> bytes:
    """x and y, 48 big-endian bytes each; infinity is the byte 40 and zeros."""
    return _UNCOMPRESSED_INFINITY if point == G1Point.identity() else point.to_xy_bytes_be()


def compress_g1(uncompressed: bytes) -> bytes:
    """The 48-byte form of a 96-byte one. Raises `PointError`."""
    return parse_uncompressed_g1(uncompressed).to_compressed_bytes()


def decompress_g1(compressed: bytes) -> bytes:
    """The 96-byte form of a 48-byte one. Raises `PointError`."""
    return uncompressed_g1(parse_g1(compressed))


def sum_g1(points: Iterable[G1Point]) -> G1Point:
    """The sum; infinity for none."""
    total = G1Point.identity()
    for point in points:
        total += point
    return total


def sum_g2(points: Iterable[G2Point]) -> G2Point:
    """The sum; infinity for none."""
    total = G2Point.identity()
    for point in points:
        total += point
    return total


def _expect_size(what: str, data: bytes, size: int) -> None:
    if len(data) != size:
        raise PointError(f"expected a {what} of {size} bytes, got {len(data)}")
