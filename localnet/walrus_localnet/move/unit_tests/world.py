"""The objects, senders and transactions of one unit test: what `sui::test_scenario` works on.

Objects that transactions left behind wait in inventories, by owner. Something shared or immutable that a
transaction took can only go back to where it was. A test may hold what it took through several transactions.
The order of an inventory is the order of arrival, which makes "most recent" mean something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from walrus_localnet.move.unit_tests.nesting import object_id, objects_inside
from walrus_localnet.vm import Datatype, Machine, NativeAbort, Value
from walrus_localnet.vm.runtime import (
    FIELD_ALREADY_EXISTS,
    FIELD_DOES_NOT_EXIST,
    FIELD_TYPE_MISMATCH,
    RECEIVING_OBJECT_TYPE_MISMATCH,
    SHARED_NON_NEW_OBJECT,
    UNABLE_TO_RECEIVE_OBJECT,
)
from walrus_sui.bcs.sui import blake2b256

INVALID_SHARED_OR_IMMUTABLE_USAGE = 1
OBJECT_NOT_FOUND = 4
"""Abort codes of `sui::test_scenario` natives."""

SYSTEM_OBJECTS = frozenset(number.to_bytes(32, "big") for number in (5, 6, 7, 8, 9, 0xC, 0x403, 0xACC))
"""Objects with fixed ids, which the system makes and shares."""


class Common(Enum):
    """Owners that are no address."""

    SHARED = "shared"
    IMMUTABLE = "immutable"


Owner = bytes | Common


class Stored(NamedTuple):
    type: Datatype
    value: Value


@dataclass(frozen=True)
class Effects:
    """What one transaction did, ids in order."""

    created: list[bytes]
    written: list[bytes]
    deleted: list[bytes]
    to_accounts: dict[bytes, bytes]
    to_objects: dict[bytes, bytes]
    shared: list[bytes]
    frozen: list[bytes]
    events: int


@dataclass
class Transaction:
    """What happened since the last transaction ended."""

    new_ids: dict[bytes, None] = field(default_factory=dict)
    deleted: dict[bytes, None] = field(default_factory=dict)
    left: dict[bytes, tuple[Owner, Stored]] = field(default_factory=dict)
    new_children: dict[bytes, bytes] = field(default_factory=dict)
    events: list[tuple[Datatype, Value]] = field(default_factory=list)


class World:
    """An `ObjectRuntime` over inventories, with objects of `machine`. `checks_bls` says whether BLS signatures are
    really checked."""

    def __init__(self, machine: Machine, *, checks_bls: bool) -> None:
        self._machine = machine
        self.checks_bls = checks_bls
        self._inventories: dict[Owner, dict[bytes, Stored]] = {}
        self._children: dict[tuple[bytes, bytes], Stored] = {}
        self._tickets: dict[bytes, Stored] = {}
        self._taken: dict[bytes, Owner] = {}
        self._taken_bytes: dict[bytes, bytes] = {}
        self._transaction = Transaction()
        self.sender = bytes(32)
        self.digest = bytes(32)
        self.epoch = 0
        self.epoch_timestamp_ms = 0
        self.ids_created = 0
        self.reference_gas_price = 1000
        self.gas_price = 1000
        self.gas_budget = 10_000_000_000
        self.sponsor: bytes | None = None

    # ids -------------------------------------------------------------------------------------------------
    def id_at(self, index: int) -> bytes:
        return blake2b256(b"\xf1", self.digest, index.to_bytes(8, "little"))

    def fresh_id(self) -> bytes:
        identity = self.id_at(self.ids_created)
        self.ids_created += 1
        self._transaction.new_ids[identity] = None
        return identity

    def record_new_uid(self, object_id: bytes) -> None:
        self._transaction.new_ids[object_id] = None

    def delete_uid(self, object_id: bytes) -> None:
        if self._transaction.new_ids.pop(object_id, 0) == 0:
            self._transaction.deleted[object_id] = None

    # objects ---------------------------------------------------------------------------------------------
    def transfer(self, type_: Datatype, value: Value, recipient: bytes) -> None:
        self._leave(recipient, type_, value)

    def share(self, type_: Datatype, value: Value) -> None:
        identity = object_id(value)
        is_new = identity in self._transaction.new_ids or identity in SYSTEM_OBJECTS
        if not is_new and not self.was_taken(Common.SHARED, identity):
            raise NativeAbort(SHARED_NON_NEW_OBJECT)
        self._leave(Common.SHARED, type_, value)

    def freeze(self, type_: Datatype, value: Value) -> None:
        self._leave(Common.IMMUTABLE, type_, value)

    def transfer_to_party(
        self, type_: Datatype, value: Value, default: int, addresses: list[bytes], permissions: list[int]
    ) -> None:
        self._leave(addresses[0], type_, value)

    def _leave(self, owner: Owner, type_: Datatype, value: Value) -> None:
        identity = object_id(value)
        self._transaction.left.pop(identity, None)
        self._transaction.left[identity] = (owner, Stored(type_, value))

    def receive(self, parent: bytes, object_id: bytes, version: int, type_: Datatype) -> Value:
        stored = self._inventory(parent).get(object_id)
        if object_id not in self._tickets or stored is None:
            raise NativeAbort(UNABLE_TO_RECEIVE_OBJECT)
        if stored.type != type_:
            raise NativeAbort(RECEIVING_OBJECT_TYPE_MISMATCH)
        del self._inventory(parent)[object_id], self._tickets[object_id]
        return stored.value

    # child objects ---------------------------------------------------------------------------------------
    def has_child(self, parent: bytes, child: bytes) -> bool:
        return (parent, child) in self._children

    def has_child_with_type(self, parent: bytes, child: bytes, type_: Datatype) -> bool:
        return self.has_child(parent, child) and self._children[parent, child].type == type_

    def add_child(self, parent: bytes, child: bytes, type_: Datatype, value: Value) -> None:
        if (parent, child) in self._children:
            raise NativeAbort(FIELD_ALREADY_EXISTS)
        self._children[parent, child] = Stored(type_, value)
        self._transaction.new_children[child] = parent

    def borrow_child(self, parent: bytes, child: bytes, type_: Datatype, mutable: bool) -> Value:
        stored = self._children.get((parent, child))
        if stored is None:
            raise NativeAbort(FIELD_DOES_NOT_EXIST)
        if stored.type != type_:
            raise NativeAbort(FIELD_TYPE_MISMATCH)
        return stored.value

    def remove_child(self, parent: bytes, child: bytes, type_: Datatype) -> Value:
        value = self.borrow_child(parent, child, type_, True)
        del self._children[parent, child]
        self._transaction.new_children.pop(child, None)
        return value

    # events ----------------------------------------------------------------------------------------------
    def emit(self, type_: Datatype, value: Value) -> None:
        self._transaction.events.append((type_, value))

    @property
    def events(self) -> list[tuple[Datatype, Value]]:
        """Those of this transaction."""
        return self._transaction.events

    # inventories -----------------------------------------------------------------------------------------
    def ids(self, owner: Owner, type_: Datatype) -> Iterator[bytes]:
        """Ids of the owner's objects of a type, the most recent one last."""
        return (identity for identity, stored in self._inventory(owner).items() if stored.type == type_)

    def take(self, owner: Owner, identity: bytes, type_: Datatype) -> Value:
        """An object out of an inventory. Aborts with `OBJECT_NOT_FOUND`."""
        stored = self._inventory(owner).get(identity)
        if stored is None or stored.type != type_:
            raise NativeAbort(OBJECT_NOT_FOUND)
        del self._inventory(owner)[identity]
        self._taken[identity] = owner
        if owner is Common.IMMUTABLE:
            self._taken_bytes[identity] = self._machine.to_bytes(*stored)
        return stored.value

    def was_taken(self, owner: Owner, identity: bytes) -> bool:
        return self._taken.get(identity) == owner

    def allocate_ticket(self, identity: bytes, type_: Datatype) -> int:
        """A right to receive an object that waits anywhere; its version means nothing. Aborts with
        `OBJECT_NOT_FOUND`."""
        for inventory in self._inventories.values():
            stored = inventory.get(identity)
            if stored is not None and stored.type == type_:
                self._tickets[identity] = stored
                return 1
        raise NativeAbort(OBJECT_NOT_FOUND)

    def give_ticket_back(self, identity: bytes) -> None:
        if self._tickets.pop(identity, None) is None:
            raise NativeAbort(OBJECT_NOT_FOUND)

    def _inventory(self, owner: Owner) -> dict[bytes, Stored]:
        return self._inventories.setdefault(owner, {})

    # transactions ----------------------------------------------------------------------------------------
    def end_transaction(self) -> Effects:
        """Puts what the transaction left into the inventories. Aborts with `INVALID_SHARED_OR_IMMUTABLE_USAGE`
        when something shared or immutable went elsewhere or into something, or something immutable was changed."""
        for identity, (owner, stored) in self._transaction.left.items():
            self._check_return(identity, owner, stored)
        for child, parent in self._transaction.new_children.items():
            self._check_nothing_common(self._children[parent, child], itself_too=True)
        effects = self._effects()
        for identity, (owner, stored) in self._transaction.left.items():
            self._inventory(owner)[identity] = stored
            self._taken.pop(identity, None)
        self._transaction = Transaction()
        self._tickets.clear()
        return effects

    def _check_return(self, identity: bytes, owner: Owner, stored: Stored) -> None:
        self._check_nothing_common(stored, itself_too=False)
        taken_from = self._taken.get(identity)
        if not isinstance(taken_from, Common):
            return
        is_kept = taken_from is Common.SHARED or self._machine.to_bytes(*stored) == self._taken_bytes[identity]
        if owner is not taken_from or not is_kept:
            raise NativeAbort(INVALID_SHARED_OR_IMMUTABLE_USAGE)

    def _check_nothing_common(self, stored: Stored, *, itself_too: bool) -> None:
        """Nothing that was taken from those all share may end inside another object."""
        if not any(isinstance(owner, Common) for owner in self._taken.values()):
            return
        inside = list(objects_inside(self._machine, *stored))
        for identity in inside if itself_too else inside[1:]:
            if isinstance(self._taken.get(identity), Common):
                raise NativeAbort(INVALID_SHARED_OR_IMMUTABLE_USAGE)

    def _effects(self) -> Effects:
        transaction = self._transaction
        owners = {identity: owner for identity, (owner, _) in transaction.left.items()}
        changed = [*owners, *transaction.new_children]
        return Effects(
            created=[identity for identity in changed if identity in transaction.new_ids],
            written=[identity for identity in changed if identity not in transaction.new_ids],
            deleted=list(transaction.deleted),
            to_accounts={identity: owner for identity, owner in owners.items() if isinstance(owner, bytes)},
            to_objects=dict(transaction.new_children),
            shared=[identity for identity, owner in owners.items() if owner is Common.SHARED],
            frozen=[identity for identity, owner in owners.items() if owner is Common.IMMUTABLE],
            events=len(transaction.events),
        )
