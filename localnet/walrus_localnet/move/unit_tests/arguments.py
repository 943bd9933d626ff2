"""Arguments of random tests: the same ones for a test of the same name, every time."""

from __future__ import annotations

import random
from collections.abc import Sequence

from walrus_localnet.vm import ADDRESS, BOOL, SIGNER, U8, Primitive, Type, Value, Vector

ROUNDS = 10
"""How often a random test runs, as on the official runner."""
_LONGEST = 10


def can_be_random(type_: Type) -> bool:
    """Numbers, truth values, addresses, and vectors of them."""
    if isinstance(type_, Vector):
        return can_be_random(type_.element)
    return isinstance(type_, Primitive) and type_ is not SIGNER


def random_arguments(name: str, types: Sequence[Type]) -> list[list[Value]]:
    """For each round values of these types; the first rounds have the smallest and the largest."""
    chance = random.Random(name)
    rounds = [[_edge(type_, largest) for type_ in types] for largest in (False, True)]
    return rounds + [[_value(type_, chance) for type_ in types] for _ in range(ROUNDS - len(rounds))]


def _edge(type_: Type, largest: bool) -> Value:
    if isinstance(type_, Vector):
        return _vector(type_, [_edge(type_.element, largest)] * _LONGEST if largest else [])
    if type_ is BOOL:
        return largest
    if type_ is ADDRESS:
        return (b"\xff" if largest else b"\0") * 32
    assert isinstance(type_, Primitive)
    return 2**type_.bits - 1 if largest else 0


def _value(type_: Type, chance: random.Random) -> Value:
    if isinstance(type_, Vector):
        return _vector(type_, [_value(type_.element, chance) for _ in range(chance.randint(0, _LONGEST))])
    if type_ is BOOL:
        return chance.random() < 0.5
    if type_ is ADDRESS:
        return chance.randbytes(32)
    assert isinstance(type_, Primitive)
    return chance.getrandbits(type_.bits)


def _vector(type_: Vector, elements: list[Value]) -> Value:
    return bytearray(elements) if type_.element is U8 else elements
