"""What is known of an account between its transactions, so that the next one needs not ask for it again.

All of it comes from objects that were read and from effects, so it is right as long as nobody else uses the
account. If somebody does, the chain refuses what is built on it: then `forget` and ask.
"""

from __future__ import annotations

from collections.abc import Iterable

from walrus_sui.bcs.sui import AddressOwner, ObjectRef, ObjectWrite, TransactionDataV1, TransactionEffectsV2
from walrus_sui.chain.objects import ChainObject, Coin

_REMEMBERED = 4096
"""Owned objects whose latest version is kept in mind."""


class Account:
    """One account: the versions of what it owns, and its SUI coins with their balances (MIST)."""

    def __init__(self, address: bytes) -> None:
        self.address = address
        self.coins: dict[bytes, int] | None = None
        """Balance by id, of those that are known; None before they were read."""
        self._references: dict[bytes, ObjectRef] = {}

    @property
    def is_known(self) -> bool:
        return self.coins is not None or bool(self._references)

    def forget(self) -> None:
        self.coins = None
        self._references.clear()

    def reference(self, object_id: bytes) -> ObjectRef | None:
        """The latest version of an object of the account, None if not known."""
        return self._references.get(object_id)

    def spendable(self) -> list[tuple[ObjectRef, int]]:
        """The SUI coins that are known, with their balances."""
        return [(self._references[object_id], balance) for object_id, balance in (self.coins or {}).items()]

    def saw(self, found: ChainObject) -> None:
        """An object was read: remember its version if it is the account's and not older than what is known."""
        known = self._references.get(found.object_id)
        if found.owner == AddressOwner(self.address) and (known is None or known.version < found.version):
            self._keep(found.reference)

    def saw_coins(self, coins: Iterable[ChainObject]) -> None:
        """All SUI coins of the account were read."""
        mine = [coin for coin in coins if coin.owner == AddressOwner(self.address)]
        for coin in mine:
            self.saw(coin)
        self.coins = {coin.object_id: coin.parse(Coin).balance for coin in mine}

    def executed(
        self, transaction: TransactionDataV1, effects: TransactionEffectsV2, *, spends_gas_coin: bool
    ) -> None:
        """A transaction of the account took effect.

        Effects do not tell balances: a coin that was spent in any other way than for gas is no longer known.
        """
        mine = AddressOwner(self.address)
        for change in effects.changed_objects:
            self._references.pop(change.object_id, None)
            if isinstance(change.after, ObjectWrite) and change.after.owner == mine:
                self._keep(ObjectRef(change.object_id, effects.lamport_version, change.after.digest))
        if self.coins is not None:
            payment = [reference.object_id for reference in transaction.gas.payment]
            held = sum(self.coins.get(object_id, 0) for object_id in payment)
            for change in effects.changed_objects:
                self.coins.pop(change.object_id, None)
            if not spends_gas_coin:
                self.coins[payment[0]] = held - effects.gas_used.net

    def _keep(self, reference: ObjectRef) -> None:
        self._references.pop(reference.object_id, None)
        self._references[reference.object_id] = reference
        if len(self._references) > _REMEMBERED:
            oldest = next(iter(self._references))
            del self._references[oldest]
            (self.coins or {}).pop(oldest, None)
