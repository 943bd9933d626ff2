"""Reading from a committee of thirteen, three shards each: 15 primary or 27 secondary slivers rebuild a blob."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_sui.client.progress import Phase, Progress, ignore_progress
from walrus_sui.client.reading.read import read_blob
from walrus_sui.client.reading.status import blob_status
from walrus_sui.client.storing.upload import upload
from walrus_sui.crypto.messages import Permanent
from walrus_sui.errors import BlobNotFound, BlobUnavailable
from walrus_sui.redstuff import Axis, BlobId, SliverData, encode
from walrus_sui.storage import Bundle, BundledSliver, NonexistentStatus, PermanentStatus, Reason, Status
from walrus_sui.storage.envelope import failure


@pytest.fixture
def data():
    return os.urandom(20_000)


@pytest.fixture
async def stored(grid, nodes, limits, data):
    encoded = encode(data, n_shards=39)
    grid.register(encoded)
    await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    for node in grid.nodes:
        node.requests.clear()
    return encoded


@pytest.fixture(params=[True, False], ids=["bundles", "slivers"], autouse=True)
def bundles(request, grid):
    """Every read works with nodes that give many slivers at once, and with those that know the protocol only."""
    grid.bundles = request.param
    return request.param


def requests_for(grid, part: str) -> int:
    return sum(part in request for node in grid.nodes for request in node.requests)


@pytest.mark.parametrize("size", [0, 1, 779, 780, 781, 60_000])
async def test_blobs_of_any_size_come_back(grid, nodes, limits, size):
    data = os.urandom(size)
    encoded = encode(data, n_shards=39)
    grid.register(encoded)
    await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    read = await read_blob(nodes, encoded.blob_id, limits=limits, on_progress=ignore_progress)
    assert read == data


async def test_only_as_many_slivers_as_needed_are_asked_for(grid, nodes, stored, limits, data, bundles):
    seen: list[Progress] = []
    assert await read_blob(nodes, stored.blob_id, limits=limits, on_progress=seen.append) == data
    if bundles:  # five nodes hold fifteen, three of them are asked for the metadata too
        assert (requests_for(grid, "/bundle"), sum(len(node.requests) for node in grid.nodes)) == (5, 5)
    else:
        assert (requests_for(grid, "/slivers/"), requests_for(grid, "/metadata")) == (15, 3)
    assert Progress(Phase.SLIVERS, 15, 15) in seen


async def test_nodes_that_do_not_understand_are_asked_for_one_sliver_at_a_time(grid, nodes, stored, limits, data):
    async def not_understood(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(400, text="Invalid query") if request.url.path.endswith("/bundle") else None

    for node in grid.nodes:
        node.fault = not_understood
    assert await read_blob(nodes, stored.blob_id, limits=limits, on_progress=ignore_progress) == data


async def test_eight_dead_nodes_of_thirteen_leave_enough(grid, nodes, stored, limits, kill, data):
    for node in grid.nodes[:8]:
        node.fault = kill
    read = await read_blob(nodes, stored.blob_id, consistency="strict", limits=limits, on_progress=ignore_progress)
    assert read == data


async def test_too_many_dead_nodes_are_named(grid, nodes, stored, limits, kill):
    for node in grid.nodes[:9]:
        node.fault = kill
    with pytest.raises(BlobUnavailable, match="got 12 and 12") as caught:
        await read_blob(nodes, stored.blob_id, limits=limits, on_progress=ignore_progress)
    assert set(caught.value.failures) == {f"node-{i}.test:80" for i in range(9)}


async def test_hung_nodes_are_gone_round(grid, nodes, stored, hasty, hang, data):
    for node in grid.nodes[:4]:
        node.fault = hang
    async with asyncio.timeout(SECONDS):
        read = await read_blob(nodes, stored.blob_id, limits=hasty, on_progress=ignore_progress)
    assert read == data


async def test_hung_nodes_do_not_use_up_what_may_be_under_way(grid, nodes, stored, hasty, hang, data):
    """Eight nodes hold 24 primaries; three requests at a time are allowed and all hang on them at first."""
    first = stored.sliver_pair(0).index
    holders = {nodes.committee.holder_of_pair(stored.blob_id, pair).node_id for pair in range(first, first + 8)}
    for node, member in zip(grid.nodes, grid.committee.members, strict=True):
        node.fault = hang if member.node_id in holders else None
    narrow = replace(hasty, requests_in_flight=3)
    async with asyncio.timeout(SECONDS):
        read = await read_blob(nodes, stored.blob_id, limits=narrow, on_progress=ignore_progress)
    assert read == data


def hands_out(change):
    """A fault by which a node changes every primary sliver it hands out."""

    def install(node) -> None:
        async def fault(request: httpx.Request) -> httpx.Response | None:
            if "/status" in request.url.path or not asks_for(request, Axis.PRIMARY):
                return None
            answer = await node.transport.handle_async_request(request)
            body = await answer.aread()
            if not request.url.path.endswith("/bundle"):
                return httpx.Response(200, content=change(SliverData.from_bytes(body)).to_bytes())
            given = Bundle.from_bytes(body)
            changed = (
                BundledSliver.of(part.pair_index, part.axis, change(SliverData.from_bytes(part.sliver)))
                for part in given.slivers
            )
            return httpx.Response(200, content=Bundle(given.metadata, tuple(changed)).to_bytes())

        node.fault = fault

    return install


def asks_for(request: httpx.Request, axis: Axis) -> bool:
    """Whether a request of either form is for slivers of `axis`."""
    return request.url.path.endswith(f"/{axis.value}") or request.url.params.get("axis") == axis.value


def flip_a_bit(sliver: SliverData) -> SliverData:
    return SliverData(bytes([sliver.data[0] ^ 1]) + sliver.data[1:], sliver.symbol_size, sliver.index)


async def test_a_sliver_with_one_bit_wrong_is_not_used(grid, nodes, stored, limits, data):
    for node in grid.nodes[:4]:
        hands_out(flip_a_bit)(node)
    assert await read_blob(nodes, stored.blob_id, limits=limits, on_progress=ignore_progress) == data


async def test_a_good_sliver_of_another_index_is_not_used(grid, nodes, stored, limits):
    one = stored.sliver_pair(3).primary
    for node in grid.nodes:
        hands_out(lambda sliver: one)(node)
    with pytest.raises(BlobUnavailable, match="expected primary sliver"):
        await read_primaries_only(grid, nodes, stored, limits)


async def read_primaries_only(grid, nodes, stored, limits):
    for node in grid.nodes:
        before = node.fault

        async def fault(request: httpx.Request, before=before) -> httpx.Response | None:
            return httpx.Response(500) if asks_for(request, Axis.SECONDARY) else await before(request)

        node.fault = fault
    return await read_blob(nodes, stored.blob_id, limits=limits, on_progress=ignore_progress)


async def test_secondaries_serve_where_primaries_are_lost(grid, nodes, stored, limits, data):
    async def no_primaries(request: httpx.Request) -> httpx.Response | None:
        if asks_for(request, Axis.PRIMARY):
            return httpx.Response(404, json=failure(Status.NOT_FOUND, Reason.SLIVER_NOT_FOUND, "lost"))
        return None

    for node in grid.nodes:
        node.fault = no_primaries
    assert await read_blob(nodes, stored.blob_id, limits=limits, on_progress=ignore_progress) == data


async def test_more_slivers_than_needed_are_enough(grid, nodes, stored, hasty, data):
    """No node answers before all have been asked, so that more come at once than are needed."""
    asked: set[str] = set()
    all_asked = asyncio.Event()
    for node in grid.nodes:

        async def wait_for_all(request: httpx.Request, node=node) -> httpx.Response | None:
            asked.add(node.name)
            if len(asked) == len(grid.nodes):
                all_asked.set()
            await all_asked.wait()
            return None

        node.fault = wait_for_all
    async with asyncio.timeout(SECONDS):
        assert await read_blob(nodes, stored.blob_id, limits=hasty, on_progress=ignore_progress) == data


async def test_metadata_of_another_blob_is_not_believed(grid, nodes, stored, limits, data):
    other = encode(b"something else", n_shards=39)

    def lies(node):
        async def lie(request: httpx.Request) -> httpx.Response | None:
            if request.url.path.endswith("/metadata"):
                return httpx.Response(200, content=bytes(stored.blob_id) + other.metadata.to_bytes())
            if not request.url.params.get("metadata"):
                return None
            answer = await node.transport.handle_async_request(request)
            given = Bundle.from_bytes(await answer.aread())
            return httpx.Response(200, content=Bundle(other.metadata.to_bytes(), given.slivers).to_bytes())

        return lie

    for node in grid.nodes[:12]:
        node.fault = lies(node)
    assert await read_blob(nodes, stored.blob_id, limits=limits, on_progress=ignore_progress) == data


async def test_an_unknown_blob_is_not_found(nodes, limits):
    with pytest.raises(BlobNotFound):
        await read_blob(nodes, BlobId(b"\x01" * 32), limits=limits, on_progress=ignore_progress)


async def test_with_too_few_nodes_up_an_unknown_blob_is_unavailable_rather_than_not_found(
    grid, nodes, limits, kill
):
    for node in grid.nodes[:5]:
        node.fault = kill
    with pytest.raises(BlobUnavailable):
        await read_blob(nodes, BlobId(b"\x01" * 32), limits=limits, on_progress=ignore_progress)


async def test_status_is_what_the_nodes_agree_on(grid, nodes, stored, limits, kill):
    for node in grid.nodes[:4]:
        node.fault = kill
    status = await blob_status(nodes, stored.blob_id, timeout=SECONDS)
    assert isinstance(status, PermanentStatus)
    assert (status.end_epoch, status.is_certified) == (12, False)
    assert await blob_status(nodes, BlobId(b"\x01" * 32), timeout=SECONDS) == NonexistentStatus()


async def test_status_needs_a_quorum_of_answers(grid, nodes, stored, kill, hang):
    for node in grid.nodes[:5]:
        node.fault = hang
    with pytest.raises(BlobUnavailable, match="got answers from 24") as caught:
        await blob_status(nodes, stored.blob_id, timeout=0.2)
    assert caught.value.failures["node-0.test:80"] == "no answer within 0.2 s"


async def test_four_nodes_that_make_something_up_are_outvoted(grid, nodes, stored):
    async def lie(request: httpx.Request) -> httpx.Response | None:
        event = {"txDigest": "1" * 32, "eventSeq": "0"}
        return httpx.Response(200, json={"success": {"code": 200, "data": {"invalid": {"event": event}}}})

    for node in grid.nodes[:4]:
        node.fault = lie
    assert isinstance(await blob_status(nodes, stored.blob_id, timeout=SECONDS), PermanentStatus)
