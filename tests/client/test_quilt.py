"""Files of a quilt while nodes are gone: 39 shards on thirteen nodes, a column takes symbols of fifteen rows."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_sui import bcs
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.reading.quilt import open_quilt
from walrus_sui.client.reading.standing import Standings
from walrus_sui.client.storing.upload import upload
from walrus_sui.crypto.messages import Permanent
from walrus_sui.redstuff import Axis, DecodesSecondary, DecodingSymbol, encode, pair_index
from walrus_sui.redstuff.quilt import QuiltFile, build_quilt
from walrus_sui.redstuff.recovery import DecodingSymbols

FILES = [QuiltFile("a", os.urandom(300)), QuiltFile("b", os.urandom(2000), {"kind": "random"})]


class NotNeeded(Exception):
    """The blob was read as a whole."""


@pytest.fixture
async def quilt(grid, nodes, limits):
    built = build_quilt(FILES, n_shards=39)
    encoded = encode(built.data, n_shards=39)
    grid.register(encoded)
    await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    return built, encoded


@pytest.fixture
def open_(nodes, limits, quilt):
    async def open_with(whole, patience=limits.patience):
        chosen, standings = replace(limits, patience=patience), Standings()
        return await open_quilt(nodes, quilt[1].blob_id, limits=chosen, standings=standings, whole=whole)

    return open_with


async def not_needed() -> bytes:
    raise NotNeeded


def holders(grid, encoded, patches) -> list:
    """The nodes of those columns."""
    columns = {column for patch in patches for column in range(patch.start, patch.end)}
    members = [
        grid.committee.holder_of_pair(encoded.blob_id, pair_index(Axis.SECONDARY, column, 39))
        for column in columns
    ]
    return [node for node, member in zip(grid.nodes, grid.committee.members, strict=True) if member in members]


async def test_a_file_costs_its_own_columns(grid, quilt, open_):
    reader = await open_(not_needed)
    for node in grid.nodes:
        node.requests.clear()
    assert await reader.files(["b"]) == (FILES[1],)
    asked = [request for node in grid.nodes for request in node.requests]
    patch = quilt[0].patches[1]
    assert len(asked) == 1 + patch.end - patch.start, "the index, and the columns of the file"


@pytest.mark.parametrize("fault", ["kill", "hang"])
async def test_columns_of_lost_nodes_are_made_of_others_rows(grid, quilt, open_, hasty, request, fault):
    built, encoded = quilt
    lost = holders(grid, encoded, built.patches)[:4]
    reader = await open_(not_needed, patience=hasty.patience)
    for node in lost:
        node.fault = request.getfixturevalue(fault)
    async with asyncio.timeout(SECONDS):
        assert await reader.files(None) == tuple(FILES)
    asked = [request for node in grid.nodes for request in node.requests]
    assert any("decodingSymbols" in request for request in asked)


async def test_where_symbols_are_wrong_the_blob_is_read(grid, quilt, open_):
    built, encoded = quilt
    whole_reads = []

    async def whole() -> bytes:
        whole_reads.append(1)
        return built.data

    async def lie(request: httpx.Request) -> httpx.Response | None:
        if "/slivers/" in request.url.path:
            return httpx.Response(500)
        if not request.url.path.endswith("/decodingSymbols"):
            return None
        target, size = int(request.url.params["targetSlivers"]), encoded.metadata.symbol_size
        symbols = tuple(DecodesSecondary(DecodingSymbol(row, bytes(size))) for row in range(39))
        return httpx.Response(200, content=bcs.encode(DecodingSymbols, {target: symbols}))

    reader = await open_(whole)
    for node in grid.nodes:
        node.fault = lie
    assert await reader.files(None) == tuple(FILES)
    assert len(whole_reads) == 1


async def test_where_too_few_answer_the_blob_is_read(grid, quilt, open_, kill):
    reader = await open_(not_needed)
    for node in grid.nodes[:9]:
        node.fault = kill
    for node in grid.nodes[9:]:
        node.fault = None
    with pytest.raises(NotNeeded):
        await reader.files(None)
