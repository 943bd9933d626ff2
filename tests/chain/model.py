"""What the playground's objects and people's money should be, in plain Python: no ids to derive, no bytes."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from enum import Enum


class Place(Enum):
    """Where a toy is. `Toy.holder` says whose, or in what."""

    OWNED = "owned by a person"
    PARTY = "owned by a person as a party"
    SHARED = "shared"
    FROZEN = "frozen"
    BOXED = "wrapped in a box"
    ATTACHED = "held in a field of another toy"
    SENT = "sent to another toy, not received yet"


class Outcome(Enum):
    """`REFUSED` means that the transaction does not enter the ledger at all."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass
class Toy:
    size: int
    place: Place
    holder: str | bytes | None
    """A person's name, or the id of the box or toy it is in."""
    key: int = 0
    """Under which it is attached."""
    fields: dict[int, int] = field(default_factory=dict)


@dataclass
class Model:
    toys: dict[bytes, Toy] = field(default_factory=dict)
    boxes: dict[bytes, tuple[str, bytes]] = field(default_factory=dict)
    """Owner, and the toy inside."""
    money: dict[str, int] = field(default_factory=dict)
    """MIST in all coins of a person."""

    def copy(self) -> Model:
        return copy.deepcopy(self)

    def borrowing(self, toy: bytes, person: str) -> Outcome:
        """What becomes of a transaction of `person` that takes the toy by `&mut`."""
        found = self.toys[toy]
        if found.place is Place.SHARED:
            return Outcome.DONE
        return Outcome.FAILED if found.place is Place.FROZEN else self._owning(found, person)

    def keeping(self, toy: bytes, person: str) -> Outcome:
        """The same of one that gives it a new place: shared objects can only stay shared."""
        found = self.toys[toy]
        failing = found.place in (Place.SHARED, Place.FROZEN)
        return Outcome.FAILED if failing else self._owning(found, person)

    def ending(self, toy: bytes, person: str) -> Outcome:
        """The same of one that deletes it, which may also be done to a shared object."""
        return self.borrowing(toy, person)

    def _owning(self, toy: Toy, person: str) -> Outcome:
        owned = toy.place in (Place.OWNED, Place.PARTY) and toy.holder == person
        return Outcome.DONE if owned else Outcome.REFUSED

    def inside(self, holder: bytes, place: Place) -> list[bytes]:
        """Toys attached or sent to a toy."""
        return [id_ for id_, toy in self.toys.items() if (toy.place, toy.holder) == (place, holder)]
