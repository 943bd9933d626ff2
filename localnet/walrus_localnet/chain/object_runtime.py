"""Objects, events and context of one running transaction: what Move natives reach (source: sui_localnet.md §4,
move_toolchain.md §4).

Nothing is written while a transaction runs. The runtime only remembers where each live value is: handed to an
owner, or child of a UID; what no longer is anywhere was deleted or wrapped. `writes` reads the result off it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from walrus_localnet.chain.objects import type_of
from walrus_localnet.chain.view import View
from walrus_localnet.vm import (
    Datatype,
    LimitExceeded,
    Machine,
    NativeAbort,
    Value,
    from_struct_tag,
    to_struct_tag,
)
from walrus_localnet.vm.runtime import (
    FIELD_ALREADY_EXISTS,
    FIELD_DOES_NOT_EXIST,
    FIELD_TYPE_MISMATCH,
    RECEIVING_OBJECT_TYPE_MISMATCH,
    SHARED_NON_NEW_OBJECT,
    UNABLE_TO_RECEIVE_OBJECT,
)
from walrus_sui.bcs.sui import (
    AddressOwner,
    ConsensusAddressOwner,
    Event,
    ImmutableOwner,
    MoveObject,
    Object,
    ObjectOwner,
    ObjectRef,
    Owner,
    SharedOwner,
)
from walrus_sui.bcs.sui.ids import created_object_id

MAX_EVENTS = 1024
MAX_NEW_IDS = 2048
FROM_NOW = 0
"""Where ownership begins that the running transaction brings about, until its version is known."""


@dataclass(frozen=True)
class Context:
    """What a transaction knows of itself and its epoch."""

    sender: bytes
    digest: bytes
    epoch: int
    epoch_timestamp_ms: int
    reference_gas_price: int
    gas_price: int
    gas_budget: int
    sponsor: bytes | None = None


@dataclass
class Placed:
    """A live value and who owns it."""

    owner: Owner
    type: Datatype
    value: Value


@dataclass
class Child:
    """A child object that was looked at. `value` is None once it was removed from its parent."""

    parent: bytes
    type: Datatype
    value: Value | None
    changed: bool


@dataclass
class TransactionRuntime:
    """The `ObjectRuntime` of one transaction."""

    machine: Machine
    view: View
    context: Context
    inputs: dict[bytes, Object] = field(default_factory=dict)
    taken: set[bytes] = field(default_factory=set)
    """Inputs that were moved out of their slot."""
    receivable: dict[bytes, ObjectRef] = field(default_factory=dict)
    new_ids: set[bytes] = field(default_factory=set)
    deleted_ids: set[bytes] = field(default_factory=set)
    placed: dict[bytes, Placed] = field(default_factory=dict)
    children: dict[bytes, Child] = field(default_factory=dict)
    loaded: dict[bytes, Object] = field(default_factory=dict)
    """Children and received objects as they were before the transaction."""
    events: list[Event] = field(default_factory=list)
    caller: tuple[bytes, str] = (bytes(32), "")
    """Package and module of the top-level call that runs, for its events."""
    _ids_created: int = 0

    # ids ----------------------------------------------------------------------------------------------------
    def fresh_id(self) -> bytes:
        object_id = self.reserve_id()
        self.record_new_uid(object_id)
        return object_id

    def reserve_id(self) -> bytes:
        """The next id of the transaction, for something that is no UID: a package."""
        if self._ids_created >= MAX_NEW_IDS:
            raise LimitExceeded(f"expected at most {MAX_NEW_IDS} new ids in a transaction, got more")
        object_id = created_object_id(self.context.digest, self._ids_created)
        self._ids_created += 1
        return object_id

    def record_new_uid(self, object_id: bytes) -> None:
        self.deleted_ids.discard(object_id)
        self.new_ids.add(object_id)

    def delete_uid(self, object_id: bytes) -> None:
        self.deleted_ids.add(object_id)

    # objects ------------------------------------------------------------------------------------------------
    def transfer(self, type_: Datatype, value: Value, recipient: bytes) -> None:
        self._place(AddressOwner(recipient), type_, value)

    def share(self, type_: Datatype, value: Value) -> None:
        object_id = uid_of(value)
        before = self.inputs.get(object_id)
        if before is not None and isinstance(before.owner, SharedOwner):
            self._place(before.owner, type_, value)
        elif object_id in self.new_ids:
            self._place(SharedOwner(FROM_NOW), type_, value)
        else:
            raise NativeAbort(SHARED_NON_NEW_OBJECT)

    def freeze(self, type_: Datatype, value: Value) -> None:
        self._place(ImmutableOwner(), type_, value)

    def transfer_to_party(
        self, type_: Datatype, value: Value, default: int, addresses: list[bytes], permissions: list[int]
    ) -> None:
        """The framework knows parties of one owner with all permissions only. Ownership that is renewed goes on,
        any other begins with the transaction."""
        (owner,) = addresses
        before = self.before(uid_of(value))
        if (
            before is not None
            and isinstance(before.owner, ConsensusAddressOwner)
            and before.owner.address == owner
        ):
            self._place(before.owner, type_, value)
        else:
            self._place(ConsensusAddressOwner(FROM_NOW, owner), type_, value)

    def receive(self, parent: bytes, object_id: bytes, version: int, type_: Datatype) -> Value:
        reference = self.receivable.pop(object_id, None)
        found = self.view.latest(object_id)
        if reference is None or reference.version != version or found is None:
            raise NativeAbort(UNABLE_TO_RECEIVE_OBJECT)
        if found.owner != AddressOwner(parent):
            raise NativeAbort(UNABLE_TO_RECEIVE_OBJECT)
        if type_of(found) != to_struct_tag(type_):
            raise NativeAbort(RECEIVING_OBJECT_TYPE_MISMATCH)
        self.loaded[object_id] = found
        return self._value_of(found, type_)

    def _place(self, owner: Owner, type_: Datatype, value: Value) -> None:
        self.placed[uid_of(value)] = Placed(owner, type_, value)

    # child objects ------------------------------------------------------------------------------------------
    def has_child(self, parent: bytes, child: bytes) -> bool:
        return self._child(parent, child) is not None

    def has_child_with_type(self, parent: bytes, child: bytes, type_: Datatype) -> bool:
        found = self._child(parent, child)
        return found is not None and found.type == type_

    def add_child(self, parent: bytes, child: bytes, type_: Datatype, value: Value) -> None:
        if self._child(parent, child) is not None:
            raise NativeAbort(FIELD_ALREADY_EXISTS)
        self.children[child] = Child(parent, type_, value, changed=True)

    def borrow_child(self, parent: bytes, child: bytes, type_: Datatype, mutable: bool) -> Value:
        found = self._child_of_type(parent, child, type_)
        found.changed |= mutable
        return found.value

    def remove_child(self, parent: bytes, child: bytes, type_: Datatype) -> Value:
        found = self._child_of_type(parent, child, type_)
        value, found.value = found.value, None
        found.changed = True
        return value

    def _child_of_type(self, parent: bytes, child: bytes, type_: Datatype) -> Child:
        found = self._child(parent, child)
        if found is None:
            raise NativeAbort(FIELD_DOES_NOT_EXIST)
        if found.type != type_:
            raise NativeAbort(FIELD_TYPE_MISMATCH)
        return found

    def _child(self, parent: bytes, child: bytes) -> Child | None:
        """The child if it is one of `parent` now, loading it on first sight."""
        found = self.children.get(child)
        if found is None and child not in self.placed:
            found = self._load_child(child)
        return found if found is not None and found.value is not None and found.parent == parent else None

    def _load_child(self, child: bytes) -> Child | None:
        obj = self.view.latest(child)
        if obj is None or not isinstance(obj.owner, ObjectOwner):
            return None
        struct = type_of(obj)
        assert struct is not None
        type_ = from_struct_tag(struct)
        self.loaded[child] = obj
        found = Child(obj.owner.address, type_, self._value_of(obj, type_), changed=False)
        self.children[child] = found
        return found

    def _value_of(self, obj: Object, type_: Datatype) -> Value:
        assert isinstance(obj.data, MoveObject)
        return self.machine.from_bytes(type_, obj.data.contents)

    # events -------------------------------------------------------------------------------------------------
    def emit(self, type_: Datatype, value: Value) -> None:
        if len(self.events) >= MAX_EVENTS:
            raise LimitExceeded(f"expected at most {MAX_EVENTS} events in a transaction, got more")
        package, module = self.caller
        contents = self.machine.to_bytes(type_, value)
        self.events.append(Event(package, module, self.context.sender, to_struct_tag(type_), contents))

    # transaction context ------------------------------------------------------------------------------------
    @property
    def sender(self) -> bytes:
        return self.context.sender

    @property
    def digest(self) -> bytes:
        return self.context.digest

    @property
    def epoch(self) -> int:
        return self.context.epoch

    @property
    def epoch_timestamp_ms(self) -> int:
        return self.context.epoch_timestamp_ms

    @property
    def reference_gas_price(self) -> int:
        return self.context.reference_gas_price

    @property
    def gas_price(self) -> int:
        return self.context.gas_price

    @property
    def gas_budget(self) -> int:
        return self.context.gas_budget

    @property
    def sponsor(self) -> bytes | None:
        return self.context.sponsor

    @property
    def ids_created(self) -> int:
        return self._ids_created

    # the whole ----------------------------------------------------------------------------------------------
    def before(self, object_id: bytes) -> Object | None:
        """The live object a transaction found under an id, None if there was none."""
        return self.inputs.get(object_id) or self.loaded.get(object_id) or self.view.latest(object_id)


def uid_of(value: Value) -> bytes:
    """The id of an object value: its first field is a UID, whose only field is an ID, whose only field is the
    bytes."""
    object_id = value[0][0][0]
    assert isinstance(object_id, bytes)
    return object_id
