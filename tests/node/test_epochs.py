"""Taking up epochs: what is fetched, when it is reported, and what is given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import cast

import pytest

from tests.node.conftest import event_id
from tests.waiting import SECONDS, in_time
from walrus_node.chain.attester import Attester
from walrus_node.chain.epochs import Epochs
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_node.holding.duty import Duty
from walrus_node.holding.garbage import Garbage
from walrus_node.holding.membership import Membership
from walrus_node.metrics import Metrics
from walrus_node.sync.blob_sync import BlobSync
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobCertified, BlobRegistered
from walrus_sui.redstuff import BlobId

BLOB = bytes([1]) * 32


@dataclass
class Rest:
    """The parts of the node that an epoch change talks to."""

    current: Duty = field(default_factory=lambda: Duty(0, 13, frozenset()))
    fetched: list[int] = field(default_factory=list)
    reported: list[int] = field(default_factory=list)
    collected: list[tuple[int, set[int]]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    fetching: asyncio.Event = field(default_factory=asyncio.Event)
    may_fetch: asyncio.Event = field(default_factory=asyncio.Event)

    def duty(self) -> Duty:
        return self.current

    collecting: asyncio.Event = field(default_factory=asyncio.Event)
    may_collect: asyncio.Event = field(default_factory=asyncio.Event)

    async def complete(self, blob_ids: Iterable[BlobId]) -> None:
        wanted = [bytes(blob_id) for blob_id in blob_ids]
        if not wanted:
            return
        assert wanted == [BLOB]
        self.fetching.set()
        await self.may_fetch.wait()
        self.fetched.append(self.current.epoch)

    def report(self, epoch: int) -> None:
        self.reported.append(epoch)
        self._note_change()

    async def collect(self, duty: Duty, given_up: frozenset[int]) -> None:
        self.collected.append((duty.epoch, set(given_up)))
        self.collecting.set()
        await self.may_collect.wait()
        self._note_change()

    def _note_change(self) -> None:
        epoch = self.current.epoch
        if epoch in self.reported and epoch in [collected for collected, _ in self.collected]:
            self.changed.set()


@dataclass
class Running:
    epochs: Epochs
    rest: Rest
    metrics: Metrics

    async def take_up(self, epoch: int, shards: set[int], leaving: Iterable[int] = ()) -> None:
        self.rest.changed.clear()
        self.rest.current = Duty(epoch, 13, frozenset(shards), frozenset(leaving))
        self.epochs.begin(epoch)
        await in_time(self.rest.changed.wait())


@pytest.fixture
async def running(store: Store) -> AsyncIterator[Running]:
    registered = BlobRegistered(1, BLOB, 5, 1, 99, False, bytes(32))
    for number, event in enumerate((registered, BlobCertified(1, BLOB, 99, False, bytes(32), False))):
        store.commit(Cursor(), effects_of(event, event_id(number), store))
    store.no_longer_due(BLOB)
    rest = Rest()
    rest.may_fetch.set()
    rest.may_collect.set()
    with Workers(1) as workers:
        parts = (cast(Membership, rest), cast(BlobSync, rest), cast(Garbage, rest), cast(Attester, rest))
        metrics = Metrics()
        epochs = Epochs(store, *parts, workers, metrics)
        task = asyncio.create_task(epochs.run())
        yield Running(epochs, rest, metrics)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_only_shards_that_are_new_are_filled(running: Running) -> None:
    await running.take_up(1, {1, 2})
    await running.take_up(2, {1, 2})
    await running.take_up(3, {1, 2, 3})
    await running.take_up(4, {1, 3}, leaving={2})
    assert running.rest.fetched == [1, 3]
    assert running.rest.reported == [1, 2, 3, 4]
    for status in ("started", "complete"):
        assert running.metrics.registry.get_sample_value("walrus_shard_sync_total", {"status": status}) == 3


async def test_a_shard_that_comes_back_is_filled_again(running: Running) -> None:
    await running.take_up(1, {1, 2})
    await running.take_up(2, {1}, leaving={2})
    await running.take_up(3, {1, 2})
    assert running.rest.fetched == [1, 3]


async def test_data_goes_one_epoch_after_its_shard(running: Running) -> None:
    await running.take_up(1, {1, 2})
    await running.take_up(2, {1}, leaving={2})
    await running.take_up(3, {1})
    await running.take_up(4, {1})
    assert running.rest.collected == [(1, set()), (2, set()), (3, {2}), (4, set())]


async def test_nothing_is_reported_before_it_is_here(running: Running) -> None:
    running.rest.may_fetch.clear()
    running.rest.current = Duty(1, 13, frozenset({1}))
    running.epochs.begin(1)
    await in_time(running.rest.fetching.wait())
    assert running.rest.reported == []
    running.rest.may_fetch.set()
    await in_time(running.rest.changed.wait())
    assert running.rest.reported == [1]


async def test_nothing_is_reported_while_a_blob_certified_before_is_still_due(
    running: Running, store: Store
) -> None:
    await running.take_up(1, {1})
    running.rest.may_fetch.clear()
    running.rest.fetching.clear()
    store.mark_due(BLOB)
    running.rest.current = Duty(2, 13, frozenset({1}))
    running.epochs.begin(2)
    async with asyncio.timeout(SECONDS):
        await running.rest.fetching.wait()
        assert running.rest.reported == [1]
        running.rest.changed.clear()
        running.rest.may_fetch.set()
        await running.rest.changed.wait()
    assert running.rest.reported == [1, 2]


async def test_what_was_not_collected_in_time_is_collected_in_the_next_epoch(running: Running) -> None:
    await running.take_up(1, {1, 2})
    await running.take_up(2, {1}, leaving={2})
    running.rest.may_collect.clear()
    for epoch in (3, 4):
        running.rest.collecting.clear()
        running.rest.current = Duty(epoch, 13, frozenset({1}))
        running.epochs.begin(epoch)
        async with asyncio.timeout(SECONDS):
            await running.rest.collecting.wait()
    assert running.rest.collected[-2:] == [(3, {2}), (4, {2})]


async def test_room_is_made_while_slivers_are_still_awaited(running: Running) -> None:
    running.rest.may_fetch.clear()
    running.rest.current = Duty(1, 13, frozenset({1}))
    running.epochs.begin(1)
    async with asyncio.timeout(SECONDS):
        await running.rest.collecting.wait()
    assert running.rest.reported == []


async def test_the_next_epoch_does_not_wait_for_the_last(running: Running) -> None:
    running.rest.may_fetch.clear()
    running.rest.current = Duty(1, 13, frozenset({1}))
    running.epochs.begin(1)
    await in_time(running.rest.fetching.wait())
    await running.take_up(2, set())
    assert running.rest.reported == [2]


async def test_epochs_that_are_over_ask_nothing(running: Running) -> None:
    running.rest.current = Duty(5, 13, frozenset({1}))
    running.epochs.begin(3)
    await running.take_up(5, {1})
    assert running.rest.reported == [5]
