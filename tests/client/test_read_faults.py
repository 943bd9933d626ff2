"""Reads while f of thirteen nodes do what they should not, and how long that is remembered.

Every node holds three of 39 shards; fifteen primary slivers rebuild a blob.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.reading.plan import Plan
from walrus_sui.client.reading.read import read_blob
from walrus_sui.client.reading.standing import Standings
from walrus_sui.client.storing.upload import upload
from walrus_sui.crypto.messages import Permanent
from walrus_sui.errors import BlobUnavailable, InconsistentBlob
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    BlobMetadata,
    Params,
    SliverData,
    SliverPairMetadata,
    encode,
    pair_of_shard,
)
from walrus_sui.redstuff.sliver import sliver_root
from walrus_sui.storage import Bundle, BundledSliver

SIZE = 20_000
BAD = 4


async def store(grid, nodes, limits, data):
    encoded = encode(data, n_shards=39)
    grid.register(encoded)
    await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    for node in grid.nodes:
        node.requests.clear()
    return encoded


@pytest.fixture(scope="module")
def data():
    return os.urandom(SIZE)


@pytest.fixture
async def stored(grid, nodes, limits, data):
    return await store(grid, nodes, limits, data)


@pytest.fixture
async def other(grid, nodes, limits, twin):
    """Another blob of the same size, every pair of which is on the same node as that of `stored`."""
    return await store(grid, nodes, limits, twin)


@pytest.fixture(scope="module")
def twin(data):
    place = pair_of_shard(encode(data, n_shards=39).blob_id, 0, 39)
    while True:
        found = os.urandom(SIZE)
        if pair_of_shard(encode(found, n_shards=39).blob_id, 0, 39) == place:
            return found


@pytest.fixture(params=[True, False], ids=["bundles", "slivers"], autouse=True)
def bundles(request, grid):
    grid.bundles = request.param


class Body(httpx.AsyncByteStream):
    """Some bytes, then what `end` does."""

    def __init__(self, data: bytes, end) -> None:
        self.data = data
        self.end = end

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.data
        await self.end()


async def never() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    raise httpx.ReadError("connection reset")


def half_then(end):
    async def fault(node, request: httpx.Request) -> httpx.Response | None:
        answer = await node.transport.handle_async_request(request)
        body = await answer.aread()
        return httpx.Response(answer.status_code, stream=Body(body[: len(body) // 2], end))

    return fault


def answers(status: int, body: bytes, **headers: str):
    async def fault(node, request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(status, content=body, headers=headers)

    return fault


async def swaps_blobs(node, request: httpx.Request) -> httpx.Response | None:
    """Good slivers, but of the other blob."""
    path = request.url.path.replace(str(node.asked_blob), str(node.given_blob))
    swapped = httpx.Request(request.method, request.url.copy_with(path=path))
    return await node.transport.handle_async_request(swapped)


async def repeats_itself(node, request: httpx.Request) -> httpx.Response | None:
    """The same sliver under every index that was asked for."""
    answer = await node.transport.handle_async_request(request)
    if not request.url.path.endswith("/bundle"):
        return answer
    given = Bundle.from_bytes(await answer.aread())
    first = given.slivers[0]
    copies = tuple(BundledSliver(part.pair_index, part.axis, first.sliver) for part in given.slivers)
    return httpx.Response(200, content=Bundle(given.metadata, copies).to_bytes())


FAULTS = {
    "stalls in the body": half_then(never),
    "breaks off in the body": half_then(broken),
    "garbage": answers(200, b"\xde\xad\xbe\xef" * 100),
    "nothing": answers(200, b""),
    "an endless answer": answers(200, bytes(1 << 20), **{"content-length": str(1 << 40)}),
    "a fault of its own": answers(500, b"Internal Server Error"),
    "too busy": answers(503, b""),
    "slivers of another blob": swaps_blobs,
}


def install(nodes, fault, stored=None, other=None) -> None:
    for node in nodes:
        if stored:
            node.asked_blob, node.given_blob = stored.blob_id, other.blob_id

        async def at_node(request: httpx.Request, node=node) -> httpx.Response | None:
            return await fault(node, request)

        node.fault = at_node


async def read(nodes, blob_id: BlobId, limits, **options) -> bytes:
    async with asyncio.timeout(SECONDS):
        return bytes(await read_blob(nodes, blob_id, limits=limits, on_progress=ignore_progress, **options))


def rows_of_the_blob(node, stored) -> int:
    """How many of its slivers are parts of the blob as it is."""
    return sum(pair < 15 for pair in node.member.pairs(stored.blob_id, 39))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_f_faulty_nodes_are_gone_round_and_left_alone_afterwards(
    grid, nodes, stored, other, limits, data, fault
):
    standings = Standings(clock=lambda: 0.0)
    calm = replace(limits, patience=2.0) if fault is FAULTS["stalls in the body"] else limits
    chosen = sorted(zip(nodes, grid.nodes, strict=True), key=lambda both: -rows_of_the_blob(both[0], stored))
    faulty = [node for _, node in chosen[:BAD]]  # those who are asked first
    install(faulty, fault, stored, other)
    caught: set[str] = set()
    for _ in range(10):  # one read may be over before its last node has shown what it is
        assert await read(nodes, stored.blob_id, calm, standings=standings) == data
        if fault in (FAULTS["a fault of its own"], FAULTS["too busy"]):
            return  # a node that refuses may have its reasons
        asked = {node.name for node in faulty if node.requests}
        caught = {node.name for node in nodes if standings.of(node).avoided} & asked
        if caught == asked:
            break
    assert caught
    assert caught == asked
    for node in grid.nodes:
        node.requests.clear()
    assert await read(nodes, stored.blob_id, calm, standings=standings) == data
    assert not any(node.requests for node in grid.nodes if node.name in caught)


async def test_liars_cannot_fill_the_memory(grid, nodes, stored, limits, data):
    """Nothing a node of 39 shards has to give in one answer is longer than 8 MiB."""
    piece, sent = bytes(1 << 20), 0

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += len(piece)
                yield piece

    async def fault(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, stream=Endless()) if request.url.path.endswith("/bundle") else None

    for node in grid.nodes[:BAD]:
        node.fault = fault
    for _ in range(3):
        assert await read(nodes, stored.blob_id, limits) == data
    assert sent <= 3 * BAD * (9 << 20)


async def test_a_thin_line_is_not_taken_for_slow_nodes(grid, nodes, limits):
    """Where every large answer takes long, what is asked for beside it makes them all longer."""
    data = os.urandom(3_000_000)
    stored, given = await store(grid, nodes, limits, data), 0
    sliver_size = 27 * stored.metadata.symbol_size

    async def slowly(node, request: httpx.Request) -> httpx.Response:
        nonlocal given
        answer = await node.transport.handle_async_request(request)
        body = await answer.aread()
        if len(body) > sliver_size:
            given += len(body) // sliver_size
            await asyncio.sleep(0.6)
        return httpx.Response(answer.status_code, content=body)

    install(grid.nodes, slowly)
    assert await read(nodes, stored.blob_id, replace(limits, patience=0.1)) == data
    assert given <= 15 + 10


@pytest.mark.parametrize("consistency", ["default", "strict", "skip"])
async def test_four_dead_two_hung_and_a_liar_at_once(
    grid, nodes, stored, other, hasty, data, kill, hang, consistency
):
    for node in grid.nodes[:4]:
        node.fault = kill
    for node in grid.nodes[4:6]:
        node.fault = hang
    install(grid.nodes[6:7], swaps_blobs, stored, other)
    assert await read(nodes, stored.blob_id, hasty, consistency=consistency) == data


async def test_where_everybody_lies_nothing_is_believed(grid, nodes, stored, other, limits):
    install(grid.nodes, swaps_blobs, stored, other)
    with pytest.raises(BlobUnavailable, match="metadata"):
        await read(nodes, stored.blob_id, limits)


async def test_a_node_that_repeats_a_sliver_is_caught(grid, nodes, stored, limits, data):
    install(grid.nodes[:BAD], repeats_itself)
    assert await read(nodes, stored.blob_id, limits) == data


async def test_an_answer_may_bring_less_than_was_asked_for(grid, nodes, stored, limits, data):
    """Nodes that give one sliver an answer are asked again until there are enough."""

    async def one_at_a_time(node, request: httpx.Request) -> httpx.Response | None:
        answer = await node.transport.handle_async_request(request)
        if not request.url.path.endswith("/bundle"):
            return answer
        given = Bundle.from_bytes(await answer.aread())
        return httpx.Response(200, content=Bundle(given.metadata, given.slivers[:1]).to_bytes())

    install(grid.nodes, one_at_a_time)
    assert await read(nodes, stored.blob_id, limits) == data


@pytest.mark.parametrize("consistency", ["default", "strict"])
async def test_a_blob_that_was_encoded_wrongly_is_inconsistent(grid, nodes, stored, limits, consistency):
    """Every sliver is the one the metadata states; together they are the rows of no blob."""
    params, size = Params(39), stored.metadata.symbol_size
    rows = [SliverData(os.urandom(params.columns * size), size, index) for index in range(39)]
    pairs = tuple(
        SliverPairMetadata(sliver_root(row, Axis.PRIMARY, params), pair.secondary)
        for row, pair in zip(rows, stored.metadata.hashes, strict=True)
    )
    metadata = BlobMetadata(SIZE, pairs)
    blob_id = metadata.blob_id()

    async def serve(node, request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/metadata"):
            return httpx.Response(200, content=bytes(blob_id) + metadata.to_bytes())
        if not request.url.path.endswith("/bundle"):
            return httpx.Response(200, content=rows[int(request.url.path.split("/")[-2])].to_bytes())
        wanted = [int(pair) for pair in request.url.params["pairs"].split(",")]
        parts = tuple(BundledSliver.of(pair, Axis.PRIMARY, rows[pair]) for pair in wanted)
        return httpx.Response(200, content=Bundle(metadata.to_bytes(), parts).to_bytes())

    install(grid.nodes, serve if grid.bundles else without_bundles(serve))
    with pytest.raises(InconsistentBlob):
        await read(nodes, blob_id, limits, consistency=consistency)


def without_bundles(fault):
    async def refuses(node, request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(404) if request.url.path.endswith("/bundle") else await fault(node, request)

    return refuses


# Who is asked for what


def test_small_slivers_come_from_few_nodes_and_large_ones_from_the_blobs_own_rows(nodes, stored):
    for size, few in ((100, True), (8 << 20, False)):
        plan = Plan(nodes, stored.blob_id, Axis.PRIMARY, Standings())
        busy, found = set(), []
        while len(found) < 15 and (asked := plan.next(15 - len(found), size, busy)):
            node, pairs = asked
            found += pairs
            if len([pair for pair in found if pair in node.member.pairs(stored.blob_id, 39)]) == 3:
                busy.add(node)
        assert len(found) == len(set(found)) == 15
        if few:
            assert len(busy) == 5
        else:
            assert sorted(found) == list(range(15)), "of these, decoding is mere copying"


def test_nodes_in_disfavour_come_last_and_come_back(nodes):
    now = [100.0]
    standings = Standings(lambda: now[0])
    first, *_ = nodes
    standings.of(first).avoid()
    assert standings.in_order(nodes)[-1] is first
    now[0] = 131.0
    assert not standings.of(first).avoided
    standings.of(first).avoid()
    standings.of(first).trust()
    assert not standings.of(first).avoided
