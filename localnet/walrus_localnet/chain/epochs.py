"""Where epochs begin and end in the chain of checkpoints."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.chain.records import CheckpointRecord
from walrus_localnet.chain.store import Store
from walrus_sui.bcs.sui import CheckpointSummary


@dataclass(frozen=True)
class EpochSpan:
    """`last` and `end_ms` are None while the epoch lasts."""

    epoch: int
    first: int
    last: int | None
    start_ms: int
    end_ms: int | None


def current_epoch(head: CheckpointRecord) -> int:
    """The epoch of the next checkpoint."""
    return head.summary.epoch + (1 if head.summary.end_of_epoch is not None else 0)


def epoch_span(store: Store, head: CheckpointRecord, epoch: int) -> EpochSpan | None:
    """None for an epoch that has not begun. Reads a logarithmic number of checkpoints."""
    if epoch > current_epoch(head):
        return None
    first = _first_of(store, head, epoch)
    next_first = _first_of(store, head, epoch + 1) if epoch < current_epoch(head) else None
    start = _summary(store, first - 1 if first else 0).timestamp_ms
    last = None if next_first is None else next_first - 1
    return EpochSpan(epoch, first, last, start, None if last is None else _summary(store, last).timestamp_ms)


def _first_of(store: Store, head: CheckpointRecord, epoch: int) -> int:
    """The number of the first checkpoint of an epoch, which may be the next one to come."""
    low, high = 0, head.summary.sequence_number + 1
    while low < high:
        middle = (low + high) // 2
        if _summary(store, middle).epoch < epoch:
            low = middle + 1
        else:
            high = middle
    return low


def _summary(store: Store, number: int) -> CheckpointSummary:
    found = store.checkpoint(number)
    assert found is not None
    return found.summary
