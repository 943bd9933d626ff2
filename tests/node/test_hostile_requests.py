"""A real node among people who send it anything: it answers what the protocol allows, and goes on.

Requests are drawn from the node's own description of its API, with values that fit it and values that do not; what
no HTTP client would send goes over bare sockets.
"""

from __future__ import annotations

import contextlib
import copy
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.node.conftest import make_blob
from tests.node.single import SingleNode, single_node
from tests.scale import cases
from tests.waiting import SECONDS
from walrus_node.api.openapi import document
from walrus_sui.redstuff import EncodedBlob
from walrus_sui.storage import routes
from walrus_sui.storage.envelope import failure_reason

pytestmark = [pytest.mark.e2e, pytest.mark.fuzz]

MEMORY_GROWTH = 200 << 20
"""Bytes the node may grow by under all this: a few of the largest bodies it accepts."""

DOCUMENT = document()
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]


@dataclass
class Target:
    """The node under fire and a blob it stores."""

    single: SingleNode
    url: str
    blob: EncodedBlob

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return host, int(port)

    def memory(self) -> int:
        """Resident bytes of the node."""
        assert self.single.node.process is not None
        status = Path(f"/proc/{self.single.node.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) << 10


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    blob = make_blob(b"stored")
    settings = {"pending_sliver_cache": {"ttl_secs": 1}, "rest_server": {"confirmation_long_poll_max_millis": 200}}
    async with single_node(tmp_path_factory.mktemp("hostile"), **settings) as single:
        await single.store(blob)
        yield Target(single, single.node.client.base_url, blob)


@pytest.fixture(autouse=True)
def unharmed(target: Target) -> Iterator[None]:
    """Whatever was sent: the node lives, logged no failure of its own, and has not grown without bounds."""
    before = target.memory()
    yield
    assert target.single.node.process is not None
    assert target.single.node.process.returncode is None, target.single.node.last_words()
    assert "ERROR" not in target.single.node.log.read_text(), target.single.node.last_words()
    assert target.memory() - before < MEMORY_GROWTH
    assert exchange(target, b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").startswith(
        b"HTTP/1.1 200"
    )


# What fits the description, and what does not


def near(target: Target, described: dict[str, Any]) -> dict[str, Any]:
    """The description with values a node of thirteen shards knows something about, so that requests get far."""
    described = copy.deepcopy(described)
    close = {"blob_id": {"enum": [str(target.blob.blob_id), "A" * 43]}, "pair_index": {"enum": [0, 5, 12, 13]}}
    for methods in described["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                parameter["schema"] = close.get(parameter["name"], parameter["schema"])
    return described


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_to_requests_that_fit_are_as_described(target: Target, path: str, method: str) -> None:
    operation = schemathesis.openapi.from_dict(near(target, DOCUMENT))[path][method.upper()]
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]

    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))
    @within(cases(15, 400))
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=target.url, checks=checks)

    ask()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_requests_that_do_not_fit_are_refused(target: Target, path: str, method: str) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method.upper()]

    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    @within(cases(15, 400))
    def ask(case: Any) -> None:
        response = case.call(base_url=target.url)
        check_answer(response.status_code, response.headers["content-type"][0], response.content)

    ask()


def within(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def check_answer(status: int, content_type: str, body: bytes) -> None:
    """No failure of the node's own, and a refusal in JSON is an envelope with its reason first."""
    assert status < 500, (status, body)
    if status >= 400 and content_type.startswith("application/json"):
        document = json.loads(body)
        reason, message = failure_reason(document)
        assert reason
        assert message
        assert document["error"]["code"] == status
    elif status >= 400:
        assert content_type.startswith("text/plain")


# What no client would send


def exchange(target: Target, request: bytes, *, finish: bool = False) -> bytes:
    """All the node answers to these bytes until it closes; with `finish` the sender closes its side first."""
    with socket.create_connection(target.address, SECONDS) as connection:
        try:
            connection.sendall(request)
            if finish:
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(1 << 16), b""))
        except (ConnectionResetError, BrokenPipeError):
            return b""


METADATA = routes.METADATA.format(blob_id="A" * 43).encode()
PUT = b"PUT " + METADATA + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
GET = b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"

REFUSED = {
    "nothing but zeros": bytes(4096),
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(512),
    "HTTP/2 in the clear": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown method": b"BREW /v1/health HTTP/1.1\r\nhost: x\r\n\r\n",
    "a zero in the path": b"GET /v1/\x00health HTTP/1.1\r\nhost: x\r\n\r\n",
    "a header without a name": GET + b": nothing\r\n\r\n",
    "a line break in a header": GET + b"x: a\rb\r\n\r\n",
    "a length that is no number": PUT + b"content-length: abc\r\n\r\n",
    "a negative length": PUT + b"content-length: -1\r\n\r\n",
    "a length beyond 64 bits": PUT + b"content-length: 99999999999999999999999\r\n\r\n",
    "two lengths": PUT + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "a chunk of no size": PUT + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "a chunk beyond 64 bits": PUT + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffffff\r\nab",
    "an endless path": GET.replace(b"health", b"a" * (1 << 20)) + b"\r\n",
    "an endless header": GET + b"x: " + b"a" * (4 << 20) + b"\r\n\r\n",
    "endless headers": GET + b"".join(b"x%d: y\r\n" % number for number in range(100_000)) + b"\r\n",
    "an endless query": b"GET /v1/health?"
    + b"a=b&" * (1 << 18)
    + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    "a body that is too long": PUT + b"content-length: 1000000000000\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_request_is_refused(target: Target, request_bytes: bytes) -> None:
    answer = exchange(target, request_bytes)
    assert answer == b"" or b"400" <= answer[9:12] < b"500", answer[:200]


UNFINISHED = {
    "a body shorter than its length": PUT + b"content-length: 1000\r\n\r\nabc",
    "a chunk shorter than its size": PUT + b"transfer-encoding: chunked\r\n\r\n10\r\nabc",
    "half a head": GET,
    "half a line": b"GET /v1/hea",
}


@pytest.mark.parametrize("request_bytes", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_requests_that_break_off_harm_nobody(target: Target, request_bytes: bytes) -> None:
    assert not exchange(target, request_bytes, finish=True).startswith(b"HTTP/1.1 5")


def test_hundreds_of_half_requests_do_not_keep_others_waiting(target: Target) -> None:
    half = PUT + b"content-length: 2000000\r\n\r\n" + bytes(50_000)
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            connection = stack.enter_context(socket.create_connection(target.address, SECONDS))
            connection.sendall(half)
        request = b"GET /v1/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        assert exchange(target, request).startswith(b"HTTP/1.1 200")


def test_random_bytes(target: Target) -> None:
    @given(sent=st.binary(max_size=300) | st.binary(max_size=80).map(lambda noise: GET + noise + b"\r\n\r\n"))
    @within(cases(40, 2000))
    def ask(sent: bytes) -> None:
        answer = exchange(target, sent, finish=True)
        assert answer == b"" or b"200" <= answer[9:12] < b"500", (sent, answer[:200])

    ask()
