"""Many slivers in one request: what a bundle stores, gives and refuses (docs/storage-node.md)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import replace

import httpx
import pytest

from tests.node.conftest import EPOCH, LIMITS, N_SHARDS, OBJECT_ID, Node, make_blob, registration
from tests.node.test_app import put, refusal, sliver_of, store_all
from walrus_sui.chain.events import InvalidBlobId
from walrus_sui.crypto.messages import Deletable, Permanent, StorageConfirmation
from walrus_sui.redstuff import Axis, EncodedBlob, SliverData, shard_of_pair
from walrus_sui.storage import Bundle, BundledSliver, BundleReceipt, StoredStatus, routes

Places = Iterable[tuple[int, Axis]]


def owned(node: Node, blob: EncodedBlob) -> list[tuple[int, Axis]]:
    return [(pair, axis) for pair in node.owned_pairs(blob.blob_id) for axis in Axis]


def bundle_of(blob: EncodedBlob, places: Places, *, metadata: bool = True) -> Bundle:
    slivers = tuple(BundledSliver.of(pair, axis, sliver_of(blob, pair, axis)) for pair, axis in places)
    return Bundle(blob.metadata.to_bytes() if metadata else None, slivers)


def whole(node: Node, blob: EncodedBlob) -> Bundle:
    return bundle_of(blob, owned(node, blob))


def path(blob: EncodedBlob, query: str = "") -> str:
    return f"/v1/blobs/{blob.blob_id}/bundle{query}"


async def nothing_is_stored(node: Node, blob: EncodedBlob) -> bool:
    places = [(pair, axis) for pair in node.owned_pairs(blob.blob_id) for axis in Axis]
    answers = [await node.client.sliver_status(blob.blob_id, *place) for place in places]
    answers.append(await node.client.metadata_status(blob.blob_id))
    return set(answers) == {StoredStatus.NONEXISTENT}


@pytest.fixture(scope="module")
def small() -> EncodedBlob:
    return make_blob(b"bundled", 100)


# Storing


async def test_a_bundle_stores_what_single_requests_would(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    answer = await put(node, path(blob), whole(node, blob).to_bytes())
    counts = {"stored": 7, "buffered": 0, "existed": 0}  # metadata and two slivers of three pairs
    assert (answer.status_code, answer.json()) == (201, {"success": {"code": 201, "data": counts}})
    assert (await node.client.metadata(blob.blob_id)).metadata == blob.metadata
    for pair, axis in owned(node, blob):
        assert await node.client.sliver(blob.blob_id, pair, axis) == sliver_of(blob, pair, axis)
    await node.client.confirmation(blob.blob_id, Permanent())

    answer = await put(node, path(blob), whole(node, blob).to_bytes())
    assert (answer.status_code, answer.json()["success"]["data"]) == (200, counts | {"stored": 0, "existed": 7})


async def test_one_request_gives_the_confirmation(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    receipt = await node.client.store_bundle(blob.blob_id, whole(node, blob), confirm=Permanent())
    assert receipt.stored == 7
    assert receipt.signed is not None
    expected = bytes([1, 0, 3]) + EPOCH.to_bytes(4, "little") + bytes(blob.blob_id) + b"\0"
    assert receipt.signed.serialized_message == expected
    assert node.key.public_key.verify(expected, receipt.signed.signature)


async def test_a_confirmation_for_a_deletable_object(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id, deletable=True))
    receipt = await node.client.store_bundle(blob.blob_id, whole(node, blob), confirm=Deletable(OBJECT_ID))
    assert receipt.signed is not None
    body = receipt.signed.verify(node.key.public_key, StorageConfirmation, EPOCH)
    assert body.persistence == Deletable(OBJECT_ID)
    elsewhere = await node.client.store_bundle(
        blob.blob_id, Bundle(None, ()), confirm=Deletable(bytes(32)), wait_millis=1
    )
    assert (elsewhere.signed, elsewhere.unsigned_reason) == (None, "NOT_REGISTERED")


async def test_a_confirmation_needs_every_sliver(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    *first, last = owned(node, blob)
    receipt = await node.client.store_bundle(blob.blob_id, bundle_of(blob, first), confirm=Permanent())
    assert (receipt.stored, receipt.signed, receipt.unsigned_reason) == (6, None, "MISSING_SLIVERS")
    rest = bundle_of(blob, [last], metadata=False)
    receipt = await node.client.store_bundle(blob.blob_id, rest, confirm=Permanent())
    assert receipt.stored == 1
    assert receipt.signed is not None


async def test_the_signature_waits_for_the_disk(
    node: Node, blob: EncodedBlob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Syncs come after the last write and before the signature, seen from the calls that leave the node."""
    calls: list[str] = []
    sync, put_data = node.store.sync, node.store.put_data

    def note_sync() -> None:
        calls.append("sync")
        sync()

    def note_write(*arguments: object) -> None:
        calls.append("write")
        put_data(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(node.store, "sync", note_sync)
    monkeypatch.setattr(node.store, "put_data", note_write)
    node.apply(registration(blob.blob_id))
    await node.client.store_bundle(blob.blob_id, whole(node, blob), confirm=Permanent())
    assert calls == ["write", "sync"]


# Before the registration


async def test_a_bundle_may_come_early(node: Node, small: EncodedBlob) -> None:
    places = owned(node, small)[:4]
    receipt = await node.client.store_bundle(small.blob_id, bundle_of(small, places), pending=True)
    assert receipt == BundleReceipt(0, 5, 0)
    assert await node.client.metadata_status(small.blob_id) is StoredStatus.BUFFERED
    again = await put(node, path(small, "?pending=true"), bundle_of(small, places).to_bytes())
    assert again.status_code == 202
    node.apply(registration(small.blob_id))
    await node.registrations.announce(small.blob_id)
    for pair, axis in places:
        assert await node.client.sliver(small.blob_id, pair, axis) == sliver_of(small, pair, axis)


async def test_an_early_bundle_is_confirmed_once_registered(node: Node, small: EncodedBlob) -> None:
    places = owned(node, small)
    for pair, axis in places[4:]:  # from an earlier registration; the test's node keeps four early slivers
        shard = shard_of_pair(small.blob_id, pair, N_SHARDS)
        node.store.put_sliver(bytes(small.blob_id), shard, axis, sliver_of(small, pair, axis).to_bytes())
    early = bundle_of(small, places[:4])
    waiting = asyncio.create_task(
        node.client.store_bundle(small.blob_id, early, pending=True, confirm=Permanent())
    )
    while small.blob_id not in node.registrations._events:  # noqa: ASYNC110
        await asyncio.sleep(0)
    node.apply(registration(small.blob_id))
    await node.registrations.announce(small.blob_id)
    receipt = await waiting
    assert receipt.buffered == 5
    assert receipt.signed is not None


async def test_a_registration_that_does_not_come(node: Node, small: EncodedBlob) -> None:
    early = bundle_of(small, owned(node, small)[:4])
    receipt = await node.client.store_bundle(
        small.blob_id, early, pending=True, confirm=Permanent(), wait_millis=1
    )
    assert (receipt.buffered, receipt.signed, receipt.unsigned_reason) == (5, None, "NOT_REGISTERED")


async def test_what_does_not_fit_is_not_kept_in_part(node: Node, small: EncodedBlob) -> None:
    answer = await put(node, path(small, "?pending=true"), whole(node, small).to_bytes())
    assert LIMITS.slivers == 4  # and the bundle has six
    assert refusal(answer) == (400, "FAILED_PRECONDITION", "CACHE_SATURATED")
    assert await nothing_is_stored(node, small)


async def test_early_without_saying_so(node: Node, small: EncodedBlob) -> None:
    answer = await put(node, path(small), whole(node, small).to_bytes())
    assert refusal(answer) == (400, "FAILED_PRECONDITION", "NOT_REGISTERED")
    assert await nothing_is_stored(node, small)


# Refusals: all or nothing


async def refused(node: Node, blob: EncodedBlob, body: bytes) -> tuple[int, str, str]:
    node.apply(registration(blob.blob_id))
    found = refusal(await put(node, path(blob), body))
    assert await nothing_is_stored(node, blob)
    return found


def with_last(bundle: Bundle, last: BundledSliver) -> bytes:
    return replace(bundle, slivers=(*bundle.slivers[:-1], last)).to_bytes()


async def test_a_sliver_of_another_blob(node: Node, blob: EncodedBlob, other_blob: EncodedBlob) -> None:
    pair, axis = owned(node, blob)[-1]
    foreign = BundledSliver.of(pair, axis, sliver_of(other_blob, pair, axis))
    answer = await refused(node, blob, with_last(whole(node, blob), foreign))
    assert answer == (400, "INVALID_ARGUMENT", "INVALID_SLIVER")


async def test_one_flipped_bit(node: Node, blob: EncodedBlob) -> None:
    pair, axis = owned(node, blob)[-1]
    sliver = sliver_of(blob, pair, axis)
    bad = BundledSliver.of(pair, axis, replace(sliver, data=bytes([sliver.data[0] ^ 1]) + sliver.data[1:]))
    answer = await refused(node, blob, with_last(whole(node, blob), bad))
    assert answer == (400, "INVALID_ARGUMENT", "INVALID_SLIVER")


async def test_metadata_of_another_blob(node: Node, blob: EncodedBlob, other_blob: EncodedBlob) -> None:
    body = replace(whole(node, blob), metadata=other_blob.metadata.to_bytes()).to_bytes()
    assert await refused(node, blob, body) == (400, "INVALID_ARGUMENT", "INVALID_METADATA")


async def test_no_metadata_anywhere(node: Node, blob: EncodedBlob) -> None:
    body = bundle_of(blob, owned(node, blob), metadata=False).to_bytes()
    assert await refused(node, blob, body) == (400, "FAILED_PRECONDITION", "METADATA_NOT_FOUND")


async def test_the_other_axis(node: Node, blob: EncodedBlob) -> None:
    pair, _ = owned(node, blob)[-1]
    primary = sliver_of(blob, pair, Axis.PRIMARY)
    swapped = with_last(whole(node, blob), BundledSliver.of(pair, Axis.SECONDARY, primary))
    assert await refused(node, blob, swapped) == (400, "INVALID_ARGUMENT", "SLIVER_INDEX_MISMATCH")
    # a column under the index that the row of the pair has
    column = blob.sliver_pair(N_SHARDS - 1 - pair).secondary
    body = bundle_of(blob, []).to_bytes()[:-1] + b"\1" + BundledSliver.of(pair, Axis.PRIMARY, column).to_bytes()
    assert await refused(node, blob, body) == (400, "INVALID_ARGUMENT", "INVALID_SLIVER")


async def test_a_foreign_pair(node: Node, blob: EncodedBlob) -> None:
    foreign = (node.foreign_pair(blob.blob_id), Axis.PRIMARY)
    body = bundle_of(blob, [*owned(node, blob), foreign]).to_bytes()
    assert await refused(node, blob, body) == (400, "FAILED_PRECONDITION", "SHARD_NOT_ASSIGNED")


async def test_a_pair_beyond_the_shards(node: Node, blob: EncodedBlob) -> None:
    beyond = BundledSliver(N_SHARDS, Axis.PRIMARY, SliverData(b"", 2, 0).to_bytes())
    answer = await refused(node, blob, with_last(whole(node, blob), beyond))
    assert answer == (400, "INVALID_ARGUMENT", "INDEX_OUT_OF_RANGE")


async def test_a_sliver_twice(node: Node, blob: EncodedBlob) -> None:
    first, *_ = owned(node, blob)
    body = bundle_of(blob, [first, first]).to_bytes()
    assert await refused(node, blob, body) == (400, "INVALID_ARGUMENT", "INVALID_BUNDLE")


@pytest.mark.parametrize("body", [b"", b"\2\0", b"garbage" * 100, b"\0\1\0\0\0\2\xff\xff", b"\1\4\0\0\0\0\0"])
async def test_garbage(node: Node, blob: EncodedBlob, body: bytes) -> None:
    reason = "UNSUPPORTED_ENCODING_TYPE" if body.startswith(b"\1\4") else "INVALID_CONTENT_TYPE"
    node.apply(registration(blob.blob_id))
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    if body.startswith(b"\1\4"):
        node.store.drop_data(bytes(blob.blob_id))
    pair = node.owned_pairs(blob.blob_id)[0]
    assert refusal(await put(node, path(blob), body)) == (400, "INVALID_ARGUMENT", reason)
    assert await node.client.sliver_status(blob.blob_id, pair, Axis.PRIMARY) is StoredStatus.NONEXISTENT


async def test_too_long(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    longest = 8 << 20
    assert (await put(node, path(blob), bytes(longest + 1))).status_code == 413
    assert (await put(node, path(blob), bytes(longest))).status_code == 400


async def test_a_blob_proved_inconsistent(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    node.apply(InvalidBlobId(EPOCH, bytes(blob.blob_id)))
    answer = await put(node, path(blob), whole(node, blob).to_bytes())
    assert refusal(answer) == (400, "FAILED_PRECONDITION", "INVALID_BLOB")


@pytest.mark.parametrize(
    "query",
    [
        "?pending=yes",
        "?x=1",
        "?confirm=",
        "?confirm=0xzz",
        "?confirm=perhaps",
        "?wait_millis=-1",
        "?wait_millis=x",
    ],
)
async def test_malformed_queries(node: Node, blob: EncodedBlob, query: str) -> None:
    node.apply(registration(blob.blob_id))
    assert (await put(node, path(blob, query), whole(node, blob).to_bytes())).status_code == 400
    assert await nothing_is_stored(node, blob)


# Fetching


async def test_slivers_come_back_together(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    pairs = node.owned_pairs(blob.blob_id)
    found = await node.client.bundle(blob.blob_id, pairs, Axis.PRIMARY, metadata=True)
    assert found.metadata == blob.metadata
    assert found.slivers == {(pair, Axis.PRIMARY): sliver_of(blob, pair, Axis.PRIMARY) for pair in pairs}
    one = await node.client.bundle(blob.blob_id, pairs, Axis.PRIMARY, max_bytes=1)
    assert list(one.slivers) == [(pairs[0], Axis.PRIMARY)]
    found = await node.client.bundle(blob.blob_id, pairs, None)
    assert found.metadata is None
    assert found.slivers.keys() == set(owned(node, blob))


async def test_the_bytes_of_an_answer(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    pair = node.owned_pairs(blob.blob_id)[0]
    answer = await node.http.get(path(blob, f"?pairs={pair}&axis=secondary"))
    assert answer.headers["content-type"] == "application/octet-stream"
    sliver = sliver_of(blob, pair, Axis.SECONDARY).to_bytes()
    size = bytes([len(sliver) & 0x7F | 0x80, len(sliver) >> 7])
    assert answer.content == b"\0\1" + pair.to_bytes(2, "little") + b"\1" + size + sliver


async def test_what_is_not_here_is_left_out(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    pairs, foreign = node.owned_pairs(blob.blob_id), node.foreign_pair(blob.blob_id)
    nothing = await node.client.bundle(blob.blob_id, [*pairs, foreign], None, metadata=True)
    assert (nothing.metadata, nothing.slivers) == (None, {})
    await node.client.store_bundle(blob.blob_id, bundle_of(blob, [(pairs[1], Axis.PRIMARY)]))
    found = await node.client.bundle(blob.blob_id, [*pairs, foreign], Axis.PRIMARY)
    assert found.slivers.keys() == {(pairs[1], Axis.PRIMARY)}


@pytest.mark.parametrize(("slivers", "fit"), [(0, 1), (1, 1), (2, 2), (5, 5), (6, 6)])
async def test_an_answer_has_an_end(node: Node, blob: EncodedBlob, slivers: int, fit: int) -> None:
    """What fits is given in the order asked for, and at least one sliver."""
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    pairs = node.owned_pairs(blob.blob_id)
    places = [(pair, Axis.PRIMARY) for pair in pairs] + [(pair, Axis.SECONDARY) for pair in pairs]
    sizes = [len(sliver_of(blob, *place).to_bytes()) for place in places]
    limit = sum(sizes[:slivers]) + 16 * slivers
    found = node.custody.bundle(blob.blob_id, places, metadata=False, limit=limit)
    assert [(part.pair_index, part.axis) for part in found.slivers] == places[:fit]
    assert slivers == 0 or len(found.to_bytes()) <= limit


async def test_no_bundle_of_a_blob_that_is_not_registered(node: Node, blob: EncodedBlob) -> None:
    answer = await node.http.get(path(blob, "?pairs=1&metadata=true"))
    assert refusal(answer) == (404, "NOT_FOUND", "SLIVER_NOT_FOUND")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"?pairs={N_SHARDS}", "INDEX_OUT_OF_RANGE"),
        ("?pairs=1,,2", ""),
        ("?pairs=x", ""),
        ("?pairs=1&axis=third", ""),
        ("?pairs=1&metadata=1", ""),
        ("?pairs=1&y=2", ""),
        ("?pairs=" + ",".join("1" * 4097), ""),
    ],
    ids=["beyond", "gap", "letter", "axis", "flag", "unknown", "many"],
)
async def test_malformed_questions(node: Node, blob: EncodedBlob, query: str, code: str) -> None:
    node.apply(registration(blob.blob_id))
    answer: httpx.Response = await node.http.get(path(blob, query))
    assert answer.status_code == 400
    assert code in answer.text


async def test_signatures_travel_as_in_the_confirmation_route(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    answer = await put(node, path(blob, "?confirm=permanent"), whole(node, blob).to_bytes())
    single = await node.http.get(routes.permanent_confirmation(blob.blob_id))
    assert answer.json()["success"]["data"]["signed"] == single.json()["success"]["data"]["signed"]
    assert len(base64.b64decode(answer.json()["success"]["data"]["signed"]["signature"])) == 96
