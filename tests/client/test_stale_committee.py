"""Reads with a committee that is no longer the network's: they look again, once, and succeed.

The networks here are readings of a chain that the tests play; the nodes and what they store are real.
"""

from __future__ import annotations

import os
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest

from walrus_sui.client.client import WalrusClient
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.network.view import NetworkView
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.storing.upload import upload
from walrus_sui.config import ClientConfig
from walrus_sui.crypto.messages import Permanent
from walrus_sui.errors import BlobNotFound, BlobUnavailable
from walrus_sui.redstuff import BlobId, encode
from walrus_sui.storage import Committee, PermanentStatus


class Reading:
    """What of a network reads look at."""

    staking = SimpleNamespace(epoch_state=None)

    def __init__(self, read_committees: tuple[Committee, ...]) -> None:
        self.read_committees = read_committees
        self.committee = read_committees[-1]


class Session:
    """A session of a client whose chain says what `readings` say, one after the other; the last one for good."""

    contracts = SimpleNamespace(sui=SimpleNamespace(own_checkpoint=0))

    def __init__(self, grid, limits, *readings: tuple[Committee, ...]) -> None:
        self.limits = limits
        self.http = httpx.AsyncClient(transport=grid)
        self.readings = [Reading(committees) for committees in readings]
        self.times_read = 0
        self.view = NetworkView(self.read, clock=lambda: 0.0)
        self.known_network, self.newer_network = self.view.known, self.view.newer

    async def read(self) -> Reading:
        self.times_read += 1
        return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]

    def nodes(self, committee: Committee) -> CommitteeNodes:
        return CommitteeNodes(committee, self.http, "http", self.limits)


@pytest.fixture
async def stored(grid, nodes, limits):
    data = os.urandom(5000)
    encoded = encode(data, n_shards=39)
    grid.register(encoded)
    await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    return encoded.blob_id, data


@pytest.fixture
async def client(grid, limits):
    opened = []

    def of(*readings):
        session = Session(grid, limits, *readings)
        client = WalrusClient(ClientConfig(bytes(32), bytes(32), ("http://127.0.0.1:1",)))
        client._opened = session
        opened.append(session)
        return client, session

    yield of
    for session in opened:
        await session.http.aclose()


def rotated(committee: Committee) -> Committee:
    """The committee of the epoch before: everybody held the shards of another."""
    shards = [member.shards for member in committee.members]
    members = zip(committee.members, [*shards[1:], shards[0]], strict=True)
    moved = tuple(replace(member, shards=held) for member, held in members)
    return replace(committee, epoch=committee.epoch - 1, members=moved)


async def test_a_committee_is_read_once_for_many_reads(grid, client, stored):
    blob_id, data = stored
    walrus, session = client((grid.committee,))
    for _ in range(3):
        assert await walrus.read(blob_id) == data
    assert session.times_read == 1


@pytest.mark.parametrize("where", ["moved", "gone"])
async def test_after_an_epoch_change_the_new_committee_is_found(grid, client, stored, where):
    blob_id, data = stored
    before = rotated(grid.committee)
    if where == "gone":
        gone = tuple(replace(member, network_address="gone.test:80") for member in before.members)
        before = replace(before, members=gone)
        grid._by_host["gone.test"] = SimpleNamespace(requests=[], fault=nobody)
    walrus, session = client((before,), (grid.committee,))
    for _ in range(2):
        assert await walrus.read(blob_id) == data
    assert session.times_read == 2, "the first reading, and the one after it failed"


async def nobody(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


async def test_status_is_asked_of_the_new_committee_too(grid, client, stored):
    gone = tuple(replace(member, network_address="gone.test:80") for member in grid.committee.members)
    grid._by_host["gone.test"] = SimpleNamespace(requests=[], fault=nobody)
    walrus, session = client((replace(grid.committee, members=gone),), (grid.committee,))
    for _ in range(2):
        assert isinstance(await walrus.status(stored[0]), PermanentStatus)
    assert session.times_read == 2


async def test_while_shards_move_both_committees_are_asked(grid, client, stored):
    blob_id, data = stored
    walrus, session = client((rotated(grid.committee), grid.committee))
    assert await walrus.read(blob_id) == data
    assert session.times_read == 1


async def test_a_blob_that_is_not_there_is_looked_for_once_more_and_no_longer(grid, client):
    walrus, session = client((grid.committee,))
    with pytest.raises(BlobNotFound):
        await walrus.read(BlobId(b"\1" * 32))
    assert session.times_read == 2


async def test_what_the_new_committee_says_counts(grid, client, kill, stored):
    for node in grid.nodes:
        node.fault = kill
    walrus, _ = client((rotated(grid.committee),), (grid.committee,))
    with pytest.raises(BlobUnavailable):
        await walrus.read(stored[0])
