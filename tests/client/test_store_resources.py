"""What a blob is stored on, given what an account has: epoch 7, blobs of 1,000 encoded bytes wanted until 10."""

from __future__ import annotations

import pytest

from walrus_sui.chain import Prices
from walrus_sui.chain.types import Blob, Storage
from walrus_sui.client.storing.resources import Resources, Wanted
from walrus_sui.client.storing.stored import Operation, ResourceUse

ID = b"\x01" * 32
WANTED = Wanted(ID, 1000, 10, deletable=True)


def storage(number: int, *, start: int = 5, end: int = 10, size: int = 1000) -> Storage:
    return Storage(bytes([number]) * 32, start, end, size)


def blob(number: int, *, end: int = 10, certified: int | None = None, **other: object) -> Blob:
    values = {"blob_id": ID, "deletable": True, **other}
    return Blob(
        bytes([number]) * 32, 6, values["blob_id"], 10, 1, certified, storage(99, end=end), values["deletable"]
    )


def test_nothing_owned_is_bought():
    plan = Resources(7).plan(WANTED)
    assert plan.operation == Operation(ResourceUse.NEW, 1000, 3)
    assert plan.cost(Prices(100, 20)) == 3 * 100 + 20
    assert (plan.registers, plan.certifies, plan.extends) == (True, True, False)


def test_a_registration_is_certified_for_nothing():
    plan = Resources(7, [blob(1)]).plan(WANTED)
    assert plan.operation == Operation(ResourceUse.REGISTRATION, 1000)
    assert plan.cost(Prices(100, 20)) == 0
    assert (plan.registers, plan.certifies, plan.extends) == (False, True, False)


def test_a_short_registration_is_extended_by_what_is_missing():
    plan = Resources(7, [blob(1, end=9)]).plan(WANTED)
    assert plan.operation == Operation(ResourceUse.REGISTRATION_EXTENDED, 1000, 1)
    assert plan.cost(Prices(100, 20)) == 100
    assert (plan.registers, plan.certifies, plan.extends) == (False, True, True)


def test_a_short_certified_blob_is_extended_without_another_certificate():
    plan = Resources(7, [blob(1, end=8, certified=6)]).plan(WANTED)
    assert plan.operation == Operation(ResourceUse.BLOB_EXTENDED, 1000, 2)
    assert (plan.registers, plan.certifies, plan.extends) == (False, False, True)


def test_nothing_is_left_to_do_for_a_certified_blob_that_lasts():
    plan = Resources(7, [blob(1), blob(2, end=11, certified=6)]).plan(WANTED)
    assert plan.operation is None
    assert plan.blob == blob(2, end=11, certified=6)
    assert plan.cost(Prices(100, 20)) == 0


@pytest.mark.parametrize(
    "other",
    [
        blob(1, end=7),
        blob(1, deletable=False),
        blob(1, blob_id=b"\x02" * 32),
    ],
    ids=["expired", "permanent", "another"],
)
def test_registrations_that_do_not_fit_are_left_alone(other):
    assert Resources(7, [other]).plan(WANTED).operation == Operation(ResourceUse.NEW, 1000, 3)


def test_of_the_storage_that_suffices_the_smallest_is_used_and_then_the_shortest():
    owned = [storage(1, size=5000), storage(2, size=2000, end=20), storage(3, size=2000, end=12)]
    plan = Resources(7, storages=owned).plan(WANTED)
    assert plan.operation == Operation(ResourceUse.STORAGE, 1000)
    assert plan.storage == bytes([3]) * 32
    assert plan.cost(Prices(100, 20)) == 20


@pytest.mark.parametrize(
    "other",
    [storage(1, size=999), storage(1, end=9), storage(1, start=8), storage(1, end=7)],
    ids=["too small", "too short", "not begun", "over"],
)
def test_storage_that_does_not_suffice_is_left_alone(other):
    assert Resources(7, storages=[other]).plan(WANTED).operation == Operation(ResourceUse.NEW, 1000, 3)


def test_storage_is_given_out_once():
    resources = Resources(7, storages=[storage(1, size=2500)])
    uses = [resources.plan(Wanted(bytes([number]) * 32, 1000, 10, True)).operation.use for number in range(3)]
    assert uses == [ResourceUse.STORAGE, ResourceUse.STORAGE, ResourceUse.NEW]
