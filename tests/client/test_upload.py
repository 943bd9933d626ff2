"""Uploading to a committee of thirteen, three shards each: 27 of 39 shards, so nine nodes, are a quorum."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from dataclasses import replace

import httpx
import pytest

from tests.client.conftest import EPOCH
from tests.waiting import SECONDS
from walrus_sui.client.progress import Phase, Progress, ignore_progress
from walrus_sui.client.storing.delivery import Delivery
from walrus_sui.client.storing.upload import Upload, upload
from walrus_sui.crypto.certificate import certify
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage, StorageConfirmation
from walrus_sui.errors import NotEnoughConfirmations
from walrus_sui.redstuff import encode

OBJECT_ID = b"\x0b" * 32


@pytest.fixture(params=["bundles", "single requests"], autouse=True)
def nodes(request, nodes):
    """Nodes that take bundles, and nodes that know only the protocol's own routes."""
    for node in nodes:
        node.takes_bundles = request.param == "bundles"
    return nodes


@pytest.fixture
def encoded():
    return encode(os.urandom(10_000), n_shards=39)


async def test_every_node_confirms_and_the_certificate_holds(grid, nodes, encoded, limits):
    grid.register(encoded)
    seen: list[Progress] = []
    result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=seen.append)
    assert sorted(result.signed) == list(range(13))
    assert result.failures == {}
    assert seen[-1] == Progress(Phase.UPLOAD, 78, 78)
    expected = StorageConfirmation(bytes(encoded.blob_id), Permanent())
    certify(grid.committee.bls(), expected, result.signed).verify(grid.committee.bls(), expected)


async def test_nodes_that_have_not_come_to_the_epoch_yet_are_asked_until_they_have(grid, nodes, encoded, limits):
    grid.register(encoded)
    asked = dict.fromkeys(grid.nodes, 0)

    def arriving(node):
        async def count(request: httpx.Request) -> None:
            asked[node] += request.method == "GET"
            node.epoch = EPOCH if asked[node] > 1 else EPOCH - 1

        return count

    for node in grid.nodes:
        node.fault = arriving(node)
    result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert len(result.signed) >= 9
    assert {asked[grid.nodes[index]] for index in result.signed} == {2}


async def test_there_is_a_certificate_while_others_are_still_being_served(grid, nodes, encoded, limits):
    certified = asyncio.Event()

    async def slow(request: httpx.Request) -> None:
        await certified.wait()

    grid.register(encoded)
    for node in grid.nodes[:4]:
        node.fault = slow
    patient = replace(limits, tail_seconds=SECONDS)
    flow = Upload(Delivery(nodes, encoded, Permanent(), patient, lambda slivers: None))
    run = asyncio.create_task(flow.run())
    certificate = await flow.certificate(run)
    assert certificate.signers == tuple(range(4, 13))
    assert not run.done()
    certified.set()
    result = await run
    assert (sorted(result.signed), result.failures) == (list(range(13)), {})
    assert result.certificate == certificate


async def test_four_dead_nodes_do_not_hinder_a_certificate(grid, nodes, encoded, limits, kill):
    grid.register(encoded)
    for node in grid.nodes[:4]:
        node.fault = kill
    result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert sorted(result.signed) == list(range(4, 13))
    assert set(result.failures) == {f"node-{i}.test:80" for i in range(4)}


async def test_five_dead_nodes_make_a_certificate_impossible(grid, nodes, encoded, limits, kill):
    grid.register(encoded)
    for node in grid.nodes[:5]:
        node.fault = kill
    with pytest.raises(NotEnoughConfirmations, match=r"27 of 39 shards") as caught:
        await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert caught.value.needed == 27
    assert all("connection refused" in reason for reason in caught.value.failures.values())


async def test_hung_nodes_are_left_behind_once_a_quorum_has_confirmed(grid, nodes, encoded, hasty, hang):
    grid.register(encoded)
    for node in grid.nodes[:4]:
        node.fault = hang
    result = await upload(nodes, encoded, Permanent(), limits=hasty, on_progress=ignore_progress)
    assert sorted(result.signed) == list(range(4, 13))
    assert result.failures["node-0.test:80"] == "not done when a quorum had confirmed"


async def test_hung_nodes_do_not_use_up_what_may_be_under_way(grid, nodes, encoded, hasty, hang):
    grid.register(encoded)
    for node in grid.nodes[:4]:
        node.fault = hang
    narrow = replace(hasty, requests_in_flight=2)
    async with asyncio.timeout(SECONDS):
        result = await upload(nodes, encoded, Permanent(), limits=narrow, on_progress=ignore_progress)
    assert sorted(result.signed) == list(range(4, 13))


@pytest.mark.parametrize("status", [429, 503])
async def test_nodes_that_are_busy_for_a_moment_are_asked_again(grid, nodes, encoded, limits, status):
    def busy(node):
        async def fault(request: httpx.Request) -> httpx.Response:
            node.fault = None
            return httpx.Response(status, text="too much to do")

        return fault

    grid.register(encoded)
    for node in grid.nodes[:8]:
        node.fault = busy(node)
    result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert (len(result.signed), result.failures) == (13, {})


async def test_nodes_that_stay_silent_are_not_given_all_that_time_again(grid, nodes, encoded, limits):
    async def silent(request: httpx.Request) -> None:
        raise httpx.ReadTimeout("next to nothing came for 60 s")

    grid.register(encoded)
    for node in grid.nodes[:5]:
        node.fault = silent
    with pytest.raises(NotEnoughConfirmations, match="next to nothing came"):
        await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert {len(node.requests) for node in grid.nodes[:5]} == {1}


async def test_a_node_that_lags_behind_the_chain_is_waited_for(grid, nodes, encoded, limits):
    late = grid.nodes[0]
    for node in grid.nodes[1:]:
        node.register(encoded, OBJECT_ID)

    async def learn_on_the_third_request(request: httpx.Request) -> None:
        if len(late.requests) == 3:
            late.register(encoded, OBJECT_ID)

    late.fault = learn_on_the_third_request
    patient = replace(limits, tail_seconds=5.0)
    result = await upload(nodes, encoded, Permanent(), limits=patient, on_progress=ignore_progress)
    assert 0 in result.signed
    assert len(late.requests) > 3


async def test_a_node_that_knows_no_bundles_is_asked_for_them_once(grid, nodes, encoded, limits):
    async def lack_the_route(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(404) if request.url.path.endswith("/bundle") else None

    grid.register(encoded)
    plain = grid.nodes[4]
    plain.fault = lack_the_route
    for node in nodes:
        node.takes_bundles = True
    for _ in range(2):
        result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
        assert sorted(result.signed) == list(range(13))
    assert [path.rpartition("/")[2] for path in plain.requests].count("bundle") == 1


async def test_a_small_blob_is_one_request_to_each_node_that_sees_it_registered(grid, nodes, encoded, limits):
    for node in nodes:
        node.takes_bundles = True
    grid.register(encoded)
    result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress, pending=True)
    assert [len(node.requests) for node in grid.nodes] == [1] * 13
    assert result.requests == 13
    assert sorted(result.signed) == list(range(13))


async def test_a_blob_nobody_sees_registered_is_given_up(nodes, encoded, limits):
    impatient = replace(limits, registration_wait=0.05)
    with pytest.raises(NotEnoughConfirmations, match="NOT_REGISTERED"):
        await upload(nodes, encoded, Permanent(), limits=impatient, on_progress=ignore_progress)


def signs_instead(node, message: StorageConfirmation, epoch: int):
    """A fault by which `node` answers every request for a confirmation with its signature over `message`."""
    signed = SignedMessage.sign(message, epoch, node.key)
    body = {
        "serializedMessage": base64.b64encode(signed.serialized_message).decode(),
        "signature": base64.b64encode(signed.signature).decode(),
    }

    async def fault(request: httpx.Request) -> httpx.Response | None:
        if "/confirmation/" in request.url.path:
            return success({"signed": body})
        if "confirm" in request.url.params:
            return success({"stored": 7, "buffered": 0, "existed": 0, "signed": body})
        return None

    return fault


def success(data) -> httpx.Response:
    return httpx.Response(200, content=json.dumps({"success": {"code": 200, "data": data}}))


@pytest.mark.parametrize(
    ("message", "epoch", "reason"),
    [
        (StorageConfirmation(b"\x01" * 32, Deletable(OBJECT_ID)), 7, "got one for AQEB"),
        (None, 6, "expected a message of epoch 7, got one of epoch 6"),
        (None, 8, "expected a message of epoch 7, got one of epoch 8"),
        (Permanent(), 7, "expected a confirmation as Deletable"),
        (Deletable(b"\x0c" * 32), 7, "expected a confirmation as Deletable"),
    ],
)
async def test_a_confirmation_of_something_else_does_not_count(
    grid, nodes, encoded, limits, message, epoch, reason
):
    grid.register(encoded, OBJECT_ID, deletable=True)
    if not isinstance(message, StorageConfirmation):
        message = StorageConfirmation(bytes(encoded.blob_id), message or Deletable(OBJECT_ID))
    liar = grid.nodes[5]
    liar.fault = signs_instead(liar, message, epoch)
    result = await upload(
        nodes,
        encoded,
        Deletable(OBJECT_ID),
        limits=replace(limits, registration_wait=0.05),
        on_progress=ignore_progress,
    )
    assert sorted(result.signed) == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]
    assert reason in result.failures[liar.name]


async def test_a_confirmation_under_another_key_does_not_count(grid, nodes, encoded, limits):
    grid.register(encoded)
    impostor, other = grid.nodes[2], grid.nodes[3]
    impostor.fault = signs_instead(other, StorageConfirmation(bytes(encoded.blob_id), Permanent()), 7)
    result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert 2 not in result.signed
    assert "its confirmation does not hold" in result.failures[impostor.name]


async def test_a_node_that_refuses_a_sliver_costs_only_its_own_weight(grid, nodes, encoded, limits):
    grid.register(encoded)

    async def refuse(request: httpx.Request) -> httpx.Response | None:
        if request.method == "PUT" and ("/slivers/" in request.url.path or "confirm" in request.url.params):
            details = [{"reason": "INVALID_SLIVER", "domain": "storage.walrus.space"}]
            error = {"status": "INVALID_ARGUMENT", "code": 400, "message": "no", "details": details}
            return httpx.Response(400, content=json.dumps({"error": error}))
        return None

    grid.nodes[0].fault = refuse
    result = await upload(nodes, encoded, Permanent(), limits=limits, on_progress=ignore_progress)
    assert sorted(result.signed) == list(range(1, 13))
    assert "INVALID_SLIVER" in result.failures["node-0.test:80"]
