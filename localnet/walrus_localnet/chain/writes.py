"""What a transaction leaves behind: the objects it writes and the ids that go (source: sui_localnet.md §4.5,
§4.6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from walrus_localnet.chain.limits import MAX_OBJECT_BYTES
from walrus_localnet.chain.object_runtime import FROM_NOW, Placed, TransactionRuntime
from walrus_localnet.chain.ptb.failure import CommandFailed
from walrus_localnet.vm import Ability, Machine, to_struct_tag
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    ConsensusAddressOwner,
    ImmutableOwner,
    MoveObject,
    MovePackage,
    Object,
    ObjectOwner,
    Owner,
    SharedOwner,
)
from walrus_sui.bcs.sui.framework import object_type


@dataclass
class Writes:
    """The difference a transaction makes. Objects carry their final version; digests and rebates come later."""

    objects: dict[bytes, Object] = field(default_factory=dict)
    removed: dict[bytes, bool] = field(default_factory=dict)
    """Ids that were alive and are no longer; True when deleted, False when wrapped."""
    unwrapped_deleted: set[bytes] = field(default_factory=set)
    created: set[bytes] = field(default_factory=set)
    before: dict[bytes, Object] = field(default_factory=dict)
    """Every object changed or removed, as it was found."""


def collect(
    machine: Machine,
    runtime: TransactionRuntime,
    kept: dict[bytes, Placed],
    packages: list[MovePackage],
    lamport: int,
    digest: bytes,
) -> Writes:
    """Read the outcome off the runtime. `kept` are the mutable inputs nobody took.

    Raises `CommandFailed` for an object too large, one that belongs to itself, or a shared object that is neither
    shared again nor deleted.
    """
    final = {**kept, **runtime.placed, **_changed_children(runtime)}
    _check_shared(runtime, final)
    check_circles({object_id: placed.owner for object_id, placed in final.items()})
    writes = Writes()
    for object_id, placed in final.items():
        writes.objects[object_id] = _object(machine, placed, lamport, digest)
    for package in packages:
        writes.objects[package.object_id] = Object(package, ImmutableOwner(), digest, 0)
        writes.created.add(package.object_id)
    _note_gone(runtime, writes, final)
    for object_id in writes.objects:
        before = runtime.before(object_id)
        if before is not None:
            writes.before[object_id] = before
        elif object_id in runtime.new_ids:
            writes.created.add(object_id)
    return writes


def _changed_children(runtime: TransactionRuntime) -> dict[bytes, Placed]:
    return {
        child_id: Placed(ObjectOwner(child.parent), child.type, child.value)
        for child_id, child in runtime.children.items()
        if child.changed and child.value is not None
    }


def _note_gone(runtime: TransactionRuntime, writes: Writes, final: dict[bytes, Placed]) -> None:
    found = {**runtime.loaded, **{i: obj for i, obj in runtime.inputs.items() if i in runtime.taken}}
    untouched = {i for i, child in runtime.children.items() if child.value is not None}
    for object_id, obj in found.items():
        if object_id not in final and object_id not in untouched:
            writes.removed[object_id] = object_id in runtime.deleted_ids
            writes.before[object_id] = obj
    for object_id in runtime.deleted_ids - final.keys() - writes.removed.keys():
        if object_id not in runtime.new_ids:
            writes.unwrapped_deleted.add(object_id)


def _check_shared(runtime: TransactionRuntime, final: dict[bytes, Placed]) -> None:
    for object_id in runtime.taken:
        if isinstance(runtime.inputs[object_id].owner, SharedOwner):
            placed = final.get(object_id)
            again = placed is not None and isinstance(placed.owner, SharedOwner)
            if not again and object_id not in runtime.deleted_ids:
                raise CommandFailed(sui.SharedObjectOperationNotAllowed())


def check_circles(owners: dict[bytes, Owner]) -> None:
    """Raises `CommandFailed` if an object is a child of itself, by whatever detour."""
    for object_id, owner in owners.items():
        seen = {object_id}
        while isinstance(owner, ObjectOwner) and owner.address in owners:
            if owner.address in seen:
                raise CommandFailed(sui.CircularObjectOwnership(object_id))
            seen.add(owner.address)
            owner = owners[owner.address]


def _object(machine: Machine, placed: Placed, lamport: int, digest: bytes) -> Object:
    contents = machine.to_bytes(placed.type, placed.value)
    if len(contents) > MAX_OBJECT_BYTES:
        raise CommandFailed(sui.MoveObjectTooBig(len(contents), MAX_OBJECT_BYTES))
    public = bool(machine.abilities(placed.type) & Ability.STORE)
    data = MoveObject(object_type(to_struct_tag(placed.type)), public, lamport, contents)
    return Object(data, _settled(placed.owner, lamport), digest, 0)


def _settled(owner: Owner, lamport: int) -> Owner:
    """Ownership that begins with the transaction begins at its version."""
    match owner:
        case SharedOwner(version) if version == FROM_NOW:
            return SharedOwner(lamport)
        case ConsensusAddressOwner(version, address) if version == FROM_NOW:
            return ConsensusAddressOwner(lamport, address)
        case _:
            return owner
