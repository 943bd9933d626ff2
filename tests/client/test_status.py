"""A blob's status from nodes that learn of the chain later than those who changed it."""

from __future__ import annotations

import asyncio
import json
import os

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.reading.read import read_blob
from walrus_sui.client.reading.status import blob_status
from walrus_sui.errors import BlobNotFound, InconsistentBlob
from walrus_sui.redstuff import encode
from walrus_sui.storage import NonexistentStatus, PermanentStatus


def follows(node, encoded, *, checkpoints):
    """Have `node` say that it followed the chain up to each of `checkpoints`, the blob being in the last."""
    left = list(checkpoints)

    async def health(request):
        if request.url.path != "/v1/health":
            return None
        now = left.pop(0) if len(left) > 1 else left[0]
        if now == checkpoints[-1]:
            node.register(encoded, bytes(32))
        data = {"latestCheckpointSequenceNumber": now}
        return httpx.Response(200, content=json.dumps({"success": {"code": 200, "data": data}}))

    node.fault = health


@pytest.fixture
def encoded(grid):
    return encode(os.urandom(500), n_shards=grid.committee.n_shards)


async def test_nodes_behind_the_chain_are_waited_for(grid, nodes, encoded):
    for node in grid.nodes:
        follows(node, encoded, checkpoints=(5, 6, 7))
    assert await blob_status(nodes, encoded.blob_id, timeout=5) == NonexistentStatus()
    assert isinstance(await blob_status(nodes, encoded.blob_id, timeout=5, since=7), PermanentStatus)


async def test_a_node_that_stays_behind_is_asked_in_the_end(grid, nodes, encoded):
    for node in grid.nodes:
        follows(node, encoded, checkpoints=(5, 5))
    assert isinstance(await blob_status(nodes, encoded.blob_id, timeout=1, since=9), PermanentStatus)


async def test_a_node_that_does_not_say_how_far_it_is_is_asked_at_once(grid, nodes, encoded):
    assert await blob_status(nodes, encoded.blob_id, timeout=5, since=9) == NonexistentStatus()
    assert {tuple(node.requests) for node in grid.nodes} <= {
        ("GET /v1/health", f"GET /v1/blobs/{encoded.blob_id}/status"),
        ("GET /v1/health",),
    }


def says(value, *, after: asyncio.Event | None = None):
    """A node with a status of its own, perhaps only after something has happened."""

    async def fault(request):
        if not request.url.path.endswith("/status"):
            return None
        if after is not None:
            await after.wait()
        return httpx.Response(200, content=json.dumps({"success": {"code": 200, "data": value}}))

    return fault


async def test_where_a_quorum_does_not_agree_the_others_are_listened_to(grid, nodes, encoded):
    """Four lie, each in its own way, four know nothing yet, and five, of fifteen shards, are right but slower."""
    others_have_spoken = asyncio.Event()
    grid.register(encoded)
    for number, node in enumerate(grid.nodes[:4]):
        event = {"txDigest": "1" * 32, "eventSeq": str(number)}
        node.fault = says({"invalid": {"event": event}})
    for node in grid.nodes[4:8]:
        node.fault = says("nonexistent")

    async def late(request):
        await others_have_spoken.wait()

    for node in grid.nodes[9:]:
        node.fault = late
    asyncio.get_running_loop().call_later(0.2, others_have_spoken.set)
    assert isinstance(await blob_status(nodes, encoded.blob_id, timeout=SECONDS), PermanentStatus)


@pytest.mark.parametrize("liars", [4, 5])
async def test_a_blob_that_was_proved_wrong_is_not_just_missing(grid, nodes, encoded, limits, liars):
    for node in grid.nodes[:liars]:
        node.fault = says({"invalid": {"event": {"txDigest": "1" * 32, "eventSeq": "0"}}})
    expected = BlobNotFound if liars == 4 else InconsistentBlob
    with pytest.raises(expected):
        await read_blob(nodes, encoded.blob_id, limits=limits, on_progress=ignore_progress)
