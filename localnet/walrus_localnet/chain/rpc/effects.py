"""Effects and events as messages (source: sui_localnet.md §4.5, §4.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from walrus_localnet.chain.rpc.failures import status_message
from walrus_localnet.chain.rpc.json import json_message
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.objects import owner_message, type_text
from walrus_localnet.chain.rpc.source import FindObject, Source
from walrus_localnet.vm import Machine, from_struct_tag
from walrus_sui.bcs import encode, sui
from walrus_sui.bcs.sui import (
    ChangedObject,
    Event,
    GasCostSummary,
    Object,
    TransactionEffectsV2,
    events_digest,
    format_address,
    format_digest,
)

_BEFORE = rpc.ChangedObjectInputObjectState
_AFTER = rpc.ChangedObjectOutputObjectState
_OPERATION = rpc.ChangedObjectIdOperation


def effects_message(effects: TransactionEffectsV2, source: Source, mask: Mask) -> rpc.TransactionEffects:
    """Effects with the fields of `mask`; only those are worked out."""
    find = source.find
    wanted = effects.changed_objects if "changed_objects" in mask or "gas_object" in mask else ()
    changed = [_changed_message(change, effects.lamport_version, find) for change in wanted]
    index, events = effects.gas_object_index, effects.events_digest
    fields: dict[str, Callable[[], Any]] = {
        "bcs": lambda: rpc.Bcs(name="TransactionEffects", value=effects.to_bytes()),
        "digest": lambda: format_digest(effects.digest()),
        "version": lambda: 2,
        "status": lambda: status_message(effects.status, source.machine),
        "epoch": lambda: effects.epoch,
        "gas_used": lambda: gas_cost_message(effects.gas_used),
        "transaction_digest": lambda: format_digest(effects.transaction_digest),
        "gas_object": lambda: None if index is None else changed[index],
        "events_digest": lambda: None if events is None else format_digest(events),
        "dependencies": lambda: list(map(format_digest, effects.dependencies)),
        "lamport_version": lambda: effects.lamport_version,
        "changed_objects": lambda: changed,
        "unchanged_consensus_objects": lambda: [
            _unchanged_message(object_id, kind, find) for object_id, kind in effects.unchanged_consensus_objects
        ],
    }
    return rpc.TransactionEffects(**mask.chosen(fields))


def gas_cost_message(used: GasCostSummary) -> rpc.GasCostSummary:
    return rpc.GasCostSummary(
        computation_cost=used.computation_cost,
        storage_cost=used.storage_cost,
        storage_rebate=used.storage_rebate,
        non_refundable_storage_fee=used.non_refundable_storage_fee,
    )


def _changed_message(change: ChangedObject, lamport: int, find: FindObject) -> rpc.ChangedObject:
    message = rpc.ChangedObject(
        object_id=format_address(change.object_id),
        input_state=_BEFORE.DOES_NOT_EXIST,
        output_state=_AFTER.DOES_NOT_EXIST,
        id_operation=_operation(change),
    )
    found: Object | None = None
    if isinstance(change.before, sui.Existed):
        message.input_state = _BEFORE.EXISTS
        message.input_version = change.before.version
        message.input_digest = format_digest(change.before.digest)
        message.input_owner = owner_message(change.before.owner)
        found = find(change.object_id, change.before.version)
    if isinstance(change.after, sui.ObjectWrite):
        message.output_state = _AFTER.OBJECT_WRITE
        message.output_version = lamport
        message.output_digest = format_digest(change.after.digest)
        message.output_owner = owner_message(change.after.owner)
        found = find(change.object_id, lamport)
    elif isinstance(change.after, sui.PackageWrite):
        message.output_state = _AFTER.PACKAGE_WRITE
        message.output_version = change.after.version
        message.output_digest = format_digest(change.after.digest)
        message.output_owner = owner_message(sui.ImmutableOwner())
        found = find(change.object_id, change.after.version)
    message.object_type = None if found is None else type_text(found)
    return message


def _operation(change: ChangedObject) -> rpc.ChangedObjectIdOperation:
    match change.id_operation:
        case sui.Created():
            return _OPERATION.CREATED
        case sui.Deleted():
            return _OPERATION.DELETED
        case _:
            return _OPERATION.NONE


def _unchanged_message(
    object_id: bytes, kind: sui.UnchangedKind, find: FindObject
) -> rpc.UnchangedConsensusObject:
    kinds = rpc.UnchangedConsensusObjectUnchangedConsensusObjectKind
    message = rpc.UnchangedConsensusObject(kind=kinds(kind._tag + 1), object_id=format_address(object_id))
    if isinstance(kind, sui.ReadOnlyRoot):
        found = find(object_id, kind.version)
        message.version = kind.version
        message.digest = format_digest(kind.digest)
        message.object_type = None if found is None else type_text(found)
    return message


# events -----------------------------------------------------------------------------------------------------
def events_message(events: tuple[Event, ...], mask: Mask, machine: Machine) -> rpc.TransactionEvents | None:
    """None when there were no events; else those with the fields of `mask`."""
    if not events:
        return None
    inner = mask.below("events")
    fields: dict[str, Callable[[], Any]] = {
        "bcs": lambda: rpc.Bcs(name="TransactionEvents", value=encode(tuple[Event, ...], events)),
        "digest": lambda: format_digest(events_digest(events) or b""),
        "events": lambda: [event_message(event, inner, machine) for event in events],
    }
    return rpc.TransactionEvents(**mask.chosen(fields))


def event_message(event: Event, mask: Mask, machine: Machine) -> rpc.Event:
    type_ = str(event.type)
    message = rpc.Event(
        package_id=format_address(event.package),
        module=event.module,
        sender=format_address(event.sender),
        event_type=type_,
        contents=rpc.Bcs(name=type_, value=event.contents),
    )
    if "json" in mask:
        message.json = json_message(machine, from_struct_tag(event.type), event.contents)
    return message
