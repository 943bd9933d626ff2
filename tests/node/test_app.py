"""Every route over HTTP, and every way it says no (protocol.md §1.2, §1.3, §2.6)."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.node.conftest import EPOCH, N_SHARDS, OBJECT_ID, SHARDS, Node, registration
from walrus_node.database.store import Cursor, ShardsHeld
from walrus_node.holding.custody import Custody
from walrus_sui.chain.events import BlobCertified, BlobDeleted, InvalidBlobId
from walrus_sui.crypto.messages import Deletable, Permanent, StorageConfirmation
from walrus_sui.errors import NodeRefused
from walrus_sui.redstuff import Axis, BlobId, EncodedBlob, SliverData, sliver_index
from walrus_sui.storage import (
    BlobStatus,
    DeletableCounts,
    DeletableStatus,
    InvalidStatus,
    NonexistentStatus,
    PermanentStatus,
    StoredStatus,
    routes,
)

UNKNOWN = BlobId(bytes(32))


def sliver_of(blob: EncodedBlob, pair: int, axis: Axis) -> SliverData:
    both = blob.sliver_pair(pair)
    return both.primary if axis is Axis.PRIMARY else both.secondary


async def store_all(node: Node, blob: EncodedBlob) -> None:
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    for pair in node.owned_pairs(blob.blob_id):
        for axis in Axis:
            await node.client.store_sliver(blob.blob_id, pair, axis, sliver_of(blob, pair, axis))


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    """(HTTP code, AIP-193 status, reason); checks what all refusals share."""
    error = response.json()["error"]
    assert error["code"] == response.status_code
    assert error["message"]
    info = error["details"][0]
    assert info["@type"] == "ErrorInfo"
    assert info["metadata"] == {}
    return response.status_code, error["status"], info["reason"]


async def put(node: Node, path: str, body: bytes, **headers: str) -> httpx.Response:
    return await node.http.put(path, content=body, headers={"content-type": "application/octet-stream"} | headers)


# What is stored comes back


async def test_a_path_with_a_slash_behind_is_another_path(node: Node, blob: EncodedBlob) -> None:
    for path in (routes.HEALTH, routes.metadata(blob.blob_id)):
        assert (await node.http.get(f"{path}/", headers={"host": "elsewhere.example"})).status_code == 404


async def test_metadata_is_stored_once_and_comes_back(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    path = routes.metadata(blob.blob_id)
    first = await put(node, path, blob.metadata.to_bytes())
    again = await put(node, path, blob.metadata.to_bytes())
    assert (first.status_code, first.json()) == (
        201,
        {"success": {"code": 201, "data": "metadata successfully stored"}},
    )
    assert (again.status_code, again.json()) == (
        200,
        {"success": {"code": 200, "data": "metadata already stored"}},
    )

    back = await node.http.get(path)
    assert back.status_code == 200
    assert back.headers["content-type"] == "application/octet-stream"
    assert back.content == bytes(blob.blob_id) + blob.metadata.to_bytes()
    assert await node.client.metadata_status(blob.blob_id) is StoredStatus.STORED


@pytest.mark.parametrize("axis", Axis)
async def test_slivers_are_stored_once_and_come_back(node: Node, blob: EncodedBlob, axis: Axis) -> None:
    node.apply(registration(blob.blob_id))
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    for pair in node.owned_pairs(blob.blob_id):
        path, body = routes.sliver(blob.blob_id, pair, axis), sliver_of(blob, pair, axis).to_bytes()
        assert await node.client.sliver_status(blob.blob_id, pair, axis) is StoredStatus.NONEXISTENT
        assert [(await put(node, path, body)).status_code for _ in range(2)] == [201, 200]
        assert (await node.http.get(path)).content == body
        assert await node.client.sliver_status(blob.blob_id, pair, axis) is StoredStatus.STORED


async def test_absent_content_type_and_parameters_are_accepted(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    path, body = routes.metadata(blob.blob_id), blob.metadata.to_bytes()
    assert (await node.http.put(path, content=body)).status_code == 201
    assert (await put(node, path, body, **{"content-type": "application/octet-stream; x=y"})).status_code == 200


# Confirmations


async def test_confirmation_signs_exactly_what_is_stored(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    response = await node.http.get(routes.permanent_confirmation(blob.blob_id))
    signed = response.json()["success"]["data"]["signed"]
    message = base64.b64decode(signed["serializedMessage"], validate=True)
    assert message == bytes([1, 0, 3]) + EPOCH.to_bytes(4, "little") + bytes(blob.blob_id) + b"\0"
    assert node.key.public_key.verify(message, base64.b64decode(signed["signature"], validate=True))


async def test_deletable_confirmation_names_the_object(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id, deletable=True))
    await store_all(node, blob)
    signed = await node.client.confirmation(blob.blob_id, Deletable(OBJECT_ID))
    expected = bytes([1, 0, 3]) + EPOCH.to_bytes(4, "little") + bytes(blob.blob_id) + b"\x01" + OBJECT_ID
    assert signed.serialized_message == expected
    assert signed.verify(node.key.public_key, StorageConfirmation, EPOCH).persistence == Deletable(OBJECT_ID)


async def test_no_confirmation_before_the_last_sliver(node: Node, blob: EncodedBlob) -> None:
    path = routes.permanent_confirmation(blob.blob_id)
    assert refusal(await node.http.get(path)) == (400, "FAILED_PRECONDITION", "NOT_REGISTERED")
    node.apply(registration(blob.blob_id))
    assert refusal(await node.http.get(path)) == (400, "FAILED_PRECONDITION", "METADATA_NOT_FOUND")
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    for pair in node.owned_pairs(blob.blob_id):
        for axis in Axis:
            assert refusal(await node.http.get(path)) == (400, "FAILED_PRECONDITION", "MISSING_SLIVERS")
            await node.client.store_sliver(blob.blob_id, pair, axis, sliver_of(blob, pair, axis))
    assert (await node.http.get(path)).status_code == 200


async def test_no_deletable_confirmation_for_another_object(
    node: Node, blob: EncodedBlob, other_blob: EncodedBlob
) -> None:
    elsewhere = bytes([0xCD]) * 32
    node.apply(registration(blob.blob_id, deletable=True))
    node.apply(registration(other_blob.blob_id, deletable=True, object_id=elsewhere))
    await store_all(node, blob)
    for object_id in (elsewhere, bytes(32)):
        response = await node.http.get(routes.deletable_confirmation(blob.blob_id, object_id))
        assert refusal(response) == (400, "FAILED_PRECONDITION", "NOT_REGISTERED")


async def test_a_node_without_shards_confirms_nothing(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    idle = Custody(node.store, node.key, lambda: replace(node.duty, shards=frozenset()))
    with pytest.raises(Exception, match="owns no shard"):
        idle.confirm(blob.blob_id, Permanent())


# Status


async def test_status_follows_the_life_of_a_blob(node: Node, blob: EncodedBlob) -> None:
    async def ask() -> BlobStatus:
        return await node.client.status(blob.blob_id)

    assert await ask() == NonexistentStatus()
    node.apply(registration(blob.blob_id, deletable=True))
    assert await ask() == DeletableStatus(None, DeletableCounts(1, 0))
    node.apply(BlobCertified(EPOCH, bytes(blob.blob_id), EPOCH + 3, True, OBJECT_ID, False))
    assert await ask() == DeletableStatus(EPOCH, DeletableCounts(1, 1))
    permanent = node.apply(registration(blob.blob_id, object_id=bytes(31) + b"\1"))
    assert await ask() == PermanentStatus(EPOCH + 3, False, permanent, DeletableCounts(1, 1), EPOCH)
    node.apply(BlobDeleted(EPOCH, bytes(blob.blob_id), EPOCH + 3, OBJECT_ID, True))
    assert await ask() == PermanentStatus(EPOCH + 3, False, permanent, DeletableCounts(0, 0), None)
    invalid = node.apply(InvalidBlobId(EPOCH, bytes(blob.blob_id)))
    assert await ask() == InvalidStatus(invalid)


async def test_status_in_the_words_of_the_protocol(node: Node, blob: EncodedBlob) -> None:
    path = routes.blob_status(blob.blob_id)
    assert (await node.http.get(path)).json() == {"success": {"code": 200, "data": "nonexistent"}}
    identity = node.apply(registration(blob.blob_id))
    assert (await node.http.get(path)).json()["success"]["data"] == {
        "permanent": {
            "endEpoch": EPOCH + 3,
            "isCertified": False,
            "statusEvent": identity.to_json(),
            "deletableCounts": {"count_deletable_total": 0, "count_deletable_certified": 0},
            "initialCertifiedEpoch": None,
        }
    }


async def test_an_invalid_blob_loses_its_data_for_good(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    node.apply(InvalidBlobId(EPOCH, bytes(blob.blob_id)))
    assert await node.client.metadata_status(blob.blob_id) is StoredStatus.NONEXISTENT
    for pair in node.owned_pairs(blob.blob_id):
        assert await node.client.sliver_status(blob.blob_id, pair, Axis.SECONDARY) is StoredStatus.NONEXISTENT
    again = await put(node, routes.metadata(blob.blob_id), blob.metadata.to_bytes())
    assert refusal(again) == (400, "FAILED_PRECONDITION", "INVALID_BLOB")


# Health


async def test_health(node: Node) -> None:
    plain, detailed = await node.client.health(), (await node.http.get("/v1/health?detailed=true")).json()
    assert plain["epoch"] == EPOCH
    assert base64.b64decode(plain["publicKey"]) == bytes(node.key.public_key)
    assert plain["nodeStatus"] == "Active"
    assert plain["shardSummary"]["owned"] == len(SHARDS)
    assert "shardDetail" not in plain
    owned = [{"shard": shard, "status": "ready"} for shard in sorted(SHARDS)]
    assert detailed["success"]["data"]["shardDetail"] == {"owned": owned, "other": []}


async def test_health_tells_shards_that_are_still_empty_from_those_that_are_filled(node: Node) -> None:
    filled, *others = sorted(SHARDS)
    node.store.set_shards(ShardsHeld((filled,), (filled,)))
    summary = (await node.client.health())["shardSummary"]
    assert summary["ownedShardStatus"] == {"unknown": 0, "ready": 1, "inTransfer": len(others), "inRecovery": 0}


async def test_health_owns_to_be_behind_the_chain(node: Node) -> None:
    node.store.commit(Cursor(epoch=EPOCH - 1))
    health = await node.client.health()
    assert health["nodeStatus"] == "RecoveryCatchUp"
    assert health["shardSummary"]["ownedShardStatus"]["unknown"] == len(SHARDS)


# Refusals


async def test_nothing_is_stored_or_served_before_registration(node: Node, blob: EncodedBlob) -> None:
    pair = node.owned_pairs(blob.blob_id)[0]
    metadata, sliver = routes.metadata(blob.blob_id), routes.sliver(blob.blob_id, pair, Axis.PRIMARY)
    not_registered = (400, "FAILED_PRECONDITION", "NOT_REGISTERED")
    assert refusal(await put(node, metadata, blob.metadata.to_bytes())) == not_registered
    body = sliver_of(blob, pair, Axis.PRIMARY).to_bytes()
    assert refusal(await put(node, sliver, body)) == not_registered
    assert refusal(await node.http.get(metadata)) == (404, "NOT_FOUND", "METADATA_NOT_FOUND")
    assert refusal(await node.http.get(sliver)) == (404, "NOT_FOUND", "SLIVER_NOT_FOUND")
    assert node.store.metadata(bytes(blob.blob_id)) is None


async def test_registered_but_not_stored_is_not_found(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    assert refusal(await node.http.get(routes.metadata(blob.blob_id)))[2] == "METADATA_NOT_FOUND"
    path = routes.sliver(blob.blob_id, node.owned_pairs(blob.blob_id)[0], Axis.PRIMARY)
    assert refusal(await node.http.get(path)) == (404, "NOT_FOUND", "SLIVER_NOT_FOUND")


async def test_metadata_of_another_blob(node: Node, blob: EncodedBlob, other_blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    response = await put(node, routes.metadata(blob.blob_id), other_blob.metadata.to_bytes())
    assert refusal(response) == (400, "INVALID_ARGUMENT", "INVALID_METADATA")
    assert await node.client.metadata_status(blob.blob_id) is StoredStatus.NONEXISTENT


async def test_metadata_with_one_flipped_bit(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    body = bytearray(blob.metadata.to_bytes())
    body[-1] ^= 1
    response = await put(node, routes.metadata(blob.blob_id), bytes(body))
    assert refusal(response) == (400, "INVALID_ARGUMENT", "INVALID_METADATA")


async def test_metadata_of_the_retired_encoding(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    body = b"\0\0" + blob.metadata.to_bytes()[2:]
    response = await put(node, routes.metadata(blob.blob_id), body)
    assert refusal(response) == (400, "INVALID_ARGUMENT", "UNSUPPORTED_ENCODING_TYPE")


@pytest.mark.parametrize("body", [b"", b"\0", b"\0\1garbage", b"\xff" * 300])
async def test_garbage_instead_of_metadata(node: Node, blob: EncodedBlob, body: bytes) -> None:
    node.apply(registration(blob.blob_id))
    response = await put(node, routes.metadata(blob.blob_id), body)
    assert refusal(response) == (400, "INVALID_ARGUMENT", "INVALID_CONTENT_TYPE")


async def test_metadata_with_another_content_type(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    body = blob.metadata.to_bytes()
    response = await put(node, routes.metadata(blob.blob_id), body, **{"content-type": "application/json"})
    assert refusal(response) == (400, "INVALID_ARGUMENT", "INVALID_CONTENT_TYPE")


@pytest.mark.parametrize("body", [b"", b"\x80", b"\xff\xff\xff\xff\x0f", b"garbage" * 100])
async def test_garbage_instead_of_a_sliver(node: Node, blob: EncodedBlob, body: bytes) -> None:
    node.apply(registration(blob.blob_id))
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    path = routes.sliver(blob.blob_id, node.owned_pairs(blob.blob_id)[0], Axis.PRIMARY)
    assert refusal(await put(node, path, body)) == (400, "INVALID_ARGUMENT", "INVALID_CONTENT_TYPE")


async def test_sliver_before_metadata(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    pair = node.owned_pairs(blob.blob_id)[0]
    response = await put(
        node,
        routes.sliver(blob.blob_id, pair, Axis.PRIMARY),
        sliver_of(blob, pair, Axis.PRIMARY).to_bytes(),
    )
    assert refusal(response) == (400, "FAILED_PRECONDITION", "METADATA_NOT_FOUND")


@pytest.mark.parametrize("axis", Axis)
async def test_sliver_of_another_blob(node: Node, blob: EncodedBlob, other_blob: EncodedBlob, axis: Axis) -> None:
    await _expect_bad_sliver(node, blob, axis, lambda pair: sliver_of(other_blob, pair, axis))


@pytest.mark.parametrize("axis", Axis)
async def test_sliver_with_one_flipped_bit(node: Node, blob: EncodedBlob, axis: Axis) -> None:
    def flip(pair: int) -> SliverData:
        sliver = sliver_of(blob, pair, axis)
        return replace(sliver, data=bytes([sliver.data[0] ^ 1]) + sliver.data[1:])

    await _expect_bad_sliver(node, blob, axis, flip)


async def test_sliver_of_the_wrong_size(node: Node, blob: EncodedBlob) -> None:
    def shorten(pair: int) -> SliverData:
        sliver = sliver_of(blob, pair, Axis.PRIMARY)
        return replace(sliver, data=sliver.data[:-2])

    def other_symbols(pair: int) -> SliverData:
        return replace(sliver_of(blob, pair, Axis.PRIMARY), symbol_size=2)

    await _expect_bad_sliver(node, blob, Axis.PRIMARY, shorten)
    await _expect_bad_sliver(node, blob, Axis.PRIMARY, other_symbols)


async def _expect_bad_sliver(node: Node, blob: EncodedBlob, axis: Axis, make: Any) -> None:
    if await node.client.metadata_status(blob.blob_id) is StoredStatus.NONEXISTENT:
        node.apply(registration(blob.blob_id))
        await node.client.store_metadata(blob.blob_id, blob.metadata)
    for pair in node.owned_pairs(blob.blob_id):
        response = await put(node, routes.sliver(blob.blob_id, pair, axis), make(pair).to_bytes())
        assert refusal(response) == (400, "INVALID_ARGUMENT", "INVALID_SLIVER")
        assert await node.client.sliver_status(blob.blob_id, pair, axis) is StoredStatus.NONEXISTENT


@pytest.mark.parametrize("axis", Axis)
async def test_right_sliver_under_the_wrong_pair(node: Node, blob: EncodedBlob, axis: Axis) -> None:
    node.apply(registration(blob.blob_id))
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    first, second = node.owned_pairs(blob.blob_id)[:2]
    for sliver in (sliver_of(blob, second, axis), replace(sliver_of(blob, first, axis), index=65535)):
        response = await put(node, routes.sliver(blob.blob_id, first, axis), sliver.to_bytes())
        assert refusal(response) == (400, "INVALID_ARGUMENT", "SLIVER_INDEX_MISMATCH")


async def test_sliver_of_the_other_axis(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    pair = node.owned_pairs(blob.blob_id)[0]
    wrong = blob.sliver_pair(N_SHARDS - 1 - pair).secondary  # its sliver index is the primary's
    assert wrong.index == sliver_index(Axis.PRIMARY, pair, N_SHARDS)
    response = await put(node, routes.sliver(blob.blob_id, pair, Axis.PRIMARY), wrong.to_bytes())
    assert refusal(response)[2] == "INVALID_SLIVER"


async def test_pair_on_a_shard_of_another_node(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    pair = node.foreign_pair(blob.blob_id)
    path = routes.sliver(blob.blob_id, pair, Axis.PRIMARY)
    body = sliver_of(blob, pair, Axis.PRIMARY).to_bytes()
    for response in (
        await node.http.get(path),
        await put(node, path, body),
        await node.http.get(path + "/status"),
    ):
        assert refusal(response) == (400, "FAILED_PRECONDITION", "SHARD_NOT_ASSIGNED")


async def test_pair_beyond_the_shards(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    path = f"/v1/blobs/{blob.blob_id}/slivers/{N_SHARDS}/primary"
    for response in (
        await node.http.get(path),
        await put(node, path, b"x"),
        await node.http.get(path + "/status"),
    ):
        assert refusal(response) == (400, "INVALID_ARGUMENT", "INDEX_OUT_OF_RANGE")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/blobs/nonsense/metadata",
        f"/v1/blobs/{UNKNOWN}=/metadata",
        f"/v1/blobs/{UNKNOWN}/slivers/x/primary",
        f"/v1/blobs/{UNKNOWN}/slivers/-1/primary",
        f"/v1/blobs/{UNKNOWN}/slivers/65536/primary",
        f"/v1/blobs/{UNKNOWN}/slivers/99999999999999999999999/primary",
        f"/v1/blobs/{UNKNOWN}/slivers/1/tertiary",
        f"/v1/blobs/{UNKNOWN}/confirmation/deletable/0xzz",
    ],
)
async def test_malformed_paths_are_400(node: Node, path: str) -> None:
    assert (await node.http.get(path)).status_code == 400


async def test_unknown_paths_and_methods(node: Node) -> None:
    assert (await node.http.get("/v2/nothing")).status_code == 404
    assert (await node.http.post(routes.blob_status(UNKNOWN))).status_code == 405


async def test_bodies_over_the_limit(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    metadata = await put(node, routes.metadata(blob.blob_id), bytes((2 << 20) + 1))
    assert metadata.status_code == 413
    largest = 9 * 65534 + 128  # C = 9 of 13 shards
    path = routes.sliver(blob.blob_id, node.owned_pairs(blob.blob_id)[0], Axis.PRIMARY)
    assert (await put(node, path, bytes(largest + 1))).status_code == 413
    assert (await put(node, path, bytes(largest))).status_code == 400


async def test_a_body_that_does_not_state_its_length_is_limited_too(node: Node, blob: EncodedBlob) -> None:
    async def endless() -> Any:
        while True:
            yield bytes(1 << 20)

    response = await node.http.put(routes.metadata(blob.blob_id), content=endless())
    assert response.status_code == 413


async def test_browsers_may_ask_from_anywhere(node: Node, blob: EncodedBlob) -> None:
    asked = {"origin": "https://example.org", "access-control-request-method": "PUT"}
    preflight = await node.http.options(
        routes.metadata(blob.blob_id), headers=asked | {"access-control-request-headers": "content-type"}
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    answer = await node.http.get("/v1/health", headers={"origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_failure_inside_says_nothing_about_it(
    node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(node.custody, "status", fail)
    response = await node.http.get(routes.blob_status(UNKNOWN))
    assert refusal(response) == (500, "INTERNAL", "INTERNAL")
    assert "secret" not in response.text
    assert "secret detail" in caplog.text


async def test_the_client_reports_the_reason(node: Node) -> None:
    with pytest.raises(NodeRefused) as caught:
        await node.client.confirmation(UNKNOWN, Permanent())
    assert (caught.value.status, caught.value.reason) == (400, "NOT_REGISTERED")
