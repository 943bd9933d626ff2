"""The life of a blob as the chain tells it: which event changes what (protocol.md §2.2).

    nothing ── register ──> registered ── certify ──> certified ── delete / expire ──> registered or nothing
       any ── invalidate ──> invalid, for ever

One blob may have many objects on chain: permanent ones keep it until they expire, deletable ones can go at any
time. So a blob's row counts its live objects by kind rather than holding one flag. Every change is one function
below; nothing here reads a clock, a chain or a disk, and equal events give equal rows on every node.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from walrus_sui import bcs
from walrus_sui.bcs import U32
from walrus_sui.storage.status import (
    BlobStatus,
    DeletableCounts,
    DeletableStatus,
    EventId,
    InvalidStatus,
    NonexistentStatus,
    PermanentStatus,
)


class PermanentObjects(bcs.Struct):
    """Live permanent objects of a blob: how many, the latest end (exclusive) and the event that set it."""

    count: U32
    end_epoch: U32
    event: EventId


class BlobInfo(bcs.Enum):
    """What a node knows of a blob from the chain."""


class InvalidBlob(BlobInfo, tag=0):
    """Proved inconsistent. Nothing changes this any more."""

    epoch: U32
    event: EventId


class ValidBlob(BlobInfo, tag=1):
    """Counters of the live objects. `deletable_*_end` is the latest end seen, so it may promise too much."""

    deletable_total: U32 = 0
    deletable_certified: U32 = 0
    deletable_registered_end: U32 = 0
    deletable_certified_end: U32 = 0
    permanent_total: PermanentObjects | None = None
    permanent_certified: PermanentObjects | None = None
    initial_certified_epoch: U32 | None = None


class Step(Enum):
    """What can happen to one object of a blob."""

    REGISTER = "register"
    CERTIFY = "certify"
    EXTEND = "extend"
    DELETE = "delete"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Change:
    """One object's step, and what the chain said about the object.

    `was_certified` matters to delete and expire.
    """

    step: Step
    deletable: bool
    epoch: int
    end_epoch: int
    event: EventId
    was_certified: bool = False


def apply(info: BlobInfo | None, change: Change) -> BlobInfo | None:
    """The blob's row after `change`; None once nothing of it is left."""
    if isinstance(info, InvalidBlob):
        return info
    before = info if isinstance(info, ValidBlob) else ValidBlob()
    after = _TABLE[change.step, change.deletable](before, change)
    if change.step is Step.CERTIFY:
        after = _note_first_certification(before, after, change.epoch)
    elif not after.deletable_certified and after.permanent_certified is None:
        after = replace(after, initial_certified_epoch=None)
    return after if after.deletable_total or after.permanent_total else None


def invalidate(info: BlobInfo | None, epoch: int, event: EventId) -> InvalidBlob:
    """The blob's row once the chain called it invalid."""
    return info if isinstance(info, InvalidBlob) else InvalidBlob(epoch, event)


def is_registered(info: BlobInfo | None, epoch: int) -> bool:
    """Whether an object of the blob is live in `epoch`."""
    return isinstance(info, ValidBlob) and (
        _lives(info.permanent_total, epoch) or (info.deletable_total > 0 and info.deletable_registered_end > epoch)
    )


def is_certified(info: BlobInfo | None, epoch: int) -> bool:
    """Whether the blob's availability is certified in `epoch`."""
    if not isinstance(info, ValidBlob) or info.initial_certified_epoch is None:
        return False
    return info.initial_certified_epoch <= epoch and (
        _lives(info.permanent_certified, epoch)
        or (info.deletable_certified > 0 and info.deletable_certified_end > epoch)
    )


def status(info: BlobInfo | None, epoch: int) -> BlobStatus:
    """What the node tells others about the blob in `epoch`."""
    if isinstance(info, InvalidBlob):
        return InvalidStatus(info.event)
    if not isinstance(info, ValidBlob):
        return NonexistentStatus()
    counts = DeletableCounts(info.deletable_total, info.deletable_certified)
    first = info.initial_certified_epoch
    for objects, certified in ((info.permanent_certified, True), (info.permanent_total, False)):
        if objects is not None and objects.end_epoch > epoch:
            return PermanentStatus(objects.end_epoch, certified, objects.event, counts, first)
    return DeletableStatus(first, counts) if counts != DeletableCounts() else NonexistentStatus()


def _lives(objects: PermanentObjects | None, epoch: int) -> bool:
    return objects is not None and objects.end_epoch > epoch


def _register_deletable(info: ValidBlob, change: Change) -> ValidBlob:
    end = max(info.deletable_registered_end, change.end_epoch)
    return replace(info, deletable_total=info.deletable_total + 1, deletable_registered_end=end)


def _certify_deletable(info: ValidBlob, change: Change) -> ValidBlob:
    end = max(info.deletable_certified_end, change.end_epoch)
    return replace(info, deletable_certified=info.deletable_certified + 1, deletable_certified_end=end)


def _extend_deletable(info: ValidBlob, change: Change) -> ValidBlob:
    return replace(
        info,
        deletable_registered_end=max(info.deletable_registered_end, change.end_epoch),
        deletable_certified_end=max(info.deletable_certified_end, change.end_epoch),
    )


def _remove_deletable(info: ValidBlob, change: Change) -> ValidBlob:
    total = max(info.deletable_total - 1, 0)
    certified = max(info.deletable_certified - change.was_certified, 0)
    return replace(
        info,
        deletable_total=total,
        deletable_certified=certified,
        deletable_registered_end=info.deletable_registered_end if total else 0,
        deletable_certified_end=info.deletable_certified_end if certified else 0,
    )


def _register_permanent(info: ValidBlob, change: Change) -> ValidBlob:
    return replace(info, permanent_total=_one_more(info.permanent_total, change))


def _certify_permanent(info: ValidBlob, change: Change) -> ValidBlob:
    return replace(info, permanent_certified=_one_more(info.permanent_certified, change))


def _extend_permanent(info: ValidBlob, change: Change) -> ValidBlob:
    return replace(
        info,
        permanent_total=_longer(info.permanent_total, change),
        permanent_certified=_longer(info.permanent_certified, change),
    )


def _remove_permanent(info: ValidBlob, change: Change) -> ValidBlob:
    certified = info.permanent_certified
    return replace(
        info,
        permanent_total=_one_less(info.permanent_total),
        permanent_certified=_one_less(certified) if change.was_certified else certified,
    )


def _one_more(objects: PermanentObjects | None, change: Change) -> PermanentObjects:
    if objects is None:
        return PermanentObjects(1, change.end_epoch, change.event)
    return replace(_longer(objects, change) or objects, count=objects.count + 1)


def _longer(objects: PermanentObjects | None, change: Change) -> PermanentObjects | None:
    if objects is None or change.end_epoch <= objects.end_epoch:
        return objects
    return PermanentObjects(objects.count, change.end_epoch, change.event)


def _one_less(objects: PermanentObjects | None) -> PermanentObjects | None:
    if objects is None or objects.count <= 1:
        return None
    return replace(objects, count=objects.count - 1)


def _note_first_certification(before: ValidBlob, after: ValidBlob, epoch: int) -> ValidBlob:
    first = before.initial_certified_epoch
    if first is None or first > epoch or not is_certified(before, epoch):
        return replace(after, initial_certified_epoch=epoch)
    return after


_TABLE: dict[tuple[Step, bool], Callable[[ValidBlob, Change], ValidBlob]] = {
    (Step.REGISTER, True): _register_deletable,
    (Step.CERTIFY, True): _certify_deletable,
    (Step.EXTEND, True): _extend_deletable,
    (Step.DELETE, True): _remove_deletable,
    (Step.EXPIRE, True): _remove_deletable,
    (Step.REGISTER, False): _register_permanent,
    (Step.CERTIFY, False): _certify_permanent,
    (Step.EXTEND, False): _extend_permanent,
    (Step.EXPIRE, False): _remove_permanent,
    (Step.DELETE, False): lambda info, _: info,  # the contract refuses to delete a permanent object
}
