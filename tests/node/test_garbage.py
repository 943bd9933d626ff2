"""What ends leaves the counters at once and the disk soon; what lives stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.conftest import event_id
from walrus_node.database.blob_info import ValidBlob
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_node.holding.duty import Duty
from walrus_node.holding.garbage import Garbage
from walrus_node.metrics import Metrics
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobCertified, BlobRegistered, WalrusEvent
from walrus_sui.redstuff import Axis

A, B = bytes([1]) * 32, bytes([2]) * 32
X, Y, Z = bytes([7]) * 32, bytes([8]) * 32, bytes([9]) * 32


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(1) as running:
        yield running


def tell(store: Store, *events: WalrusEvent) -> None:
    for number, event in enumerate(events):
        store.commit(Cursor(), effects_of(event, event_id(number), store))


def fill(store: Store, *blob_ids: bytes) -> None:
    for blob_id in blob_ids:
        store.put_metadata(blob_id, b"metadata")
        for shard in (1, 2):
            for axis in Axis:
                store.put_sliver(blob_id, shard, axis, b"sliver")


def has_data(store: Store, blob_id: bytes, shard: int = 1) -> list[bool]:
    slivers = [store.sliver(blob_id, shard, axis) for axis in Axis]
    return [item is not None for item in (store.metadata(blob_id), *slivers)]


STORY = (
    BlobRegistered(1, A, 5, 1, 4, False, X),
    BlobRegistered(1, A, 5, 1, 6, True, Y),
    BlobCertified(1, A, 4, False, X, False),
    BlobRegistered(1, B, 5, 1, 4, True, Z),
    BlobCertified(1, B, 4, True, Z, False),
)


def test_objects_end_with_their_epoch(store: Store, workers: Workers) -> None:
    tell(store, *STORY)
    garbage = Garbage(store, workers, Metrics())
    garbage.expire(3)
    assert store.object_info(X) is not None
    garbage.expire(4)
    assert store.object_info(X) is store.object_info(Z) is None
    assert store.blob_info(A) == ValidBlob(deletable_total=1, deletable_registered_end=6)
    assert store.blob_info(B) is None
    garbage.expire(4)
    assert store.blob_info(A) == ValidBlob(deletable_total=1, deletable_registered_end=6)
    garbage.expire(6)
    assert store.blob_info(A) is None


async def test_data_goes_with_the_last_object(store: Store, workers: Workers) -> None:
    tell(store, *STORY)
    fill(store, A, B)
    metrics = Metrics()
    garbage = Garbage(store, workers, metrics)
    await garbage.collect(Duty(3, 13, frozenset({1, 2})), frozenset())
    assert has_data(store, A) == has_data(store, B) == [True] * 3
    garbage.expire(4)
    await garbage.collect(Duty(4, 13, frozenset({1, 2})), frozenset())
    assert (has_data(store, A), has_data(store, B)) == ([True] * 3, [False] * 3)
    names = ("last_started_epoch", "last_completed_epoch", "blobs_deleted_total")
    found = [metrics.registry.get_sample_value(f"walrus_garbage_collection_{name}") for name in names]
    assert found == [4, 4, 1]


async def test_shards_that_were_given_up_go(store: Store, workers: Workers) -> None:
    tell(store, *STORY)
    fill(store, A)
    await Garbage(store, workers, Metrics()).collect(Duty(3, 13, frozenset({1})), frozenset({2}))
    assert has_data(store, A, shard=1) == [True, True, True]
    assert has_data(store, A, shard=2) == [True, False, False]


async def test_deleted_data_gives_its_room_back(tmp_path: Path, workers: Workers) -> None:
    store = Store.open(tmp_path)
    tell(store, BlobRegistered(1, B, 5, 1, 9, False, X))
    for number in range(20):
        store.put_metadata(number.to_bytes(32, "big"), b"metadata")
        store.put_sliver(number.to_bytes(32, "big"), 1, Axis.PRIMARY, os.urandom(1_000_000))
    store.close()  # what was written so far is in files now
    store = Store.open(tmp_path)
    store.put_sliver(B, 1, Axis.PRIMARY, kept := os.urandom(1_000_000))
    assert _size(tmp_path) > 21_000_000
    await Garbage(store, workers, Metrics()).collect(Duty(3, 13, frozenset({1})), frozenset())
    assert store.sliver(B, 1, Axis.PRIMARY) == kept
    store.close()
    assert _size(tmp_path) < 3_000_000


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
