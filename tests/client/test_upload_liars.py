"""Nodes that misbehave while a blob is brought to them: four of thirteen cost their own weight, five the blob."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from dataclasses import replace

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_sui.client.progress import ignore_progress
from walrus_sui.client.storing.delivery import Delivery
from walrus_sui.client.storing.upload import Upload, upload
from walrus_sui.crypto.messages import Permanent, SignedMessage, StorageConfirmation
from walrus_sui.errors import NotEnoughConfirmations
from walrus_sui.redstuff import encode


@pytest.fixture(params=["bundles", "single requests"], autouse=True)
def nodes(request, nodes):
    for node in nodes:
        node.takes_bundles = request.param == "bundles"
    return nodes


@pytest.fixture
def encoded():
    return encode(os.urandom(10_000), n_shards=39)


def answer(status: int, body: bytes) -> httpx.Response:
    return httpx.Response(status, content=body)


def success(data: object) -> httpx.Response:
    return answer(200, json.dumps({"success": {"code": 200, "data": data}}).encode())


async def garbage(request, node, encoded):
    return answer(200, bytes(range(256)))


async def nothing_at_all(request, node, encoded):
    return answer(200, b"")


async def too_much(request, node, encoded):
    return answer(200, b"[" * (2 << 20))


async def nonsense(request, node, encoded):
    return success([1, 2, 3] if "bundle" not in request.url.path else {"stored": "all of it"})


async def always_failing(request, node, encoded):
    return answer(500, b"Internal Server Error")


async def elsewhere(request, node, encoded):
    return httpx.Response(302, headers={"location": "http://127.0.0.1:1/"})


async def reset(request, node, encoded):
    raise httpx.ReadError("connection reset by peer")


async def cut_off(request, node, encoded):
    raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


async def short_signature(request, node, encoded):
    return _signed(request, SignedMessage(_message(encoded), bytes(5)))


async def no_point(request, node, encoded):
    return _signed(request, SignedMessage(_message(encoded), b"\xff" * 96))


async def no_message(request, node, encoded):
    return _signed(request, SignedMessage(b"", node.key.sign(b"")))


async def signs_for_another(request, node, encoded):
    """The right message, but the signature is over another."""
    return _signed(request, SignedMessage(_message(encoded), node.key.sign(b"another")))


def _message(encoded) -> bytes:
    return StorageConfirmation(bytes(encoded.blob_id), Permanent()).signed_bytes(7)


def _signed(request: httpx.Request, signed: SignedMessage) -> httpx.Response | None:
    """`signed` wherever a confirmation is asked for."""
    body = {
        "serializedMessage": base64.b64encode(signed.serialized_message).decode(),
        "signature": base64.b64encode(signed.signature).decode(),
    }
    if "/confirmation/" in request.url.path:
        return success({"signed": body})
    if "confirm" in request.url.params:
        return success({"stored": 7, "buffered": 0, "existed": 0, "signed": body})
    return None


LIES = {
    garbage: "answered no JSON envelope",
    nothing_at_all: "answered no JSON envelope",
    too_much: "expected at most 1048576 bytes, got more",
    always_failing: "refused with 500",
    elsewhere: "refused with 302",
    reset: "connection reset by peer",
    cut_off: "peer closed connection",
    short_signature: "its confirmation does not hold",
    no_point: "its confirmation does not hold",
    no_message: "its confirmation does not hold",
    signs_for_another: "its confirmation does not hold",
}
every_lie = pytest.mark.parametrize(("lie", "reason"), LIES.items(), ids=[lie.__name__ for lie in LIES])


def tell(grid, numbers, lie, encoded) -> None:
    for number in numbers:
        node = grid.nodes[number]
        node.fault = lambda request, node=node: lie(request, node, encoded)


@every_lie
async def test_four_liars_cost_their_own_weight_and_are_named(grid, nodes, encoded, limits, lie, reason):
    grid.register(encoded)
    tell(grid, range(3, 7), lie, encoded)
    async with asyncio.timeout(SECONDS):
        result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert sorted(result.signed) == [0, 1, 2, 7, 8, 9, 10, 11, 12]
    assert result.certificate.signers == (0, 1, 2, 7, 8, 9, 10, 11, 12)
    assert set(result.failures) == {f"node-{number}.test:80" for number in range(3, 7)}
    assert all(reason in why for why in result.failures.values()), result.failures


@every_lie
async def test_five_liars_leave_no_certificate_and_are_all_in_the_error(grid, nodes, encoded, limits, lie, reason):
    grid.register(encoded)
    tell(grid, range(5), lie, encoded)
    with pytest.raises(NotEnoughConfirmations, match="worth 27 of 39 shards") as caught:
        async with asyncio.timeout(SECONDS):
            await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    liars = [f"node-{number}.test:80" for number in range(5)]
    assert all(reason in caught.value.failures[liar] for liar in liars)
    assert all(liar in str(caught.value) for liar in liars)
    assert "not paid for again" in caught.value.hint


async def test_what_is_confirmed_counts_only_once_it_is_checked(grid, nodes, encoded, hasty, hang):
    """Four hang, so that nine are just a quorum, and one of these signs something else: no certificate yet."""
    grid.register(encoded)
    for node in grid.nodes[:3]:
        node.fault = hang
    tell(grid, [3], signs_for_another, encoded)
    woken = asyncio.Event()

    async def slow(request: httpx.Request) -> None:
        await woken.wait()

    grid.nodes[4].fault = slow
    asyncio.get_running_loop().call_later(0.3, woken.set)
    result = await upload(nodes, encoded, Permanent(), limits=hasty, on_progress=ignore_progress)
    assert result.certificate.signers == tuple(range(4, 13))
    assert "does not hold" in result.failures["node-3.test:80"]


async def test_liars_who_come_when_a_quorum_has_confirmed_are_found_out_too(grid, nodes, encoded, limits):
    grid.register(encoded)
    patient = replace(limits, tail_seconds=SECONDS)
    flow = Upload(Delivery(nodes, encoded, Permanent(), patient, lambda slivers: None))
    certified = asyncio.Event()
    for node in grid.nodes[:3]:
        node.fault = after(certified, honestly if node is grid.nodes[0] else signs_for_another, node, encoded)
    run = asyncio.create_task(flow.run())
    certificate = await flow.certificate(run)
    certified.set()
    result = await run
    assert set(certificate.signers) <= set(range(3, 13))
    assert sorted(result.signed) == [0, *range(3, 13)]
    assert {name for name, why in result.failures.items() if "does not hold" in why} == {
        "node-1.test:80",
        "node-2.test:80",
    }


async def honestly(request, node, encoded):
    return None


def after(event: asyncio.Event, then, node, encoded):
    async def fault(request: httpx.Request) -> httpx.Response | None:
        await event.wait()
        return await then(request, node, encoded)

    return fault
