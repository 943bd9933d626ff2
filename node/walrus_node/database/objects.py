"""Rows that chain events leave behind, and what one event does to them (protocol.md §2.1, §3.2). Pure.

A blob event changes two rows: the object's own and the blob's counters. `effects_of` computes both from what was
there, so that a store can write them together with the event cursor in one batch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from walrus_node.database import blob_info
from walrus_node.database.blob_info import BlobInfo, Change, Step
from walrus_sui.bcs import U32, Bytes32, Struct
from walrus_sui.chain.events import BlobCertified, BlobDeleted, BlobRegistered, InvalidBlobId, WalrusEvent
from walrus_sui.storage import EventId


class ObjectInfo(Struct):
    """One live Blob object on chain. `end_epoch` is exclusive; `event` is the last that touched it."""

    blob_id: Bytes32
    registered_epoch: U32
    certified_epoch: U32 | None
    end_epoch: U32
    deletable: bool
    event: EventId

    def is_registered(self, epoch: int) -> bool:
        return self.end_epoch > epoch


class Rows(Protocol):
    """What is known before an event."""

    def blob_info(self, blob_id: bytes) -> BlobInfo | None: ...

    def object_info(self, object_id: bytes) -> ObjectInfo | None: ...


@dataclass(frozen=True, slots=True)
class Effects:
    """Rows after an event; None means the row goes. `object_id` is None if no object is concerned.

    `drop_data` says that nobody need keep the blob, `due` that the node must now have its part of it.
    """

    blob_id: bytes
    blob_info: BlobInfo | None
    object_id: bytes | None = None
    object_info: ObjectInfo | None = None
    drop_data: bool = False
    due: bool = False


def effects_of(event: WalrusEvent, event_id: EventId, rows: Rows) -> Effects | None:
    """What a blob event changes; None for events that concern no blob."""
    match event:
        case BlobRegistered():
            return _registered(event, event_id, rows)
        case BlobCertified():
            return _certified(event, event_id, rows)
        case BlobDeleted():
            return _deleted(event, event_id, rows)
        case InvalidBlobId():
            info = blob_info.invalidate(rows.blob_info(event.blob_id), event.epoch, event_id)
            return Effects(event.blob_id, info, drop_data=True)
    return None


def expired(object_id: bytes, row: ObjectInfo, epoch: int, rows: Rows) -> Effects:
    """What the end of an object's storage period changes."""
    certified = row.certified_epoch is not None
    change = Change(Step.EXPIRE, row.deletable, epoch, row.end_epoch, row.event, certified)
    return Effects(row.blob_id, blob_info.apply(rows.blob_info(row.blob_id), change), object_id)


def _registered(event: BlobRegistered, event_id: EventId, rows: Rows) -> Effects:
    change = Change(Step.REGISTER, event.deletable, event.epoch, event.end_epoch, event_id)
    row = ObjectInfo(event.blob_id, event.epoch, None, event.end_epoch, event.deletable, event_id)
    return _both(event.blob_id, change, event.object_id, row, rows)


def _certified(event: BlobCertified, event_id: EventId, rows: Rows) -> Effects:
    step = Step.EXTEND if event.is_extension else Step.CERTIFY
    change = Change(step, event.deletable, event.epoch, event.end_epoch, event_id)
    row = rows.object_info(event.object_id)
    if row is not None:
        row = replace(row, certified_epoch=event.epoch, end_epoch=event.end_epoch, event=event_id)
    return replace(_both(event.blob_id, change, event.object_id, row, rows), due=not event.is_extension)


def _deleted(event: BlobDeleted, event_id: EventId, rows: Rows) -> Effects:
    change = Change(Step.DELETE, True, event.epoch, event.end_epoch, event_id, event.was_certified)
    return _both(event.blob_id, change, event.object_id, None, rows)


def _both(blob_id: bytes, change: Change, object_id: bytes, row: ObjectInfo | None, rows: Rows) -> Effects:
    return Effects(blob_id, blob_info.apply(rows.blob_info(blob_id), change), object_id, row)
