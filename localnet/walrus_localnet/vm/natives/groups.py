"""`sui::group_ops`: arithmetic in the groups of BLS12-381 (move_toolchain.md §4-§5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from walrus_localnet.vm.errors import NativeAbort
from walrus_localnet.vm.natives import target_group
from walrus_localnet.vm.natives.registry import NATIVES, SUI, NativeCall
from walrus_sui.crypto.bls import ORDER
from walrus_sui.crypto.curve import parse_g1, parse_g2, parse_uncompressed_g1, sum_g1, uncompressed_g1
from walrus_sui.errors import PointError

NOT_SUPPORTED = 0
INVALID_INPUT = 1
INPUT_TOO_LONG = 2

MAX_TERMS = 32
MAX_SUMMANDS = 2000
SCALAR_SIZE = 32
POINT_COST = 3_000
"""Gas units of reading and adding points."""
PAIRING_COST = 30_000
TARGET_MUL_COST = 400_000

SCALAR, G1, G2, GT, UNCOMPRESSED_G1 = range(5)
"""Group numbers as the Move source names them."""


def _parse_scalar(data: bytes) -> Scalar:
    if len(data) != SCALAR_SIZE or int.from_bytes(data, "big") >= ORDER:
        raise PointError(f"expected a scalar of {SCALAR_SIZE} big-endian bytes below the order, got {data.hex()}")
    return Scalar.from_be_bytes(data)


@dataclass(frozen=True)
class Group:
    """How elements of one group are read, written and hashed to. Any: a class of the arithmetic library."""

    parse: Callable[[bytes], Any]
    write: Callable[[Any], bytes]
    size: int
    hash_to: Callable[[bytes], Any] | None = None
    combine: Callable[[list[Any], list[Scalar]], Any] | None = None
    mul_cost: int = 5 * POINT_COST


_GROUPS = {
    SCALAR: Group(_parse_scalar, lambda scalar: scalar.to_be_bytes(), SCALAR_SIZE),
    G1: Group(
        parse_g1,
        lambda point: point.to_compressed_bytes(),
        48,
        lambda message: G1Point.hash_to_curve(message, b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"),
        G1Point.multiexp_unchecked,
    ),
    G2: Group(
        parse_g2,
        lambda point: point.to_compressed_bytes(),
        96,
        lambda message: G2Point.hash_to_curve(message, b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"),
        G2Point.multiexp_unchecked,
    ),
    GT: Group(target_group.parse, lambda element: element.write(), target_group.SIZE, mul_cost=TARGET_MUL_COST),
}


def _group(number: int) -> Group:
    group = _GROUPS.get(number)
    if group is None:
        raise NativeAbort(NOT_SUPPORTED)
    return group


def _element(group: Group, data: bytearray | bytes) -> Any:
    try:
        return group.parse(bytes(data))
    except PointError:
        raise NativeAbort(INVALID_INPUT) from None


@NATIVES.native(SUI, "group_ops")
def internal_validate(call: NativeCall, number: int, data: bytearray) -> bool:
    """Elements of GT never come from outside, so that the network has no check of them."""
    call.charge(POINT_COST)
    group = _GROUPS.get(number)
    if group is None or number == GT:
        return False
    try:
        group.parse(bytes(data))
    except PointError:
        return False
    return True


@NATIVES.native(SUI, "group_ops")
def internal_add(call: NativeCall, number: int, left: bytearray, right: bytearray) -> bytearray:
    call.charge(POINT_COST)
    group = _group(number)
    return bytearray(group.write(_element(group, left) + _element(group, right)))


@NATIVES.native(SUI, "group_ops")
def internal_sub(call: NativeCall, number: int, left: bytearray, right: bytearray) -> bytearray:
    call.charge(POINT_COST)
    group = _group(number)
    return bytearray(group.write(_element(group, left) - _element(group, right)))


@NATIVES.native(SUI, "group_ops")
def internal_mul(call: NativeCall, number: int, scalar: bytearray, element: bytearray) -> bytearray:
    group = _group(number)
    call.charge(group.mul_cost)
    return bytearray(group.write(_element(group, element) * _element(_GROUPS[SCALAR], scalar)))


@NATIVES.native(SUI, "group_ops")
def internal_div(call: NativeCall, number: int, scalar: bytearray, element: bytearray) -> bytearray:
    """The element times the inverse of the scalar."""
    group = _group(number)
    call.charge(group.mul_cost)
    divisor = _element(_GROUPS[SCALAR], scalar)
    if divisor.is_zero():
        raise NativeAbort(INVALID_INPUT)
    return bytearray(group.write(_element(group, element) * divisor.inverse()))


@NATIVES.native(SUI, "group_ops")
def internal_hash_to(call: NativeCall, number: int, message: bytearray) -> bytearray:
    call.charge(10 * POINT_COST)
    call.charge_bytes(len(message))
    group = _group(number)
    if group.hash_to is None:
        raise NativeAbort(NOT_SUPPORTED)
    if not message:
        raise NativeAbort(INVALID_INPUT)
    return bytearray(group.write(group.hash_to(bytes(message))))


@NATIVES.native(SUI, "group_ops")
def internal_multi_scalar_mul(call: NativeCall, number: int, scalars: bytearray, elements: bytearray) -> bytearray:
    """Scalars and elements come concatenated."""
    group = _group(number)
    if group.combine is None:
        raise NativeAbort(NOT_SUPPORTED)
    count, rest = divmod(len(scalars), SCALAR_SIZE)
    if not count or rest or len(elements) != count * group.size:
        raise NativeAbort(INVALID_INPUT)
    if count > MAX_TERMS:
        raise NativeAbort(INPUT_TOO_LONG)
    call.charge(5 * POINT_COST * count)
    factors = [_element(_GROUPS[SCALAR], part) for part in _split(scalars, SCALAR_SIZE)]
    points = [_element(group, part) for part in _split(elements, group.size)]
    return bytearray(group.write(group.combine(points, factors)))


def _split(data: bytearray, size: int) -> list[bytearray]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@NATIVES.native(SUI, "group_ops")
def internal_pairing(call: NativeCall, number: int, left: bytearray, right: bytearray) -> bytearray:
    """Of an element of G1, the group named, with one of G2."""
    call.charge(PAIRING_COST)
    if number != G1:
        raise NativeAbort(NOT_SUPPORTED)
    first, second = _element(_GROUPS[G1], left), _element(_GROUPS[G2], right)
    return bytearray(target_group.pairing(first, second).write())


@NATIVES.native(SUI, "group_ops")
def internal_convert(call: NativeCall, from_number: int, to_number: int, element: bytearray) -> bytearray:
    """Between the two forms of G1."""
    call.charge(POINT_COST)
    try:
        if (from_number, to_number) == (G1, UNCOMPRESSED_G1):
            return bytearray(uncompressed_g1(parse_g1(bytes(element))))
        if (from_number, to_number) == (UNCOMPRESSED_G1, G1):
            return bytearray(parse_uncompressed_g1(bytes(element)).to_compressed_bytes())
    except PointError:
        raise NativeAbort(INVALID_INPUT) from None
    raise NativeAbort(NOT_SUPPORTED)


@NATIVES.native(SUI, "group_ops")
def internal_sum(call: NativeCall, number: int, elements: list[bytearray]) -> bytearray:
    """Of uncompressed G1 points only."""
    if number != UNCOMPRESSED_G1:
        raise NativeAbort(NOT_SUPPORTED)
    if len(elements) > MAX_SUMMANDS:
        raise NativeAbort(INPUT_TOO_LONG)
    call.charge(POINT_COST // 5 * len(elements))
    try:
        return bytearray(uncompressed_g1(sum_g1(parse_uncompressed_g1(bytes(element)) for element in elements)))
    except PointError:
        raise NativeAbort(INVALID_INPUT) from None
