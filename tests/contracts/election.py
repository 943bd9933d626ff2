"""Who gets how many shards (contracts.md §3.7): seats one by one to whoever has the largest quotient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction


def max_seats(candidates: int, n: int) -> int:
    """A tenth from 20 candidates on, else twice the even share, rounded up."""
    return n // 10 if candidates >= 20 else -(-2 * n // candidates)


def seats_won(stakes: Sequence[int], limits: Sequence[int], n: int) -> list[int]:
    """D'Hondt: each of `n` seats goes to the largest stake / (seats + 1) below its limit, the first of equals."""
    seats = [0] * len(stakes)
    for _ in range(n):
        open_ = [i for i in range(len(stakes)) if seats[i] < limits[i]]
        winner = max(open_, key=lambda i: (Fraction(stakes[i], seats[i] + 1), -i))
        seats[winner] += 1
    return seats


def shards_moved(before: Mapping[bytes, Sequence[int]], after: Mapping[bytes, Sequence[int]]) -> int:
    """Shards that their new holder did not hold before."""
    return sum(len(set(shards) - set(before.get(node, ()))) for node, shards in after.items())


def fewest_moves(before: Mapping[bytes, Sequence[int]], after: Mapping[bytes, Sequence[int]]) -> int:
    """How many must move, whatever shards are chosen, for the new numbers of shards."""
    return sum(max(0, len(shards) - len(before.get(node, ()))) for node, shards in after.items())
