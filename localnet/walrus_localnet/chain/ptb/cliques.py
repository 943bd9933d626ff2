"""What has been used together in a transaction, and whether something of it still has to be handed back.

A function that is `entry` and not `public` counts on being called with values the caller is free to keep. A value
without `key`, `store` and `drop` (a hot potato) takes that freedom away from all it was ever used with: from the
coin of a loan that must be repaid, say. So values that met in a command form a clique; each such value in it that
is not consumed yet makes it hot, a shared object taken by value does so for good; and no argument of a private
entry function may be of a hot clique (source: the rules for entry functions in Sui's documentation).
"""

from __future__ import annotations

from walrus_localnet.chain.ptb.slots import Origin, Slot, ValueSlot
from walrus_localnet.vm import Ability, Machine, Type

_FOR_GOOD = 1 << 32


class Clique:
    """`heat`: how many values in it must still be handed back."""

    def __init__(self) -> None:
        self.heat = 0
        self._into: Clique | None = None

    def root(self) -> Clique:
        found = self
        while found._into is not None:
            found = found._into
        return found

    def absorb(self, other: Clique) -> None:
        if other is not self:
            self.heat += other.heat
            other._into = self


class Cliques:
    """The cliques of a transaction's slots. Follows one command after the other."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._of: dict[int, Clique] = {}
        self._running = Clique()
        self._hot: list[int] = []

    def begin(self) -> None:
        """A new command."""
        self._running = Clique()
        self._hot = []

    def use(self, slot: Slot, index: int, moved: Type | None = None) -> None:
        """The running command uses `slot` for its `index`-th argument; `moved` is the type of a value that leaves
        it."""
        clique = self._of.setdefault(id(slot), Clique()).root()
        if moved is not None:
            clique.heat -= self._is_hot(moved)
            if isinstance(slot, ValueSlot) and slot.origin is Origin.SHARED:
                clique.heat += _FOR_GOOD
        if clique.heat:
            self._hot.append(index)
        self._running.absorb(clique)

    def end(self, results: list[ValueSlot]) -> None:
        """The running command gave these."""
        for slot in results:
            self._of[id(slot)] = self._running
            self._running.heat += self._is_hot(slot.type)

    @property
    def hot_argument(self) -> int | None:
        """The first argument of the running command that is of a hot clique."""
        return self._hot[0] if self._running.heat else None

    def _is_hot(self, type_: Type) -> bool:
        return not self._machine.abilities(type_) & (Ability.KEY | Ability.STORE | Ability.DROP)
