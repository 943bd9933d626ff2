"""Uploads before their registration, and confirmations that wait for it."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.node.conftest import LIMITS, Clock, Node, make_blob, registration
from tests.node.test_app import put, refusal, sliver_of
from tests.waiting import in_time
from walrus_node.config import PendingCache
from walrus_node.holding.pending import PendingLimits, PendingUploads
from walrus_node.refusal import Refusal
from walrus_sui.crypto.messages import Permanent
from walrus_sui.redstuff import Axis, BlobId, EncodedBlob
from walrus_sui.storage import StoredStatus, routes

PENDING = "?pending=true"
NOT_REGISTERED = (400, "FAILED_PRECONDITION", "NOT_REGISTERED")


async def put_metadata(node: Node, blob: EncodedBlob) -> httpx.Response:
    return await put(node, routes.metadata(blob.blob_id) + PENDING, blob.metadata.to_bytes())


async def put_sliver(node: Node, blob: EncodedBlob, pair: int, axis: Axis) -> httpx.Response:
    body = sliver_of(blob, pair, axis).to_bytes()
    return await put(node, routes.sliver(blob.blob_id, pair, axis) + PENDING, body)


@pytest.fixture(scope="module")
def small() -> EncodedBlob:
    return make_blob(b"small", 100)


async def test_early_uploads_are_stored_once_registered(node: Node, small: EncodedBlob) -> None:
    answer = await put_metadata(node, small)
    assert (answer.status_code, answer.json()["success"]["data"]) == (
        202,
        "metadata buffered pending registration",
    )
    assert (await put_metadata(node, small)).status_code == 200
    pair = node.owned_pairs(small.blob_id)[0]
    answer = await put_sliver(node, small, pair, Axis.PRIMARY)
    assert (answer.status_code, answer.json()["success"]["data"]) == (202, "sliver buffered pending registration")
    assert await node.client.metadata_status(small.blob_id) is StoredStatus.BUFFERED
    assert await node.client.sliver_status(small.blob_id, pair, Axis.PRIMARY) is StoredStatus.BUFFERED
    assert refusal(await node.http.get(routes.metadata(small.blob_id)))[2] == "METADATA_NOT_FOUND"

    node.apply(registration(small.blob_id))
    await node.registrations.announce(small.blob_id)
    assert await node.client.metadata_status(small.blob_id) is StoredStatus.STORED
    assert await node.client.sliver(small.blob_id, pair, Axis.PRIMARY) == sliver_of(small, pair, Axis.PRIMARY)


async def test_a_confirmation_stores_what_waited(node: Node, small: EncodedBlob) -> None:
    await put_metadata(node, small)
    for pair in node.owned_pairs(small.blob_id)[:2]:
        for axis in Axis:
            assert (await put_sliver(node, small, pair, axis)).status_code == 202
    node.apply(registration(small.blob_id))
    pair = node.owned_pairs(small.blob_id)[2]
    for axis in Axis:
        await node.client.store_sliver(small.blob_id, pair, axis, sliver_of(small, pair, axis))
    await node.client.confirmation(small.blob_id, Permanent())


async def test_early_uploads_are_verified(node: Node, small: EncodedBlob, blob: EncodedBlob) -> None:
    wrong = await put(node, routes.metadata(small.blob_id) + PENDING, blob.metadata.to_bytes())
    assert refusal(wrong)[2] == "INVALID_METADATA"
    pair = node.owned_pairs(small.blob_id)[0]
    assert refusal(await put_sliver(node, small, pair, Axis.PRIMARY))[2] == "METADATA_NOT_FOUND"
    await put_metadata(node, small)
    body = sliver_of(blob, pair, Axis.PRIMARY).to_bytes()
    wrong = await put(node, routes.sliver(small.blob_id, pair, Axis.PRIMARY) + PENDING, body)
    assert refusal(wrong)[2] == "INVALID_SLIVER"
    foreign = await put_sliver(node, small, node.foreign_pair(small.blob_id), Axis.PRIMARY)
    assert refusal(foreign)[2] == "SHARD_NOT_ASSIGNED"


async def test_without_asking_nothing_is_kept(node: Node, small: EncodedBlob) -> None:
    for query in ("", "?pending=false"):
        answer = await put(node, routes.metadata(small.blob_id) + query, small.metadata.to_bytes())
        assert refusal(answer) == NOT_REGISTERED
    for query in ("?pending=yes", "?pending=true&x=1", "?x=1"):
        answer = await put(node, routes.metadata(small.blob_id) + query, small.metadata.to_bytes())
        assert answer.status_code == 400
    assert await node.client.metadata_status(small.blob_id) is StoredStatus.NONEXISTENT


async def test_what_waits_too_long_is_forgotten(node: Node, small: EncodedBlob) -> None:
    await put_metadata(node, small)
    node.clock.now += LIMITS.seconds
    assert await node.client.metadata_status(small.blob_id) is StoredStatus.NONEXISTENT
    node.apply(registration(small.blob_id))
    await node.registrations.announce(small.blob_id)
    assert await node.client.metadata_status(small.blob_id) is StoredStatus.NONEXISTENT


async def test_limits(node: Node, small: EncodedBlob) -> None:
    others = [make_blob(bytes([seed]), 100) for seed in range(2)]
    for item in (small, others[0]):
        assert (await put_metadata(node, item)).status_code == 202
    saturated = (400, "FAILED_PRECONDITION", "CACHE_SATURATED")
    assert refusal(await put_metadata(node, others[1])) == saturated
    first, second, third = node.owned_pairs(small.blob_id)
    for pair in (first, second):
        for axis in Axis:
            assert (await put_sliver(node, small, pair, axis)).status_code == 202
    assert refusal(await put_sliver(node, small, third, Axis.PRIMARY)) == saturated
    node.clock.now += LIMITS.seconds
    assert (await put_metadata(node, others[1])).status_code == 202
    assert (await put_metadata(node, small)).status_code == 202
    assert (await put_sliver(node, small, third, Axis.PRIMARY)).status_code == 202


async def test_large_slivers_do_not_wait(node: Node) -> None:
    large = make_blob(b"large", 30_000)
    await put_metadata(node, large)
    answer = await put_sliver(node, large, node.owned_pairs(large.blob_id)[0], Axis.PRIMARY)
    assert refusal(answer) == (400, "INVALID_ARGUMENT", "SLIVER_TOO_LARGE")


async def fill(node: Node, blob: EncodedBlob) -> None:
    """Have the blob's part in the store as if it had been registered and expired before."""
    node.store.put_metadata(bytes(blob.blob_id), blob.metadata.to_bytes())
    for shard, pair in zip(sorted(node.duty.shards), node.owned_pairs(blob.blob_id), strict=True):
        for axis in Axis:
            node.store.put_sliver(bytes(blob.blob_id), shard, axis, sliver_of(blob, pair, axis).to_bytes())


async def test_a_confirmation_can_wait_for_the_registration(node: Node, small: EncodedBlob) -> None:
    await fill(node, small)
    path = routes.permanent_confirmation(small.blob_id) + "?wait_for_registration=true"
    waiting = asyncio.create_task(node.http.get(path))
    await _is_watched(node, small.blob_id)
    node.apply(registration(small.blob_id))
    await node.registrations.announce(small.blob_id)
    assert (await waiting).status_code == 200


@pytest.mark.parametrize(
    "query", ["", "?wait_for_registration=false", "?wait_for_registration=true&wait_millis=1"]
)
async def test_a_confirmation_that_does_not_wait_long(node: Node, small: EncodedBlob, query: str) -> None:
    answer = await in_time(node.http.get(routes.permanent_confirmation(small.blob_id) + query))
    assert refusal(answer) == NOT_REGISTERED


async def test_waiting_does_not_help_against_missing_slivers(node: Node, small: EncodedBlob) -> None:
    node.apply(registration(small.blob_id))
    path = routes.permanent_confirmation(small.blob_id) + "?wait_for_registration=true"
    answer = await in_time(node.http.get(path))
    assert refusal(answer)[2] == "METADATA_NOT_FOUND"


async def _is_watched(node: Node, blob_id: BlobId) -> None:
    while blob_id not in node.registrations._events:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_memory_of_what_waited_too_long_comes_back(small: EncodedBlob) -> None:
    clock = Clock()
    pending = PendingUploads(PendingLimits(seconds=10, blobs=1), lambda: clock.now)
    other = make_blob(b"other small", 100)
    pending.put(small.blob_id, small.metadata.to_bytes(), {(0, Axis.PRIMARY): b"sliver"})
    clock.now += 9
    pending.drop_expired()
    with pytest.raises(Refusal, match="too many blobs"):
        pending.put(other.blob_id, other.metadata.to_bytes(), {})
    clock.now += 1
    pending.drop_expired()
    assert small.blob_id not in pending
    pending.put(other.blob_id, other.metadata.to_bytes(), {})


def test_early_uploads_are_kept_unless_turned_off() -> None:
    assert PendingCache().ttl_secs == 20
    assert PendingCache().max_cached_bytes == 256 << 20
