"""The life of a blob, event by event; expected values by hand from protocol.md §2.2."""

from __future__ import annotations

from dataclasses import replace

import pytest

from walrus_node.database.blob_info import (
    BlobInfo,
    Change,
    InvalidBlob,
    PermanentObjects,
    Step,
    ValidBlob,
    apply,
    invalidate,
    is_certified,
    is_registered,
    status,
)
from walrus_sui.storage import (
    DeletableCounts,
    DeletableStatus,
    EventId,
    InvalidStatus,
    NonexistentStatus,
    PermanentStatus,
)

E1, E2, E3 = (EventId(bytes([i]) * 32, i) for i in (1, 2, 3))


def change(
    step: Step,
    *,
    deletable: bool,
    epoch: int = 5,
    end: int = 10,
    event: EventId = E1,
    was_certified: bool = False,
) -> Change:
    return Change(step, deletable, epoch, end, event, was_certified)


def after(*changes: Change) -> BlobInfo | None:
    info: BlobInfo | None = None
    for item in changes:
        info = apply(info, item)
    return info


def test_permanent_life() -> None:
    info = after(change(Step.REGISTER, deletable=False))
    assert info == ValidBlob(permanent_total=PermanentObjects(1, 10, E1))
    assert is_registered(info, 9)
    assert not is_registered(info, 10)
    assert not is_certified(info, 9)
    assert status(info, 9) == PermanentStatus(10, False, E1, DeletableCounts(), None)

    info = apply(info, change(Step.CERTIFY, deletable=False, event=E2))
    assert is_certified(info, 9)
    assert not is_certified(info, 4)
    assert not is_certified(info, 10)
    assert status(info, 9) == PermanentStatus(10, True, E2, DeletableCounts(), 5)
    assert status(info, 10) == NonexistentStatus()

    info = apply(info, change(Step.EXTEND, deletable=False, end=20, event=E3))
    assert status(info, 19) == PermanentStatus(20, True, E3, DeletableCounts(), 5)

    assert apply(info, change(Step.EXPIRE, deletable=False, end=20, was_certified=True)) is None


def test_deletable_life() -> None:
    info = after(change(Step.REGISTER, deletable=True), change(Step.CERTIFY, deletable=True, epoch=6))
    assert info == ValidBlob(1, 1, 10, 10, None, None, 6)
    assert is_certified(info, 6)
    assert status(info, 6) == DeletableStatus(6, DeletableCounts(1, 1))
    assert apply(info, change(Step.DELETE, deletable=True, was_certified=True)) is None


def test_the_longest_of_several_permanent_objects_counts() -> None:
    info = after(
        change(Step.REGISTER, deletable=False, end=10, event=E1),
        change(Step.REGISTER, deletable=False, end=20, event=E2),
        change(Step.REGISTER, deletable=False, end=15, event=E3),
    )
    assert info == ValidBlob(permanent_total=PermanentObjects(3, 20, E2))


def test_a_certified_object_outranks_a_longer_registered_one() -> None:
    info = after(
        change(Step.REGISTER, deletable=False, end=10, event=E1),
        change(Step.CERTIFY, deletable=False, end=10, event=E2),
        change(Step.REGISTER, deletable=False, end=30, event=E3),
    )
    assert status(info, 9) == PermanentStatus(10, True, E2, DeletableCounts(), 5)
    assert status(info, 10) == PermanentStatus(30, False, E3, DeletableCounts(), 5)
    assert is_registered(info, 29)
    assert not is_certified(info, 10)


def test_deleting_the_last_certified_object_ends_certification_only() -> None:
    info = after(
        change(Step.REGISTER, deletable=True),
        change(Step.REGISTER, deletable=True, end=12),
        change(Step.CERTIFY, deletable=True),
        change(Step.DELETE, deletable=True, was_certified=True),
    )
    assert isinstance(info, ValidBlob)
    assert (info.deletable_total, info.deletable_certified, info.initial_certified_epoch) == (1, 0, None)
    assert is_registered(info, 11)
    assert not is_certified(info, 5)


def test_certification_is_dated_by_its_unbroken_start() -> None:
    first = after(change(Step.REGISTER, deletable=True), change(Step.CERTIFY, deletable=True, epoch=5, end=10))
    again = change(Step.CERTIFY, deletable=True, epoch=7, end=12)
    lapsed = change(Step.CERTIFY, deletable=True, epoch=11, end=15)
    assert apply(first, again) == replace(
        _valid(first), deletable_certified=2, deletable_certified_end=12, initial_certified_epoch=5
    )
    assert _valid(apply(first, lapsed)).initial_certified_epoch == 11


def test_permanent_objects_survive_a_delete_that_the_contract_would_refuse() -> None:
    info = after(change(Step.REGISTER, deletable=False))
    assert apply(info, change(Step.DELETE, deletable=False)) == info


def test_counters_never_go_below_zero() -> None:
    assert apply(None, change(Step.DELETE, deletable=True, was_certified=True)) is None
    assert apply(None, change(Step.EXPIRE, deletable=False, was_certified=True)) is None


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("deletable", [True, False])
def test_invalid_is_for_ever(step: Step, deletable: bool) -> None:
    info = invalidate(after(change(Step.REGISTER, deletable=False)), 8, E2)
    assert info == InvalidBlob(8, E2)
    assert apply(info, change(step, deletable=deletable)) == info
    assert invalidate(info, 9, E3) == info
    assert status(info, 9) == InvalidStatus(E2)
    assert not is_registered(info, 8)
    assert not is_certified(info, 8)


def test_rows_survive_their_bytes() -> None:
    for info in (InvalidBlob(3, E1), ValidBlob(1, 2, 3, 4, PermanentObjects(1, 2, E1), None, 9)):
        assert BlobInfo.from_bytes(info.to_bytes()) == info


def _valid(info: BlobInfo | None) -> ValidBlob:
    assert isinstance(info, ValidBlob)
    return info
