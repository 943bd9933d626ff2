"""What is known of an account between its transactions, so that the next one needs not ask for it again.

All of it comes from objects that were read and from effects, so it is right as long as nobody else uses the
account. If somebody does, the chain refuses what is built on it: then `forget` and ask.
"""

from __future__ import annotations

from collections.abc import Iterable

from walrus_sui.bcs.sui import (
    AddressOwner,
    ObjectRef,
    ObjectWrite,
    ProgrammableTransaction,
    StructTag,
    Success,
    TransactionDataV1,
    TransactionEffectsV2,
)
from walrus_sui.bcs.sui.framework import SUI_TYPE
from walrus_sui.chain.objects import ChainObject, Coin, coin_type, is_coin
from walrus_sui.chain.spending import split_off

_REMEMBERED = 4096
"""Owned objects whose latest version is kept in mind."""


_SUI_COIN = coin_type(SUI_TYPE)


class Account:
    """One account: the versions of what it owns, its SUI coins with their balances (MIST), and other coins."""

    def __init__(self, address: bytes) -> None:
        self.address = address
        self.coins: dict[bytes, int] | None = None
        """Balance by id, of those that are known; None before they were read."""
        self._references: dict[bytes, ObjectRef] = {}
        self._purse: dict[bytes, tuple[StructTag, int]] = {}
        """Type and balance by id of coins of other currencies; there may be more of them."""

    @property
    def is_known(self) -> bool:
        return self.coins is not None or bool(self._references)

    def forget(self) -> None:
        self.coins = None
        self._references.clear()
        self._purse.clear()

    def reference(self, object_id: bytes) -> ObjectRef | None:
        """The latest version of an object of the account, None if not known."""
        return self._references.get(object_id)

    def spendable(self) -> list[tuple[ObjectRef, int]]:
        """The SUI coins that are known, with their balances."""
        return [(self._references[object_id], balance) for object_id, balance in (self.coins or {}).items()]

    def purse(self, coin: StructTag) -> list[tuple[bytes, int]]:
        """Coins of one currency that are known, by id with their balances, largest first."""
        wanted = coin_type(coin)
        known = [(coin_id, balance) for coin_id, (kind, balance) in self._purse.items() if kind == wanted]
        return sorted(known, key=lambda entry: entry[1], reverse=True)

    def saw(self, found: ChainObject) -> None:
        """An object was read: remember its version if it is the account's and not older than what is known."""
        known = self._references.get(found.object_id)
        if found.owner == AddressOwner(self.address) and (known is None or known.version <= found.version):
            self._keep(found.reference)
            if is_coin(found.type) and found.type != _SUI_COIN:
                self._purse[found.object_id] = (found.type, found.parse(Coin).balance)

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

        Effects do not tell balances: a coin that was spent in any other way than for gas, or by splitting off it
        what the transaction says, is no longer known.
        """
        mine, left = AddressOwner(self.address), self._left(transaction, effects)
        for change in effects.changed_objects:
            self._references.pop(change.object_id, None)
            self._purse.pop(change.object_id, None)
            if isinstance(change.after, ObjectWrite) and change.after.owner == mine:
                self._keep(ObjectRef(change.object_id, effects.lamport_version, change.after.digest))
                if change.object_id in left:
                    self._purse[change.object_id] = left[change.object_id]
        if self.coins is not None:
            payment = [reference.object_id for reference in transaction.gas.payment]
            held = sum(self.coins.get(object_id, 0) for object_id in payment)
            for change in effects.changed_objects:
                self.coins.pop(change.object_id, None)
            if not spends_gas_coin:
                self.coins[payment[0]] = held - effects.gas_used.net

    def _left(
        self, transaction: TransactionDataV1, effects: TransactionEffectsV2
    ) -> dict[bytes, tuple[StructTag, int]]:
        """What is left of the coins that amounts were split off."""
        if not (isinstance(transaction.kind, ProgrammableTransaction) and isinstance(effects.status, Success)):
            return {}
        spent = split_off(transaction.kind)
        known = {coin_id: self._purse[coin_id] for coin_id in spent if coin_id in self._purse}
        return {coin_id: (kind, balance - spent[coin_id]) for coin_id, (kind, balance) in known.items()}

    def _keep(self, reference: ObjectRef) -> None:
        self._references.pop(reference.object_id, None)
        self._references[reference.object_id] = reference
        if len(self._references) > _REMEMBERED:
            oldest = next(iter(self._references))
            del self._references[oldest]
            (self.coins or {}).pop(oldest, None)
            self._purse.pop(oldest, None)
