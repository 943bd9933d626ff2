"""A blob's status from nodes that learn of the chain later than those who changed it."""

from __future__ import annotations

import json
import os

import httpx
import pytest

from walrus_sui.client.reading.status import blob_status
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
