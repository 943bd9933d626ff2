"""How coin balances of addresses changed in a transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from walrus_localnet.chain.objects import coin_balance, type_of
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import AddressOwner, ConsensusAddressOwner, Object, TransactionEffectsV2, TypeTag
from walrus_sui.bcs.sui.framework import coin_of

Balances = dict[tuple[bytes, TypeTag], int]


def balance_changes(effects: TransactionEffectsV2, find: Callable[[bytes, int], Object | None]) -> Balances:
    """The change of every (address, coin type) that changed at all, in the coin's smallest unit."""
    changes: Balances = defaultdict(int)
    for change in effects.changed_objects:
        if isinstance(change.before, sui.Existed):
            _add(changes, find(change.object_id, change.before.version), -1)
        if isinstance(change.after, sui.ObjectWrite):
            _add(changes, find(change.object_id, effects.lamport_version), 1)
    return {key: amount for key, amount in sorted(changes.items(), key=_order) if amount}


def _add(changes: Balances, obj: Object | None, sign: int) -> None:
    struct = None if obj is None else type_of(obj)
    coin = None if struct is None else coin_of(struct)
    if obj is not None and coin is not None and isinstance(obj.owner, AddressOwner | ConsensusAddressOwner):
        changes[obj.owner.address, coin] += sign * (coin_balance(obj) or 0)


def _order(entry: tuple[tuple[bytes, TypeTag], int]) -> tuple[bytes, str]:
    (address, coin), _ = entry
    return address, str(coin)
