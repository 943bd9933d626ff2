"""The order of work on due blobs; rebuilding itself is tested with whole nodes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

import pytest

from tests.node.conftest import event_id, make_blob
from tests.waiting import in_time
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_node.holding.custody import Custody, Missing
from walrus_node.holding.duty import Duty
from walrus_node.holding.intake import Intake
from walrus_node.holding.membership import Membership
from walrus_node.metrics import Metrics
from walrus_node.sync import blob_sync
from walrus_node.sync.blob_sync import BlobSync
from walrus_node.sync.invalidation import Invalidation
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobCertified, BlobRegistered
from walrus_sui.errors import BlobUnavailable
from walrus_sui.redstuff import Axis, BlobId, BlobMetadata, SliverData

BLOB = BlobId(bytes([1]) * 32)
NOTHING = Missing(False, [])


@dataclass
class Stage:
    """Custody and membership; each look for what is missing waits for its turn."""

    answers: list[Missing | Exception] = field(default_factory=list)
    looks: int = 0
    looking: asyncio.Event = field(default_factory=asyncio.Event)
    may_look: threading.Event = field(default_factory=threading.Event)
    metrics: Metrics = field(default_factory=Metrics)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def duty(self) -> Duty:
        return Duty(2, 13, frozenset({1}))

    def missing(self, blob_id: BlobId) -> Missing:
        assert blob_id == BLOB
        self.looks += 1
        self.loop.call_soon_threadsafe(self.looking.set)
        self.may_look.wait(10)
        answer = self.answers.pop(0) if self.answers else NOTHING
        if isinstance(answer, Exception):
            raise answer
        return answer

    # What it takes to find that nobody has anything of the blob

    node_id = bytes(32)
    committees = ()

    def known_metadata(self, _: BlobId) -> BlobMetadata:
        return make_blob(b"elsewhere").metadata

    def readable_slivers(self, _: BlobId, __: Axis) -> list[SliverData]:
        return []


@dataclass
class Running:
    sync: BlobSync
    stage: Stage
    task: asyncio.Task[None]


@pytest.fixture
async def running(store: Store) -> AsyncIterator[Running]:
    registered = BlobRegistered(1, bytes(BLOB), 5, 1, 99, False, bytes(32))
    for number, event in enumerate((registered, BlobCertified(1, bytes(BLOB), 99, False, bytes(32), False))):
        store.commit(Cursor(), effects_of(event, event_id(number), store))
    stage = Stage()
    with Workers(2) as workers:
        custody, intake = cast(Custody, stage), cast(Intake, stage)
        parts = (custody, intake, cast(Membership, stage), cast(Invalidation, stage))
        sync = BlobSync(store, *parts, workers, stage.metrics)
        task = asyncio.create_task(sync.run())
        yield Running(sync, stage, task)
        stage.may_look.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_the_disk_says_is_due_comes_first(running: Running, store: Store) -> None:
    assert store.due_blobs() == [bytes(BLOB)]
    await in_time(running.stage.looking.wait())
    done = running.sync.enqueue(BLOB)
    running.stage.may_look.set()
    await in_time(done)
    assert store.due_blobs() == []
    assert running.sync.backlog == 0


async def test_what_changes_during_the_work_is_looked_at_again(running: Running) -> None:
    await in_time(running.stage.looking.wait())
    done = running.sync.enqueue(BLOB)
    running.stage.may_look.set()
    await in_time(done)
    assert running.stage.looks == 2


async def test_who_stops_waiting_does_not_stop_the_work(running: Running, store: Store) -> None:
    await in_time(running.stage.looking.wait())
    waiting = asyncio.create_task(running.sync.complete([BLOB]))
    done = running.sync.enqueue(BLOB)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    running.stage.may_look.set()
    await in_time(done)
    assert not running.task.done()
    assert store.due_blobs() == []


async def test_failures_are_tried_again(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_sync, "_FIRST_RETRY_SECONDS", 0.001)
    running.stage.answers += [BlobUnavailable("no", got=0, needed=1, failures={})] * 3
    done = running.sync.enqueue(BLOB)
    running.stage.may_look.set()
    await in_time(done)
    assert running.stage.looks >= 4


async def test_what_cannot_be_rebuilt_is_counted(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_sync, "_FIRST_RETRY_SECONDS", 0.001)
    running.stage.answers.append(Missing(False, [(0, Axis.PRIMARY), (3, Axis.SECONDARY), (4, Axis.SECONDARY)]))
    done = running.sync.enqueue(BLOB)
    running.stage.may_look.set()
    await in_time(done)
    sample = running.stage.metrics.registry.get_sample_value
    assert sample("walrus_recover_blob_duration_seconds_count", {"status": "failure"}) == 1
    failed = [sample("walrus_sync_shard_recover_sliver_error_total", {"sliver_type": axis.value}) for axis in Axis]
    assert failed == [0, 2], "the secondary ones are rebuilt first"


async def test_nothing_due_is_complete_at_once(running: Running) -> None:
    await in_time(running.sync.complete([]))
