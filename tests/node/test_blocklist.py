"""What a node may not hand out, it does not, on any route; and the list can change while it runs."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.node.conftest import Clock, Node, registration
from tests.node.test_app import refusal, store_all
from walrus_node.blocklist import Blocking, Blocklist
from walrus_sui.errors import ConfigError
from walrus_sui.redstuff import Axis, EncodedBlob, SymbolId
from walrus_sui.storage import routes


@dataclass
class Blocked:
    """A node that stores two blobs and blocks one of them."""

    node: Node
    http: httpx.AsyncClient
    file: Path
    clock: Clock

    def write(self, text: str) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(text)
        os.replace(fresh, self.file)
        self.clock.now += 2


@pytest.fixture
async def blocked(
    node: Node, blob: EncodedBlob, other_blob: EncodedBlob, tmp_path: Path
) -> AsyncIterator[Blocked]:
    for number, stored in enumerate((blob, other_blob)):
        node.apply(registration(stored.blob_id, object_id=bytes([number]) * 32))
        await store_all(node, stored)
    file, clock = tmp_path / "blocklist.yaml", Clock()
    file.write_text(f"- {blob.blob_id}\n")
    transport = node.http._transport
    assert isinstance(transport, httpx.ASGITransport)
    app = Blocking(transport.app, Blocklist(file, lambda: clock.now))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as http:
        yield Blocked(node, http, file, clock)


def reads(node: Node, blob: EncodedBlob) -> list[str]:
    """Every route that gives anything of the blob."""
    pair = node.owned_pairs(blob.blob_id)[0]
    return [
        routes.metadata(blob.blob_id),
        routes.sliver(blob.blob_id, pair, Axis.PRIMARY),
        routes.sliver(blob.blob_id, pair, Axis.SECONDARY),
        routes.bundle(blob.blob_id, [pair], None, metadata=True, max_bytes=None),
        routes.recovery_symbols(blob.blob_id, [SymbolId(pair, 0)], Axis.PRIMARY),
        routes.decoding_symbols(blob.blob_id, [0], Axis.PRIMARY),
    ]


async def test_a_blocked_blob_is_not_given_by_any_route(
    blocked: Blocked, blob: EncodedBlob, other_blob: EncodedBlob
) -> None:
    for path in reads(blocked.node, blob):
        answer = await blocked.http.get(path)
        assert refusal(answer) == (451, "UNAVAILABLE_FOR_LEGAL_REASONS", "FORBIDDEN_BLOB")
        assert answer.headers["access-control-allow-origin"] == "*"
    for path in reads(blocked.node, other_blob):
        assert (await blocked.http.get(path)).status_code == 200
    for path in (routes.blob_status(blob.blob_id), routes.metadata_status(blob.blob_id), routes.HEALTH):
        assert (await blocked.http.get(path)).status_code == 200


async def test_the_list_is_read_again_when_it_changes(
    blocked: Blocked, blob: EncodedBlob, other_blob: EncodedBlob
) -> None:
    async def statuses() -> list[int]:
        paths = (routes.metadata(found.blob_id) for found in (blob, other_blob))
        return [(await blocked.http.get(path)).status_code for path in paths]

    assert await statuses() == [451, 200]
    blocked.write(f"- {other_blob.blob_id}\n")
    assert await statuses() == [200, 451]
    blocked.write("")
    assert await statuses() == [200, 200]


@pytest.mark.parametrize("text", ["- no blob id\n", "a: b\n", "[", "- 1\n"])
async def test_a_list_that_makes_no_sense_changes_nothing(
    blocked: Blocked, blob: EncodedBlob, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    blocked.write(text)
    assert (await blocked.http.get(routes.metadata(blob.blob_id))).status_code == 451
    assert "the blocklist stays as it was" in caplog.text
    blocked.file.unlink()
    blocked.clock.now += 2
    assert (await blocked.http.get(routes.metadata(blob.blob_id))).status_code == 451


def test_a_node_does_not_start_without_the_list_it_was_told_to_heed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the blocklist"):
        Blocklist(tmp_path / "nowhere", lambda: 0.0)
    (tmp_path / "list").write_text("- no blob id\n")
    with pytest.raises(ConfigError, match="expected a blob id of 43"):
        Blocklist(tmp_path / "list", lambda: 0.0)
