"""Taking slivers over from who held them before, over the real application of a node."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.node.conftest import EPOCH, N_SHARDS, SHARDS, Node, event_id, registration
from tests.node.test_app import sliver_of, store_all
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_node.holding.custody import Custody
from walrus_node.holding.duty import Duty
from walrus_node.holding.intake import Intake
from walrus_node.holding.pending import PendingLimits, PendingUploads, Place
from walrus_node.sync.handover import Handover
from walrus_node.workers import Workers
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.redstuff import Axis, EncodedBlob, shard_of_pair
from walrus_sui.storage import Committee, Member

HOLDER, SELF, OTHER = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """Brings requests to the holder's application; `answer` may answer in its place."""

    inner: httpx.AsyncBaseTransport
    answer: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
    asked: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.rpartition("/blobs/")[2].partition("/")[2])
        return self.answer(request) or await self.inner.handle_async_request(request)


@dataclass
class Receiver:
    """The node that now owns the shards, and its way to the one that held them."""

    store: Store
    handover: Handover
    wire: Wire

    def has(self, blob: EncodedBlob) -> set[Place]:
        pairs = range(N_SHARDS)
        places = [(pair, axis) for pair in pairs for axis in Axis]
        return {place for place in places if self._sliver(blob, *place) == sliver_of(blob, *place).to_bytes()}

    def _sliver(self, blob: EncodedBlob, pair: int, axis: Axis) -> bytes | None:
        return self.store.sliver(bytes(blob.blob_id), shard_of_pair(blob.blob_id, pair, N_SHARDS), axis)


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(1) as workers:
        yield workers


@pytest.fixture
async def receiver(node: Node, blob: EncodedBlob, tmp_path: Path, workers: Workers) -> AsyncIterator[Receiver]:
    store = Store.open(tmp_path / "receiver")
    store.commit(Cursor(), effects_of(registration(blob.blob_id), event_id(1), store))
    store.put_metadata(bytes(blob.blob_id), blob.metadata.to_bytes())
    custody = Custody(store, SecretKey(5), lambda: Duty(EPOCH, N_SHARDS, frozenset(range(N_SHARDS))))
    intake = Intake(store, custody, PendingUploads(PendingLimits(), lambda: 0.0))
    members = (
        Member(HOLDER, "holder:1", bytes(node.key.public_key), tuple(sorted(SHARDS))),
        Member(SELF, "self:1", bytes(48), (0, 1)),
        Member(OTHER, "other:1", bytes(48), (3, 4)),
    )
    wire = Wire(node.http._transport)
    async with httpx.AsyncClient(transport=wire) as http:
        previous = CommitteeNodes(Committee(EPOCH - 1, N_SHARDS, members), http, "http")
        yield Receiver(store, Handover(previous, SELF, intake, workers), wire)
    store.close()


def owned(node: Node, blob: EncodedBlob) -> set[Place]:
    return {(pair, axis) for pair in node.owned_pairs(blob.blob_id) for axis in Axis}


async def test_slivers_come_in_one_request(node: Node, receiver: Receiver, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    assert await receiver.handover.fetch(blob.blob_id, owned(node, blob)) == owned(node, blob)
    assert receiver.has(blob) == owned(node, blob)
    assert receiver.wire.asked == ["bundle"]


async def test_a_node_that_knows_no_bundles_is_asked_for_each(
    node: Node, receiver: Receiver, blob: EncodedBlob
) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    receiver.wire.answer = lambda request: httpx.Response(404) if "bundle" in request.url.path else None
    for _ in range(2):
        assert await receiver.handover.fetch(blob.blob_id, owned(node, blob)) == owned(node, blob)
    assert receiver.wire.asked.count("bundle") == 1
    assert len(receiver.wire.asked) == 1 + 2 * 6


async def test_only_those_who_held_a_shard_are_asked(node: Node, receiver: Receiver, blob: EncodedBlob) -> None:
    pairs = [pair for pair in range(N_SHARDS) if shard_of_pair(blob.blob_id, pair, N_SHARDS) in {0, 1, 12}]
    wanted = [(pair, Axis.PRIMARY) for pair in pairs]  # this node's own before, and nobody's
    assert await receiver.handover.fetch(blob.blob_id, wanted) == set()
    assert receiver.wire.asked == []


async def test_what_is_not_there_or_wrong_is_left_to_others(
    node: Node, receiver: Receiver, blob: EncodedBlob, other_blob: EncodedBlob
) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    (missing, _), (wrong, _), *_ = sorted(owned(node, blob), key=lambda place: (place[1].value, place[0]))
    raw = bytes(blob.blob_id)
    node.store.drop_slivers(raw, [shard_of_pair(raw, missing, N_SHARDS)])
    bad = sliver_of(other_blob, wrong, Axis.PRIMARY)
    node.store.put_sliver(raw, shard_of_pair(raw, wrong, N_SHARDS), Axis.PRIMARY, bad.to_bytes())
    expected = owned(node, blob) - {(missing, Axis.PRIMARY), (missing, Axis.SECONDARY), (wrong, Axis.PRIMARY)}
    assert await receiver.handover.fetch(blob.blob_id, owned(node, blob)) == expected
    assert receiver.has(blob) == expected


async def test_a_node_that_is_gone(receiver: Receiver, node: Node, blob: EncodedBlob) -> None:
    receiver.wire.answer = lambda _: httpx.Response(503)
    assert await receiver.handover.fetch(blob.blob_id, owned(node, blob)) == set()
    assert receiver.has(blob) == set()
