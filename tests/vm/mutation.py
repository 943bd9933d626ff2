"""Real modules, damaged as bytes or as what their tables say."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator, Sequence
from typing import Any

from walrus_localnet.vm import BOOL, U8, U64, Reference, Type, TypeParameter, Vector
from walrus_localnet.vm.bytecode import DatatypeToken, Module
from walrus_localnet.vm.types import Ability

Edit = tuple[str, int, bytes]
"""What to do, where (modulo the size there is), and with which bytes."""
EDITS = ("put", "insert", "delete", "double", "cut", "largest")
_EXTREMES = (b"\xff\xff\x03", b"\x80\x80\x04", b"\xff" * 9 + b"\x01", b"\x80\x00", b"\x00", b"\x7f")


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes after each edit in turn."""
    for kind, where, given in edits:
        at, size = where % (len(data) + 1), len(given) or 1
        if kind == "put":
            data = data[:at] + given + data[at + size :]
        elif kind == "insert":
            data = data[:at] + given + data[at:]
        elif kind == "delete":
            data = data[:at] + data[at + size :]
        elif kind == "double":
            data = data[:at] + data[at : at + size] + data[at:]
        elif kind == "cut":
            data = data[:at]
        else:
            data = data[:at] + _EXTREMES[where % len(_EXTREMES)] + data[at + 1 :]
    return data


def restructured(module: Module, chance: random.Random) -> Module:
    """The module with one to three places in its tables changed to something of the same kind."""
    change = _Change(module, chance)
    for _ in range(chance.choice([1, 1, 2, 3])):
        table = chance.choice([name for name in _TABLES if getattr(module, name)])
        module = dataclasses.replace(module, **{table: change.sequence(getattr(module, table))})
    return module


_TABLES = tuple(
    field.name for field in dataclasses.fields(Module) if field.name not in ("version", "self_handle", "metadata")
)


class _Change:
    """Changes values of any kind a module is made of. Any: what the fields of its rows hold."""

    def __init__(self, module: Module, chance: random.Random) -> None:
        self._chance = chance
        self._types = [BOOL, U8, U64, Vector(U8), *(type_ for row in module.signatures for type_ in row)]
        self._types += [DatatypeToken(index, ()) for index in range(len(module.datatype_handles))]

    def sequence(self, rows: tuple[Any, ...]) -> tuple[Any, ...]:
        """With one element changed; now and then doubled, left out or swapped with another."""
        if not rows:
            return rows
        at, other = self._chance.randrange(len(rows)), self._chance.randrange(len(rows))
        kind = self._chance.randrange(12)
        if kind == 0:
            return (*rows[:at], *rows[at + 1 :])
        if kind == 1:
            return (*rows[:at], rows[other], *rows[at:])
        if kind == 2:
            return tuple(rows[other if i == at else at if i == other else i] for i in range(len(rows)))
        return (*rows[:at], self.value(rows[at]), *rows[at + 1 :])

    def value(self, old: Any) -> Any:
        chance = self._chance
        if isinstance(old, bool):
            return not old
        if isinstance(old, Ability):
            return Ability(chance.randrange(16))
        if isinstance(old, Type):
            return self.type(old)
        if isinstance(old, int):
            return chance.choice([0, 1, old + 1, max(old - 1, 0), chance.randrange(16), 255])
        if isinstance(old, str):
            return (
                chance.choice(["private", "public", "friend"])
                if old in ("private", "public", "friend")
                else f"{old}_"
            )
        if isinstance(old, bytes):
            return chance.randbytes(len(old))
        if isinstance(old, tuple) and not hasattr(old, "_replace"):
            is_type_parameter = len(old) == 2 and isinstance(old[1], bool)
            return (self.value(old[0]), chance.random() < 0.5) if is_type_parameter else self.sequence(old)
        return self.row(old)

    def type(self, old: Type) -> Type:
        kind = self._chance.randrange(6)
        if kind == 0:
            return Vector(old)
        if kind == 1:
            return Reference(old, self._chance.random() < 0.5)
        if kind == 2:
            return TypeParameter(self._chance.randrange(3))
        if kind == 3 and isinstance(old, DatatypeToken):
            return dataclasses.replace(old, type_args=self.sequence(old.type_args or (U64,)))
        return self._chance.choice(self._types)

    def row(self, old: Any) -> Any:
        if old is None:
            return None
        names = list(_fields(old))
        if not names:
            return old
        name = self._chance.choice(names)
        if name == "op":  # another instruction with the same kind of operand is what `damage` is for
            return old
        new = self.value(getattr(old, name))
        return old._replace(**{name: new}) if hasattr(old, "_replace") else dataclasses.replace(old, **{name: new})


def _fields(row: Any) -> Iterator[str]:
    if hasattr(row, "_fields"):
        yield from row._fields
    elif dataclasses.is_dataclass(row):
        yield from (field.name for field in dataclasses.fields(row))
