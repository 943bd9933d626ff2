"""Handing over a shard: what the new owner gets, and who gets nothing."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.node.conftest import EPOCH, N_SHARDS, Node, make_blob, registration
from tests.node.test_app import refusal, sliver_of
from walrus_node.api import shard_transfer
from walrus_node.api.app import refuse
from walrus_node.api.shard_transfer import MAX_SLIVERS, ShardTransfer, TransferHandler
from walrus_node.holding.custody import Custody
from walrus_node.holding.duty import Duty
from walrus_node.refusal import Refusal
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobCertified
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.messages import SignedMessage, SyncShardRequest, SyncShardV1
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    EncodedBlob,
    PrimarySliver,
    SecondarySliver,
    SyncShardResponse,
    pair_of_shard,
)
from walrus_sui.storage import Committee, Member, routes

MOVED = 2
NEW_OWNER, STRANGER = SecretKey(11), SecretKey(12)
WANTED = SyncShardV1(MOVED, 0, bytes(32), 1000, EPOCH)


@dataclass
class Giver:
    http: httpx.AsyncClient
    blobs: list[EncodedBlob]

    async def ask(self, request: SyncShardV1, key: SecretKey = NEW_OWNER) -> httpx.Response:
        signed = SignedMessage.sign(SyncShardRequest(request), request.epoch, key)
        return await self.post(signed.to_bytes(), key)

    async def post(self, body: bytes, key: SecretKey) -> httpx.Response:
        authorization = base64.b64encode(bytes(key.public_key)).decode()
        return await self.http.post(routes.SYNC_SHARD, content=body, headers={"authorization": authorization})

    async def slivers(self, request: SyncShardV1) -> list[tuple[BlobId, object]]:
        answer = await self.ask(request)
        assert answer.status_code == 200
        return list(SyncShardResponse.from_bytes(answer.content).entries)


@pytest.fixture
async def giver(node: Node) -> AsyncIterator[Giver]:
    """The node in the epoch after it lost shard 2, with three certified blobs and one that is too young."""
    blobs = sorted((make_blob(bytes([seed]), 100) for seed in range(4)), key=lambda blob: bytes(blob.blob_id))
    for number, blob in enumerate(blobs):
        object_id = bytes([number]) * 32
        node.apply(registration(blob.blob_id, object_id=object_id))
        since = EPOCH if number == 3 else EPOCH - 1
        node.apply(BlobCertified(since, bytes(blob.blob_id), EPOCH + 3, False, object_id, False))
        for axis in Axis:
            sliver = sliver_of(blob, pair_of_shard(blob.blob_id, MOVED, N_SHARDS), axis)
            if (number, axis) != (1, Axis.SECONDARY):
                node.store.put_sliver(bytes(blob.blob_id), MOVED, axis, sliver.to_bytes())
    duty = Duty(EPOCH, N_SHARDS, frozenset({5, 11}), frozenset({MOVED}))
    others = tuple(shard for shard in range(N_SHARDS) if shard not in (5, 11))
    committee = Committee(
        EPOCH,
        N_SHARDS,
        (
            Member(b"\1" * 32, "a:1", bytes(node.key.public_key), (5, 11)),
            Member(b"\2" * 32, "b:2", bytes(NEW_OWNER.public_key), others),
        ),
    )
    with Workers(1) as workers:
        transfer = ShardTransfer(node.store, Custody(node.store, node.key, lambda: duty), lambda: committee)
        route = Route(routes.SYNC_SHARD, TransferHandler(transfer, workers).sync_shard, methods=["POST"])
        transport = httpx.ASGITransport(Starlette(routes=[route], exception_handlers={Refusal: refuse}))
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
            yield Giver(http, blobs)


def primary(blob: EncodedBlob) -> tuple[BlobId, PrimarySliver]:
    pair = pair_of_shard(blob.blob_id, MOVED, N_SHARDS)
    return blob.blob_id, PrimarySliver(sliver_of(blob, pair, Axis.PRIMARY))


def secondary(blob: EncodedBlob) -> tuple[BlobId, SecondarySliver]:
    pair = pair_of_shard(blob.blob_id, MOVED, N_SHARDS)
    return blob.blob_id, SecondarySliver(sliver_of(blob, pair, Axis.SECONDARY))


async def test_the_new_owner_gets_what_was_certified_before(giver: Giver) -> None:
    first, second, third, _ = giver.blobs
    assert await giver.slivers(WANTED) == [primary(first), primary(second), primary(third)]
    assert await giver.slivers(replace(WANTED, axis=1)) == [secondary(first), secondary(third)]


async def test_it_goes_on_from_where_it_ended(giver: Giver) -> None:
    first, second, third, last = giver.blobs
    assert await giver.slivers(replace(WANTED, sliver_count=2)) == [primary(first), primary(second)]
    assert await giver.slivers(replace(WANTED, starting_blob_id=bytes(third.blob_id))) == [primary(third)]
    assert await giver.slivers(replace(WANTED, starting_blob_id=bytes(last.blob_id))) == []
    assert await giver.slivers(replace(WANTED, sliver_count=0)) == []


async def test_an_answer_has_a_limit(giver: Giver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_transfer, "MAX_BYTES", 1)
    assert await giver.slivers(WANTED) == [primary(giver.blobs[0])]


async def test_strangers_get_nothing(giver: Giver) -> None:
    unauthorized = (403, "PERMISSION_DENIED", "REQUEST_UNAUTHORIZED")
    assert refusal(await giver.ask(WANTED, STRANGER)) == unauthorized
    assert refusal(await giver.ask(replace(WANTED, shard=5))) == unauthorized
    forged = SignedMessage.sign(SyncShardRequest(WANTED), EPOCH, STRANGER)
    assert refusal(await giver.post(forged.to_bytes(), NEW_OWNER))[2] == "MESSAGE_VERIFICATION_FAILED"


async def test_another_epoch_is_named(giver: Giver) -> None:
    answer = await giver.ask(replace(WANTED, epoch=EPOCH + 1))
    error = answer.json()["error"]
    assert (answer.status_code, error["details"][0]["reason"]) == (400, "INVALID_EPOCH")
    assert error["details"][0]["metadata"] == {"request_epoch": str(EPOCH + 1), "server_epoch": str(EPOCH)}


async def test_requests_that_ask_for_too_much(giver: Giver) -> None:
    too_many = await giver.ask(replace(WANTED, sliver_count=MAX_SLIVERS + 1))
    assert refusal(too_many)[2] == "SLIVER_COUNT_EXCEEDS_LIMIT"
    assert refusal(await giver.ask(replace(WANTED, shard=7)))[2] == "SHARD_NOT_ASSIGNED"
    assert refusal(await giver.ask(replace(WANTED, axis=2)))[2] == "MESSAGE_VERIFICATION_FAILED"


async def test_requests_that_are_none(giver: Giver) -> None:
    assert (await giver.http.post(routes.SYNC_SHARD, content=b"x")).status_code == 401
    for text in ("nonsense!", base64.b64encode(bytes(48)).decode(), "AAAA"):
        answer = await giver.http.post(routes.SYNC_SHARD, content=b"x", headers={"authorization": text})
        assert answer.status_code == 400
    assert refusal(await giver.post(b"garbage", NEW_OWNER))[2] == "INVALID_CONTENT_TYPE"
