"""JSON values of a storage node: a blob's status, what is stored of it, health (protocol.md §1.5, §7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from walrus_sui.bcs import U64, Bytes32, Struct
from walrus_sui.bcs.sui import format_digest, parse_digest
from walrus_sui.errors import BcsError


class StoredStatus(StrEnum):
    """Whether a node has the metadata or sliver it was asked about."""

    NONEXISTENT = "nonexistent"
    BUFFERED = "buffered"
    STORED = "stored"


class EventId(Struct):
    """A Move event: the transaction that emitted it and its position there."""

    transaction_digest: Bytes32
    event_seq: U64

    def to_json(self) -> dict[str, str]:
        return {"txDigest": format_digest(self.transaction_digest), "eventSeq": str(self.event_seq)}

    @classmethod
    def from_json(cls, value: Any) -> EventId:
        return cls(parse_digest(value["txDigest"]), _number(int(value["eventSeq"]), 64))


@dataclass(frozen=True, slots=True)
class DeletableCounts:
    """How many deletable objects of a blob are live, and how many of those are certified."""

    total: int = 0
    certified: int = 0

    def to_json(self) -> dict[str, int]:
        return {"count_deletable_total": self.total, "count_deletable_certified": self.certified}

    @classmethod
    def from_json(cls, value: Any) -> DeletableCounts:
        return cls(_number(value["count_deletable_total"]), _number(value["count_deletable_certified"]))


@dataclass(frozen=True, slots=True)
class NonexistentStatus:
    """No live object of the blob is known."""


@dataclass(frozen=True, slots=True)
class InvalidStatus:
    """The blob was proved inconsistent; `event` is the chain's word for it."""

    event: EventId


@dataclass(frozen=True, slots=True)
class PermanentStatus:
    """A permanent object keeps the blob until `end_epoch` (exclusive)."""

    end_epoch: int
    is_certified: bool
    status_event: EventId
    deletable_counts: DeletableCounts
    initial_certified_epoch: int | None


@dataclass(frozen=True, slots=True)
class DeletableStatus:
    """Only deletable objects of the blob are live: it may vanish at any time."""

    initial_certified_epoch: int | None
    deletable_counts: DeletableCounts


BlobStatus = NonexistentStatus | InvalidStatus | PermanentStatus | DeletableStatus


def status_to_json(status: BlobStatus) -> Any:
    match status:
        case NonexistentStatus():
            return "nonexistent"
        case InvalidStatus(event):
            return {"invalid": {"event": event.to_json()}}
        case PermanentStatus():
            return {
                "permanent": {
                    "endEpoch": status.end_epoch,
                    "isCertified": status.is_certified,
                    "statusEvent": status.status_event.to_json(),
                    "deletableCounts": status.deletable_counts.to_json(),
                    "initialCertifiedEpoch": status.initial_certified_epoch,
                }
            }
        case DeletableStatus():
            return {
                "deletable": {
                    "initialCertifiedEpoch": status.initial_certified_epoch,
                    "deletableCounts": status.deletable_counts.to_json(),
                }
            }


def status_from_json(value: Any) -> BlobStatus:
    """Raises `ValueError` for anything but the JSON of a blob status."""
    try:
        if value == "nonexistent":
            return NonexistentStatus()
        ((kind, body),) = value.items()
        if kind == "invalid":
            return InvalidStatus(EventId.from_json(body["event"]))
        counts, first = DeletableCounts.from_json(body["deletableCounts"]), body["initialCertifiedEpoch"]
        first = None if first is None else _number(first)
        if kind == "deletable":
            return DeletableStatus(first, counts)
        if kind == "permanent":
            event = EventId.from_json(body["statusEvent"])
            return PermanentStatus(_number(body["endEpoch"]), bool(body["isCertified"]), event, counts, first)
    except (AttributeError, BcsError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"expected a blob status, got {value!r:.200}") from error
    raise ValueError(f"expected a blob status, got {value!r:.200}")


def _number(value: Any, bits: int = 32) -> int:
    """An unsigned number of a JSON value. Raises `ValueError`."""
    if type(value) is not int or not 0 <= value < 1 << bits:
        raise ValueError(f"expected a number of {bits} bits, got {value!r:.100}")
    return value
