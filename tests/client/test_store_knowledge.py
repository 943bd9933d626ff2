"""Asking a committee of thirteen whether it knows a blob: five nodes are more than a third of the shards."""

from __future__ import annotations

import os

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_sui.client.storing.knowledge import known_status
from walrus_sui.redstuff import encode
from walrus_sui.storage import DeletableStatus, NonexistentStatus


@pytest.fixture
def encoded():
    return encode(os.urandom(1000), n_shards=39)


async def test_five_that_never_heard_of_it_are_enough(grid, nodes, encoded):
    status, requests = await known_status(nodes, encoded.blob_id, timeout=SECONDS)
    assert status == NonexistentStatus()
    assert requests == 5 == sum(len(node.requests) for node in grid.nodes)


async def test_the_dead_are_replaced_by_others(grid, nodes, encoded, kill):
    for node in grid.nodes[:8]:
        node.fault = kill
    status, requests = await known_status(nodes, encoded.blob_id, timeout=SECONDS)
    assert status == NonexistentStatus()
    assert 5 <= requests <= 13


async def test_where_it_is_known_all_are_asked(grid, nodes, encoded):
    grid.register(encoded, b"\x01" * 32, deletable=True)
    status, _ = await known_status(nodes, encoded.blob_id, timeout=SECONDS)
    assert isinstance(status, DeletableStatus)


async def test_four_who_claim_to_know_it_are_not_believed(grid, nodes, encoded):
    async def claim(request: httpx.Request) -> httpx.Response:
        body = '{"success":{"code":200,"data":{"deletable":{"initialCertifiedEpoch":6,"deletableCounts":%s}}}}'
        counts = '{"count_deletable_total":1,"count_deletable_certified":1}'
        return httpx.Response(200, content=body % counts)

    for node in grid.nodes[:4]:
        node.fault = claim
    for _ in range(5):
        status, _ = await known_status(nodes, encoded.blob_id, timeout=SECONDS)
        assert status == NonexistentStatus()


async def test_too_few_that_answer_tell_nothing(grid, nodes, encoded, kill, hang):
    for number, node in enumerate(grid.nodes[:9]):
        node.fault = kill if number % 2 else hang
    status, _ = await known_status(nodes, encoded.blob_id, timeout=0.3)
    assert status is None
