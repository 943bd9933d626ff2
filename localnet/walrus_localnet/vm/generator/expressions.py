"""Python expressions that stand for values on the operand stack while a block is written.

A value is written where it is used, not where it is pushed, as long as nothing in between can change it. An
expression therefore knows which locals it reads and whether it looks into memory that a write may change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

NO_LOCALS: frozenset[int] = frozenset()
LONGEST = 160
"""Longer expressions are given a name, so that the text of a function cannot grow beyond its code."""


class Expr(NamedTuple):
    """`text` is evaluated at most once. With a `slot` it stands for a reference to a primitive: `text` is then
    the container, a plain name."""

    text: str
    locals: frozenset[int] = NO_LOCALS
    memory: bool = False
    slot: str | None = None

    @property
    def is_simple(self) -> bool:
        """A name or a literal, which may be written twice."""
        return self.text.isidentifier() or self.text.isdecimal()

    @property
    def value(self) -> str:
        """The text that makes the whole value, a pair for a reference to a primitive."""
        return self.text if self.slot is None else f"({self.text},{self.slot})"

    @property
    def target(self) -> str:
        """For a reference to a primitive: what it points at."""
        if self.slot is None:
            return f"{self.text}[0][{self.text}[1]]"
        return f"{self.text}[{self.slot}]"


def joined(text: str, parts: Iterable[Expr], memory: bool) -> Expr:
    """An expression made of others; `memory` if it also looks into memory itself."""
    parts = tuple(parts)
    locals_ = NO_LOCALS.union(*(part.locals for part in parts))
    return Expr(text, locals_, memory or any(part.memory for part in parts))
