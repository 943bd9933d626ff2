"""Bytes that are almost right: whatever is sent to a node, only what is right is ever stored or signed."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from tests.node.conftest import EPOCH, N_SHARDS, Node, make_blob, registration
from tests.node.test_app import sliver_of
from tests.scale import cases
from walrus_node.api.app import refuse
from walrus_node.api.shard_transfer import ShardTransfer, TransferHandler
from walrus_node.refusal import Refusal
from walrus_node.workers import Workers
from walrus_sui import bcs
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.messages import SignedMessage, SyncShardRequest, SyncShardV1
from walrus_sui.errors import CryptoError, WalrusError
from walrus_sui.redstuff import (
    Axis,
    BlobMetadata,
    BlobMetadataWithId,
    InconsistencyProof,
    PrimarySliver,
    SliverData,
    SyncShardResponse,
    SyncShardResponseV1,
    recovery_symbols,
    shard_of_pair,
)
from walrus_sui.redstuff.recovery import DecodingSymbols, RecoverySymbol, RecoverySymbols
from walrus_sui.storage import Bundle, BundledSliver, Committee, Member, routes
from walrus_sui.storage.envelope import failure_reason

pytestmark = pytest.mark.fuzz

REQUESTER = SecretKey.generate(bytes(range(1, 33)))
BLOB = make_blob(b"one", 1000)
TAG = st.sampled_from(
    [b"\x00", b"\x01", b"\x02", b"\x7f", b"\x80", b"\xff", b"\xff\xff\xff\xff\x0f", bytes(8), b"\xff" * 8]
)


def damaged(good: bytes) -> st.SearchStrategy[bytes]:
    """`good` with one to three changes of the kinds that break decoders."""
    place = st.integers(0, len(good))
    early = st.integers(0, min(48, len(good)))
    change = st.one_of(
        st.tuples(st.just("cut"), place, st.just(b"")),
        st.tuples(st.just("insert"), place, TAG | st.binary(max_size=40)),
        st.tuples(st.just("overwrite"), place | early, TAG | st.binary(min_size=1, max_size=4)),
        st.tuples(st.just("repeat"), place, st.just(b"")),
    )
    return st.lists(change, min_size=1, max_size=3).map(lambda changes: _changed(good, changes))


def _changed(good: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    for kind, place, piece in changes:
        before, after = good[:place], good[place:]
        if kind == "cut":
            good = before
        elif kind == "insert":
            good = before + piece + after
        elif kind == "overwrite":
            good = before + piece + after[len(piece) :]
        else:
            good = before + good
    return good


def within(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


CUTS = tuple(
    recovery_symbols(sliver_of(BLOB, pair, Axis.SECONDARY), Axis.SECONDARY, [1], N_SHARDS)[0] for pair in range(9)
)
PROOF = InconsistencyProof(1, tuple(RecoverySymbol(cut.symbol.symbol, cut.proof) for cut in CUTS))
"""Authentic, and of an honest blob."""
SYNC_SHARD = SignedMessage.sign(SyncShardRequest(SyncShardV1(2, 0, bytes(32), 10, EPOCH)), EPOCH, REQUESTER)


def bundle(pairs: Iterable[int]) -> Bundle:
    slivers = [BundledSliver.of(pair, axis, sliver_of(BLOB, pair, axis)) for pair in pairs for axis in Axis]
    return Bundle(BLOB.metadata.to_bytes(), tuple(slivers))


LAYOUTS: dict[str, tuple[Any, Any]] = {
    "metadata": (BlobMetadata, BLOB.metadata),
    "metadata with id": (BlobMetadataWithId, BlobMetadataWithId(BLOB.blob_id, BLOB.metadata)),
    "sliver": (SliverData, sliver_of(BLOB, 3, Axis.SECONDARY)),
    "bundle": (Bundle, bundle(range(3))),
    "recovery symbols": (RecoverySymbols, CUTS),
    "decoding symbols": (DecodingSymbols, {1: tuple(cut.symbol for cut in CUTS)}),
    "inconsistency proof": (InconsistencyProof, PROOF),
    "signed message": (SignedMessage, SYNC_SHARD),
    "slivers of a shard": (
        SyncShardResponse,
        SyncShardResponseV1(((BLOB.blob_id, PrimarySliver(sliver_of(BLOB, 3, Axis.PRIMARY))),)),
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_parsers_give_back_what_they_read_or_say_what_is_wrong(name: str) -> None:
    layout, value = LAYOUTS[name]
    good = bcs.encode(layout, value)

    @given(body=damaged(good) | st.binary(max_size=200))
    @within(cases(150, 5_000))
    def read(body: bytes) -> None:
        try:
            found = bcs.decode(layout, body)
        except WalrusError:
            return
        assert bcs.encode(layout, found) == body

    assert bcs.decode(layout, good) == value
    read()


@given(body=damaged(SYNC_SHARD.serialized_message))
@within(cases(150, 5_000))
def test_messages_are_read_whole_or_refused(body: bytes) -> None:
    try:
        epoch, message = SyncShardRequest.parse_any_epoch(body)
    except CryptoError:
        return
    assert message.signed_bytes(epoch) == body


# The node itself


def uploads(node: Node) -> dict[str, tuple[str, bytes]]:
    """Path and body of what a node would take."""
    pair = node.owned_pairs(BLOB.blob_id)[0]
    sliver = sliver_of(BLOB, pair, Axis.PRIMARY).to_bytes()
    return {
        "metadata": (routes.metadata(BLOB.blob_id), BLOB.metadata.to_bytes()),
        "sliver": (routes.sliver(BLOB.blob_id, pair, Axis.PRIMARY), sliver),
        "bundle": (routes.BUNDLE.format(blob_id=BLOB.blob_id), bundle(node.owned_pairs(BLOB.blob_id)).to_bytes()),
    }


@pytest.mark.parametrize("name", ["metadata", "sliver", "bundle"])
@given(data=st.data())
@within(cases(60, 3_000))
async def test_only_what_is_right_is_stored(node: Node, name: str, data: st.DataObject) -> None:
    if node.events == 0:
        node.apply(registration(BLOB.blob_id))
    if name == "sliver":
        await node.client.store_metadata(BLOB.blob_id, BLOB.metadata)
    path, good = uploads(node)[name]
    response = await node.http.put(path, content=data.draw(damaged(good)))
    if response.is_success:
        check_stored(node)
    else:
        refused(response)


def check_stored(node: Node) -> None:
    """Changes may have undone each other, and a bundle may lack some of its parts."""
    blob_id = bytes(BLOB.blob_id)
    assert node.store.metadata(blob_id) in (None, BLOB.metadata.to_bytes())
    for pair in node.owned_pairs(BLOB.blob_id):
        for axis in Axis:
            shard = shard_of_pair(BLOB.blob_id, pair, N_SHARDS)
            assert node.store.sliver(blob_id, shard, axis) in (None, sliver_of(BLOB, pair, axis).to_bytes())


@given(body=damaged(PROOF.to_bytes()))
@within(cases(60, 3_000))
async def test_an_honest_blob_is_never_called_inconsistent(node: Node, body: bytes) -> None:
    if node.events == 0:
        node.apply(registration(BLOB.blob_id))
        await node.client.store_metadata(BLOB.blob_id, BLOB.metadata)
    refused(await node.http.post(routes.inconsistency_proof(BLOB.blob_id, Axis.PRIMARY), content=body))


@given(body=damaged(SYNC_SHARD.to_bytes()), key=damaged(base64.b64encode(bytes(REQUESTER.public_key))))
@within(cases(60, 3_000))
async def test_nothing_is_handed_over_for_a_damaged_request(node: Node, body: bytes, key: bytes) -> None:
    committee = Committee(EPOCH, N_SHARDS, (Member(bytes(32), "h:1", bytes(REQUESTER.public_key), (2,)),))
    transfer = ShardTransfer(node.store, node.custody, lambda: committee)
    with Workers(1) as workers:
        route = Route(routes.SYNC_SHARD, TransferHandler(transfer, workers).sync_shard, methods=["POST"])
        app = Starlette(routes=[route], exception_handlers={Refusal: refuse})
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as http:
            good_key = base64.b64encode(bytes(REQUESTER.public_key))
            for message, name in ((body, good_key), (SYNC_SHARD.to_bytes(), key)):
                if (message, name) != (SYNC_SHARD.to_bytes(), good_key):
                    headers = {"authorization": name.decode("latin-1").encode("latin-1")}
                    refused(await http.post(routes.SYNC_SHARD, content=message, headers=headers))


def refused(response: httpx.Response) -> None:
    assert 400 <= response.status_code < 500, response.text
    if response.headers["content-type"] == "application/json":
        reason, message = failure_reason(response.json())
        assert reason
        assert message
