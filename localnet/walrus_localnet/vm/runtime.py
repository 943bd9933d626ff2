"""What Move programs see of the world: objects, events, the transaction (sui_localnet.md §4).

The machine knows nothing of transactions; natives reach them through `ObjectRuntime`, which the ledger implements.
Values handed over are live (see `types`): the runtime owns them from then on and serialises them with
`Machine.to_bytes` when it wants, at the latest at the end of the transaction. A child object stays one live value
however often it is borrowed, so that changes made through `&mut` are seen by all.

A method that must fail in Move raises `NativeAbort(code)`; the machine adds the location of the native.
"""

from __future__ import annotations

from typing import Protocol

from walrus_localnet.vm.errors import OutOfGas
from walrus_localnet.vm.types import Datatype, Value

FIELD_ALREADY_EXISTS = 0
FIELD_DOES_NOT_EXIST = 1
FIELD_TYPE_MISMATCH = 2
"""Abort codes of `sui::dynamic_field` natives."""

RECEIVING_OBJECT_TYPE_MISMATCH = 2
UNABLE_TO_RECEIVE_OBJECT = 3
SHARED_NON_NEW_OBJECT = 0
"""Abort codes of `sui::transfer` natives."""


class ObjectRuntime(Protocol):
    """Objects, events and transaction context of one transaction."""

    # ids -------------------------------------------------------------------------------------------------
    def fresh_id(self) -> bytes:
        """The next id of this transaction: blake2b256(0xf1 ‖ digest ‖ u64le ids created so far). Counts it as
        created and records it as a new UID."""
        ...

    def record_new_uid(self, object_id: bytes) -> None:
        """A UID made from a derived id came to life (`object::record_new_uid`)."""
        ...

    def delete_uid(self, object_id: bytes) -> None:
        """A UID was deleted (`object::delete_impl`)."""
        ...

    # objects ---------------------------------------------------------------------------------------------
    def transfer(self, type_: Datatype, value: Value, recipient: bytes) -> None:
        """The object now belongs to the address `recipient`."""
        ...

    def share(self, type_: Datatype, value: Value) -> None:
        """The object is shared from now on. Aborts with SHARED_NON_NEW_OBJECT unless it is new or was shared."""
        ...

    def freeze(self, type_: Datatype, value: Value) -> None:
        """The object is immutable from now on."""
        ...

    def transfer_to_party(
        self, type_: Datatype, value: Value, default: int, addresses: list[bytes], permissions: list[int]
    ) -> None:
        """The object now belongs to a party (`transfer::party_transfer_impl`)."""
        ...

    def receive(self, parent: bytes, object_id: bytes, version: int, type_: Datatype) -> Value:
        """An object that was sent to `parent`'s address, by value. Aborts with UNABLE_TO_RECEIVE_OBJECT or
        RECEIVING_OBJECT_TYPE_MISMATCH."""
        ...

    # child objects (dynamic fields) ----------------------------------------------------------------------
    def has_child(self, parent: bytes, child: bytes) -> bool: ...

    def has_child_with_type(self, parent: bytes, child: bytes, type_: Datatype) -> bool: ...

    def add_child(self, parent: bytes, child: bytes, type_: Datatype, value: Value) -> None:
        """`child` is the value's own id. Aborts with FIELD_ALREADY_EXISTS."""
        ...

    def borrow_child(self, parent: bytes, child: bytes, type_: Datatype, mutable: bool) -> Value:
        """The live child value. Aborts with FIELD_DOES_NOT_EXIST or FIELD_TYPE_MISMATCH."""
        ...

    def remove_child(self, parent: bytes, child: bytes, type_: Datatype) -> Value:
        """The child by value; it is no longer owned by `parent`. Aborts like `borrow_child`."""
        ...

    # events ----------------------------------------------------------------------------------------------
    def emit(self, type_: Datatype, value: Value) -> None: ...

    # transaction context ---------------------------------------------------------------------------------
    @property
    def sender(self) -> bytes: ...
    @property
    def digest(self) -> bytes: ...
    @property
    def epoch(self) -> int: ...
    @property
    def epoch_timestamp_ms(self) -> int: ...
    @property
    def reference_gas_price(self) -> int: ...
    @property
    def gas_price(self) -> int: ...
    @property
    def gas_budget(self) -> int: ...
    @property
    def sponsor(self) -> bytes | None: ...
    @property
    def ids_created(self) -> int: ...


class Meter:
    """Counts executed instructions (and what natives and copies cost beside) against a limit.

    `left` may be read at any time; after `OutOfGas` it is 0.
    """

    __slots__ = ("left", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit

    @property
    def used(self) -> int:
        return self.limit - self.left

    @property
    def exhausted(self) -> str:
        """What to say when nothing is left."""
        return f"the limit of {self.limit} gas units is used up"

    def charge(self, units: int) -> None:
        """Raises `OutOfGas` when fewer than `units` are left."""
        self.left -= units
        if self.left < 0:
            self.left = 0
            raise OutOfGas(self.exhausted)
