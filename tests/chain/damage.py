"""Damage to bytes, as it may come over a wire or from a foe."""

from __future__ import annotations

import random
from collections.abc import Callable


def flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 4)):
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)


def cut(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 40)]


def double(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = data[start : start + chance.randrange(1, 40)] * chance.randrange(1, 5)


def insert(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) + 1)
    data[start:start] = chance.choice([bytes(chance.randrange(1, 9)), b"\xff" * 10, chance.randbytes(9)])


KINDS: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, cut, double, insert)


def damaged(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 3)):
        kind = chance.choice(KINDS) if changed else insert
        kind(changed, chance)
    return bytes(changed)
