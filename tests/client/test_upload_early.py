"""Uploads that begin before their registration, to nodes that keep nothing early and have to be asked again."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from walrus_sui.chain.types import Blob, Storage
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.storing.early import EarlyUploads
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.source import Source
from walrus_sui.client.storing.stored import StoreRequest
from walrus_sui.client.storing.tally import Tally
from walrus_sui.redstuff import encode

OBJECT_ID = b"\x0b" * 32


@pytest.fixture
def early(nodes, limits):
    return EarlyUploads(nodes, limits, Tally(ignore_progress, 1, 39))


@pytest.fixture
def job():
    data = os.urandom(1000)
    return Job(Source.of(data), StoreRequest(), encode(data, n_shards=39), end_epoch=12)


def registered(job: Job, object_id: bytes) -> Blob:
    storage = Storage(b"\x0c" * 32, 7, 12, job.encoded_length)
    return Blob(object_id, 7, bytes(job.blob_id), job.source.size, 1, None, storage, True)


def everyone_asked(grid) -> asyncio.Event:
    """Set when every node has had a request."""
    asked, waiting = asyncio.Event(), {node.name for node in grid.nodes}

    def note(name):
        async def fault(request):
            waiting.discard(name)
            if not waiting:
                asked.set()

        return fault

    for node in grid.nodes:
        node.fault = note(node.name)
    return asked


async def test_who_refuses_what_comes_early_is_asked_again_only_once_it_is_registered(grid, nodes, early, job):
    asked = everyone_asked(grid)
    early.begin([job], [OBJECT_ID])
    await asked.wait()
    await asyncio.sleep(0.05)  # long enough for any of them to be asked again
    assert [len(node.requests) for node in grid.nodes] == [1] * 13
    grid.register(job.encoded, OBJECT_ID, deletable=True)
    job.blob = registered(job, OBJECT_ID)
    taken = early.take(job, nodes)
    confirmations = await taken.task
    assert sorted(confirmations.signed) == list(range(13))
    assert [len(node.requests) for node in grid.nodes] == [2] * 13
    await early.close()


async def test_the_next_blob_waits_for_its_registration_at_once(grid, nodes, early, job):
    for node in nodes:
        node.takes_early = False
    early.begin([job], [OBJECT_ID])
    await asyncio.sleep(0.05)
    assert not any(node.requests for node in grid.nodes)
    grid.register(job.encoded, OBJECT_ID, deletable=True)
    job.blob = registered(job, OBJECT_ID)
    await early.take(job, nodes).task
    assert [len(node.requests) for node in grid.nodes] == [1] * 13


async def test_an_upload_for_another_object_than_was_registered_is_given_up(nodes, early, job):
    early.begin([job], [OBJECT_ID])
    job.blob = registered(job, b"\x0d" * 32)
    assert early.take(job, nodes) is None
    await early.close()


async def test_a_registration_that_is_signed_anew_begins_anew(grid, nodes, early, job):
    asked = everyone_asked(grid)
    early.begin([job], [b"\x0d" * 32])
    (first,) = early._running.values()
    await asked.wait()
    early.begin([job], [OBJECT_ID])
    grid.register(job.encoded, OBJECT_ID, deletable=True)
    job.blob = registered(job, OBJECT_ID)
    assert len((await early.take(job, nodes).task).signed) == 13
    await early.close()
    assert first.task.cancelled()


async def test_what_nodes_would_not_keep_does_not_set_out_early(grid, nodes, early, limits, tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(limits.pending_bytes + 1)
    encoded = encode(b"stands for it", n_shards=39)
    many = [Job(Source.of(Path(large)), StoreRequest(), encoded, end_epoch=12)]
    many += [Job(Source.of(b""), StoreRequest(), encoded, end_epoch=12) for _ in range(9)]
    early.begin(many[:1], [OBJECT_ID])
    early.begin(many, [OBJECT_ID] * len(many))
    await asyncio.sleep(0.05)
    assert not any(node.requests for node in grid.nodes)
