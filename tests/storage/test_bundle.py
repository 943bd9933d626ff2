"""Bundles: their bytes spelled out by hand, their limits, and the client's two calls."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from tests.storage.test_client import BLOB, TEXT, client
from walrus_sui.crypto.messages import Deletable, Permanent
from walrus_sui.errors import BcsError, NodeLacksRoute, NodeMisbehaved, NodeRefused
from walrus_sui.redstuff import Axis, SliverData
from walrus_sui.storage import MAX_BUNDLE_BYTES, Bundle, BundledSliver, bundle_limit, pack
from walrus_sui.storage.bundle import MAX_BUNDLE_SLIVERS, BundleReceipt, FoundBundle

SLIVER = SliverData(b"\1\2\3\4", 2, 9)
SLIVER_HEX = "04 01020304 0200 0900"
EMPTY_HEX = "00 00"
ONE_HEX = f"00 01 0900 00 09 {SLIVER_HEX}"
BOTH_HEX = f"01 03 aabbcc 02 0900 00 09 {SLIVER_HEX} 0301 01 02 ffff"

ONE = Bundle(None, (BundledSliver.of(9, Axis.PRIMARY, SLIVER),))
BOTH = Bundle(b"\xaa\xbb\xcc", (*ONE.slivers, BundledSliver(0x0103, Axis.SECONDARY, b"\xff\xff")))


@pytest.mark.parametrize(
    ("bundle", "wire"),
    [(Bundle(None, ()), EMPTY_HEX), (ONE, ONE_HEX), (BOTH, BOTH_HEX)],
    ids=["empty", "one", "both"],
)
def test_layout(bundle: Bundle, wire: str) -> None:
    assert bundle.to_bytes() == bytes.fromhex(wire)
    assert Bundle.from_bytes(bytes.fromhex(wire)) == bundle


def test_reading_copies_no_sliver() -> None:
    body = bytearray(ONE.to_bytes())
    sliver = Bundle.from_bytes(body).slivers[0].sliver
    body[-1] = 7
    assert bytes(sliver)[-1] == 7


@pytest.mark.parametrize(
    "wire",
    [
        "",
        "00",
        "02 00",  # neither 0 nor 1 before the metadata
        "00 01 0900 02 00",  # a third axis
        "00 01 0900 00 09 0401020304",  # cut off
        "00 01 0900 00 8000",  # a length in more bytes than needed
        ONE_HEX + "00",  # something behind it
        "00 ff ff ff ff 07",  # a count beyond what is there
    ],
)
def test_garbage(wire: str) -> None:
    with pytest.raises(BcsError):
        Bundle.from_bytes(bytes.fromhex(wire))


def test_more_slivers_than_allowed() -> None:
    empty = "0000 00 00"
    at_most, more = bytes.fromhex("00 8020" + empty * 4096), bytes.fromhex("00 8120" + empty * 4097)
    assert len(Bundle.from_bytes(at_most).slivers) == MAX_BUNDLE_SLIVERS == 4096
    with pytest.raises(BcsError, match="at most 4096"):
        Bundle.from_bytes(more)


def test_limit_holds_a_sliver_pair_of_any_size() -> None:
    assert bundle_limit(13) == MAX_BUNDLE_BYTES == 8_388_608
    # 1,000 shards: 334 rows and 667 columns, symbols of up to 65,534 bytes, hashes of 66 bytes a pair
    pair = (334 + 667) * 65_534
    assert pair + 66_000 < bundle_limit(1000) < pair + 66_500


def sliver(pair: int, size: int) -> BundledSliver:
    return BundledSliver(pair, Axis.PRIMARY, bytes(size))


@pytest.mark.parametrize("limit", [1, 1000, 2500, 10_000])
def test_packing_keeps_everything_in_order_and_below_the_limit(limit: int) -> None:
    slivers = [sliver(pair, 100 + 37 * pair) for pair in range(30)]
    bundles = list(pack(b"m" * 300, slivers, limit))
    assert [item for bundle in bundles for item in bundle.slivers] == slivers
    assert [bundle.metadata for bundle in bundles] == [b"m" * 300] + [None] * (len(bundles) - 1)
    assert all(len(bundle.to_bytes()) <= limit or len(bundle.slivers) == 1 for bundle in bundles)
    total = sum(len(bundle.to_bytes()) for bundle in bundles)
    assert len(bundles) <= max(2 * total / limit + 1, 1)


def test_packing_at_the_edges() -> None:
    assert list(pack(None, [], 100)) == []
    assert list(pack(b"m", [], 100)) == [Bundle(b"m", ())]
    many = [sliver(0, 0)] * (MAX_BUNDLE_SLIVERS + 1)
    assert [len(bundle.slivers) for bundle in pack(None, many, 1 << 30)] == [MAX_BUNDLE_SLIVERS, 1]


# The client


def answering(data: Any, seen: list[httpx.Request]) -> Any:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"success": {"code": 201, "data": data}})

    return client(handle)


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, ""),
        ({"pending": True}, "?pending=true"),
        (
            {"confirm": Permanent(), "pending": True, "wait_millis": 0},
            "?pending=true&confirm=permanent&wait_millis=0",
        ),
        ({"confirm": Deletable(bytes(31) + b"\xff")}, f"?confirm=0x{'00' * 31}ff"),
    ],
    ids=["plain", "pending", "permanent", "deletable"],
)
async def test_storing(options: dict[str, Any], query: str) -> None:
    seen: list[httpx.Request] = []
    node = answering({"stored": 1, "buffered": 0, "existed": 2}, seen)
    assert await node.store_bundle(BLOB, ONE, **options) == BundleReceipt(1, 0, 2)
    (request,) = seen
    assert (request.method, request.url.raw_path.decode()) == ("PUT", f"/v1/blobs/{TEXT}/bundle{query}")
    assert request.content == bytes.fromhex(ONE_HEX)
    assert request.headers["content-type"] == "application/octet-stream"


async def test_receipts_with_and_without_a_signature() -> None:
    signed = {
        "serializedMessage": base64.b64encode(b"message").decode(),
        "signature": base64.b64encode(bytes(96)).decode(),
    }
    counts = {"stored": 3, "buffered": 0, "existed": 0}
    receipt = await answering(counts | {"signed": signed}, []).store_bundle(BLOB, ONE)
    assert receipt.signed is not None
    assert (receipt.signed.serialized_message, receipt.signed.signature) == (b"message", bytes(96))
    unsigned = {"reason": "NOT_REGISTERED", "message": "not yet"}
    receipt = await answering(counts | {"unsigned": unsigned}, []).store_bundle(BLOB, ONE)
    assert receipt == BundleReceipt(3, 0, 0, None, "NOT_REGISTERED", "not yet")


@pytest.mark.parametrize(
    "data",
    ["stored", {}, {"stored": 1}, {"stored": "1", "buffered": 0, "existed": 0},
     {"stored": 1, "buffered": 0, "existed": 0, "signed": 5},
     {"stored": 1, "buffered": 0, "existed": 0, "unsigned": []}],
    ids=["text", "empty", "part", "types", "signed", "unsigned"],
)  # fmt: skip
async def test_receipts_that_are_none(data: Any) -> None:
    with pytest.raises(NodeMisbehaved):
        await answering(data, []).store_bundle(BLOB, ONE)


@pytest.mark.parametrize(
    ("axis", "metadata", "query"),
    [
        (Axis.PRIMARY, False, "pairs=1,5,9&axis=primary"),
        (Axis.SECONDARY, True, "pairs=1,5,9&axis=secondary&metadata=true"),
        (None, False, "pairs=1,5,9"),
    ],
)
async def test_fetching(axis: Axis | None, metadata: bool, query: str) -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.method} {request.url.raw_path.decode()}")
        return httpx.Response(200, content=bytes.fromhex(ONE_HEX))

    found = await client(handle).bundle(BLOB, (1, 5, 9), axis, metadata=metadata)
    assert found == FoundBundle(None, {(9, Axis.PRIMARY): SLIVER})
    assert seen == [f"GET /v1/blobs/{TEXT}/bundle?{query}"]


@pytest.mark.parametrize("wire", ["00 01 0900 00 02 ffff", "01 03 aabbcc 00", "ff"])
async def test_answers_that_are_no_bundle(wire: str) -> None:
    with pytest.raises(NodeMisbehaved, match="expected the BCS of"):
        await client(lambda _: httpx.Response(200, content=bytes.fromhex(wire))).bundle(BLOB, [9], None)


@pytest.mark.parametrize("status", [404, 405])
async def test_nodes_that_know_no_bundles(status: int) -> None:
    node = client(lambda _: httpx.Response(status))
    with pytest.raises(NodeLacksRoute) as caught:
        await node.store_bundle(BLOB, ONE)
    assert (caught.value.status, caught.value.code) == (status, "node_lacks_route")
    with pytest.raises(NodeLacksRoute):
        await node.bundle(BLOB, [1], Axis.PRIMARY)


async def test_a_blob_that_is_not_there_is_no_lacking_route() -> None:
    error = {
        "error": {"status": "NOT_FOUND", "code": 404, "message": "no", "details": [{"reason": "SLIVER_NOT_FOUND"}]}
    }
    with pytest.raises(NodeRefused) as caught:
        await client(lambda _: httpx.Response(404, json=error)).bundle(BLOB, [1], Axis.PRIMARY)
    assert not isinstance(caught.value, NodeLacksRoute)
    assert caught.value.reason == "SLIVER_NOT_FOUND"
