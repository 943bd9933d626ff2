"""Effects of a transaction from what it wrote (source: sui_localnet.md §4.5)."""

from __future__ import annotations

from walrus_localnet.chain.objects import id_of, version_of
from walrus_localnet.chain.writes import Writes
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    ChangedObject,
    Event,
    ExecutionStatus,
    GasCostSummary,
    IdOperation,
    InputState,
    MovePackage,
    Object,
    OutputState,
    TransactionEffectsV2,
    events_digest,
)


def build_effects(
    *,
    digest: bytes,
    status: ExecutionStatus,
    epoch: int,
    gas_used: GasCostSummary,
    gas_id: bytes | None,
    writes: Writes,
    read: list[Object],
    events: tuple[Event, ...],
    dependencies: set[bytes],
    lamport: int,
) -> TransactionEffectsV2:
    """`read` are shared objects that were used without being changed; `gas_id` the coin that paid."""
    changed = changed_objects(writes)
    gas_index = next((i for i, change in enumerate(changed) if change.object_id == gas_id), None)
    unchanged = ((id_of(obj), sui.ReadOnlyRoot(version_of(obj), obj.digest())) for obj in read)
    return TransactionEffectsV2(
        status=status,
        epoch=epoch,
        gas_used=gas_used,
        transaction_digest=digest,
        gas_object_index=gas_index,
        events_digest=events_digest(events),
        dependencies=tuple(sorted(dependencies)),
        lamport_version=lamport,
        changed_objects=changed,
        unchanged_consensus_objects=tuple(sorted(unchanged, key=lambda entry: entry[0])),
        auxiliary_data_digest=None,
    )


def changed_objects(writes: Writes) -> tuple[ChangedObject, ...]:
    """One entry an id, sorted by id."""
    entries = [
        ChangedObject(object_id, _before(writes, object_id), _after(obj), _operation(writes, object_id))
        for object_id, obj in writes.objects.items()
    ]
    for object_id, deleted in writes.removed.items():
        operation: IdOperation = sui.Deleted() if deleted else sui.NoIdOperation()
        entries.append(ChangedObject(object_id, _before(writes, object_id), sui.DoesNotExist(), operation))
    entries += (
        ChangedObject(object_id, sui.DidNotExist(), sui.DoesNotExist(), sui.Deleted())
        for object_id in writes.unwrapped_deleted
    )
    return tuple(sorted(entries, key=lambda entry: entry.object_id))


def _before(writes: Writes, object_id: bytes) -> InputState:
    obj = writes.before.get(object_id)
    return sui.DidNotExist() if obj is None else sui.Existed(version_of(obj), obj.digest(), obj.owner)


def _after(obj: Object) -> OutputState:
    if isinstance(obj.data, MovePackage):
        return sui.PackageWrite(obj.data.version, obj.digest())
    return sui.ObjectWrite(obj.digest(), obj.owner)


def _operation(writes: Writes, object_id: bytes) -> IdOperation:
    return sui.Created() if object_id in writes.created else sui.NoIdOperation()
