"""The node client against servers that answer, refuse, lie and vanish. Answers are spelled out by hand."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.transport import http_client
from walrus_sui.crypto.messages import Deletable, Permanent
from walrus_sui.errors import NodeError, NodeMisbehaved, NodeRefused, NodeUnreachable
from walrus_sui.redstuff import Axis, BlobId, InconsistencyProof, SliverData, SymbolId
from walrus_sui.storage import StorageNodeClient, StoredStatus
from walrus_sui.storage.client import MAX_JSON_BYTES

BLOB = BlobId(bytes(range(32)))
TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"  # base64url of those bytes, no padding
SLIVER = SliverData(b"\1\2\3\4", 2, 9)

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler) -> StorageNodeClient:
    return StorageNodeClient("http://node/", httpx.AsyncClient(transport=httpx.MockTransport(handler)))


def answering(data: Any, code: int = 200) -> StorageNodeClient:
    return client(lambda _: httpx.Response(code, json={"success": {"code": code, "data": data}}))


async def test_every_method_asks_for_the_path_of_the_protocol() -> None:
    seen: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.method} {request.url.raw_path.decode()}")
        return httpx.Response(404, text="no")

    node, object_id = client(note), bytes(31) + b"\xff"
    for call in (
        node.metadata(BLOB),
        node.metadata_status(BLOB),
        node.sliver(BLOB, 12, Axis.PRIMARY),
        node.store_sliver(BLOB, 12, Axis.SECONDARY, SLIVER),
        node.sliver_status(BLOB, 12, Axis.SECONDARY),
        node.confirmation(BLOB, Permanent()),
        node.confirmation(BLOB, Deletable(object_id)),
        node.recovery_symbols(BLOB, [SymbolId(3, 4), SymbolId(5, 4)], Axis.SECONDARY),
        node.decoding_symbols(BLOB, [3, 4], Axis.SECONDARY),
        node.attest_inconsistency(BLOB, Axis.SECONDARY, InconsistencyProof(0, ())),
        node.status(BLOB),
        node.health(),
    ):
        with pytest.raises(NodeRefused):
            await call
    assert seen == [
        f"GET /v1/blobs/{TEXT}/metadata",
        f"GET /v1/blobs/{TEXT}/metadata/status",
        f"GET /v1/blobs/{TEXT}/slivers/12/primary",
        f"PUT /v1/blobs/{TEXT}/slivers/12/secondary",
        f"GET /v1/blobs/{TEXT}/slivers/12/secondary/status",
        f"GET /v1/blobs/{TEXT}/confirmation/permanent",
        f"GET /v1/blobs/{TEXT}/confirmation/deletable/0x{'00' * 31}ff",
        f"GET /v1/blobs/{TEXT}/recoverySymbols?proofAxis=secondary&id=3-4&id=5-4",
        f"GET /v1/blobs/{TEXT}/decodingSymbols?targetSlivers=3&targetSlivers=4&targetType=secondary",
        f"POST /v1/blobs/{TEXT}/inconsistencyProof/secondary",
        f"GET /v1/blobs/{TEXT}/status",
        "GET /v1/health",
    ]


async def test_a_sliver_goes_out_and_comes_in_as_bcs() -> None:
    wire = bytes.fromhex("04 01020304 0200 0900")

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            assert request.headers["content-type"] == "application/octet-stream"
            assert request.content == wire
            return httpx.Response(201, json={"success": {"code": 201, "data": "sliver successfully stored"}})
        return httpx.Response(200, content=wire)

    node = client(handle)
    assert await node.store_sliver(BLOB, 9, Axis.PRIMARY, SLIVER) == "sliver successfully stored"
    assert await node.sliver(BLOB, 9, Axis.PRIMARY) == SLIVER


async def test_a_confirmation_is_decoded() -> None:
    text = {
        "serializedMessage": base64.b64encode(b"message").decode(),
        "signature": base64.b64encode(b"s" * 96).decode(),
    }
    signed = await answering({"signed": text}).confirmation(BLOB, Permanent())
    assert (signed.serialized_message, signed.signature) == (b"message", b"s" * 96)


async def test_stored_status() -> None:
    assert await answering("buffered").metadata_status(BLOB) is StoredStatus.BUFFERED


async def test_refusals_carry_reason_and_message() -> None:
    body = {
        "error": {
            "status": "FAILED_PRECONDITION",
            "code": 400,
            "message": "please register",
            "details": [{"@type": "ErrorInfo", "reason": "NOT_REGISTERED", "domain": "d", "metadata": {}}],
        }
    }
    with pytest.raises(NodeRefused) as caught:
        await client(lambda _: httpx.Response(400, json=body)).metadata(BLOB)
    assert (caught.value.status, caught.value.reason) == (400, "NOT_REGISTERED")
    assert str(caught.value) == "http://node: refused with 400 NOT_REGISTERED: please register"


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b'{"error": 3}', b'{"error": {"details": [7]}}', b"\xff\xfe"]
)
async def test_refusals_of_foreign_servers_have_no_reason(content: bytes) -> None:
    with pytest.raises(NodeRefused) as caught:
        await client(lambda _: httpx.Response(502, content=content)).metadata(BLOB)
    assert (caught.value.status, caught.value.reason) == (502, "")


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout(""), httpx.RemoteProtocolError("x")]
)
async def test_no_answer(error: httpx.HTTPError) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(NodeUnreachable) as caught:
        await client(fail).health()
    assert caught.value.node == "http://node"


@pytest.mark.parametrize(
    "call",
    [
        lambda node: node.metadata(BLOB),
        lambda node: node.sliver(BLOB, 0, Axis.PRIMARY),
        lambda node: node.metadata_status(BLOB),
        lambda node: node.sliver_status(BLOB, 0, Axis.PRIMARY),
        lambda node: node.confirmation(BLOB, Permanent()),
        lambda node: node.recovery_symbols(BLOB, [SymbolId(1, 2)], Axis.PRIMARY),
        lambda node: node.decoding_symbols(BLOB, [1], Axis.PRIMARY),
        lambda node: node.attest_inconsistency(BLOB, Axis.PRIMARY, InconsistencyProof(0, ())),
        lambda node: node.status(BLOB),
        lambda node: node.health(),
    ],
)
@pytest.mark.parametrize(
    "content",
    [b"", b"garbage", b"[]", b'{"success": 1}', b'{"success": {"code": 200, "data": 17}}', b"[" * 100_000],
)
async def test_answers_the_protocol_does_not_know(call: Any, content: bytes) -> None:
    with pytest.raises(NodeMisbehaved):
        await call(client(lambda _: httpx.Response(200, content=content)))


@pytest.mark.parametrize(
    "signed",
    [
        {},
        {"signed": {}},
        {"signed": {"serializedMessage": "AA==", "signature": "not base64!"}},
        {"signed": {"serializedMessage": 3, "signature": 4}},
    ],
)
async def test_confirmations_that_are_none(signed: Any) -> None:
    with pytest.raises(NodeMisbehaved, match="expected a signed message"):
        await answering(signed).confirmation(BLOB, Permanent())


async def test_an_endless_answer_is_cut_off() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 16
            yield bytes(1 << 16)
            await asyncio.sleep(0)

    with pytest.raises(NodeMisbehaved, match="expected at most"):
        await client(lambda _: httpx.Response(200, content=endless())).health()
    assert sent <= MAX_JSON_BYTES + (2 << 16)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
COUNTS = st.fixed_dictionaries({"count_deletable_total": ANY_JSON, "count_deletable_certified": ANY_JSON})
SIGNED = st.fixed_dictionaries({"serializedMessage": ANY_JSON, "signature": ANY_JSON})
EVENT = st.fixed_dictionaries({"txDigest": st.just("1" * 32) | ANY_JSON, "eventSeq": ANY_JSON})
STATUS = st.fixed_dictionaries(
    {
        "endEpoch": ANY_JSON,
        "isCertified": ANY_JSON,
        "statusEvent": EVENT,
        "deletableCounts": COUNTS,
        "initialCertifiedEpoch": ANY_JSON,
    }
)
RECEIPT = st.fixed_dictionaries(
    {"stored": ANY_JSON, "buffered": ANY_JSON, "existed": ANY_JSON},
    optional={"signed": SIGNED | ANY_JSON, "unsigned": ANY_JSON},
)


@given(
    data=ANY_JSON | RECEIPT | SIGNED | STATUS.map(lambda value: {"permanent": value}),
    code=st.sampled_from([200, 404]),
)
async def test_any_json_is_understood_or_misbehaviour(data: Any, code: int) -> None:
    """Whatever a node says comes to one of our values, that can be compared and counted, or one of our errors."""
    body = json.dumps({"success": {"code": 200, "data": data}, "error": data}).encode()
    node = client(lambda _: httpx.Response(code, content=body))
    for call in (
        node.status(BLOB),
        node.health(),
        node.metadata_status(BLOB),
        node.confirmation(BLOB, Permanent()),
        node.store_bundle(BLOB, b""),
    ):
        with contextlib.suppress(NodeError):
            {str(await call): 1}


@pytest.mark.parametrize(
    "address",
    [
        "",
        ":",
        "a..b:80",
        "x" * 64 + ":80",
        "[::1:80",
        "h:99999",
        "127.0.0.1:-1",
        "\0:80",
        "ü..:80",
        "xn--a:80",
        "h:1:1",
    ],
)
async def test_a_node_whose_address_is_none_is_out_of_reach(address: str) -> None:
    """Operators put any text on chain; it must not take down those who ask the others."""
    async with http_client(Limits()) as http:
        with pytest.raises(NodeUnreachable):
            await StorageNodeClient(f"http://{address}", http).status(BLOB)


async def test_a_small_answer_does_not_unfold_into_a_large_one() -> None:
    async def folded() -> AsyncIterator[bytes]:
        yield gzip.compress(bytes(MAX_JSON_BYTES))

    answer = httpx.Response(200, content=folded(), headers={"content-encoding": "gzip"})
    with pytest.raises(NodeMisbehaved, match="coded as gzip"):
        await client(lambda _: answer).health()
