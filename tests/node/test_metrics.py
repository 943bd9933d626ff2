"""Metrics in the text format, counted by what was done over HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.node.conftest import Node, registration
from tests.node.test_app import put, sliver_of, store_all
from walrus_node.database.store import Cursor
from walrus_node.holding.duty import Duty
from walrus_node.metrics import Metrics, metrics_app
from walrus_sui.crypto.messages import Permanent
from walrus_sui.redstuff import Axis, EncodedBlob
from walrus_sui.storage import routes


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"walrus_{name}", labels)


async def test_work_is_counted_once(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    await store_all(node, blob)
    await node.client.metadata(blob.blob_id)
    await node.client.sliver(blob.blob_id, node.owned_pairs(blob.blob_id)[0], Axis.SECONDARY)
    await node.client.confirmation(blob.blob_id, Permanent())
    assert value(node.metrics, "metadata_stored_total") == 1
    assert value(node.metrics, "metadata_retrieved_total") == 1
    assert value(node.metrics, "slivers_stored_total", sliver_type="primary") == 3
    assert value(node.metrics, "slivers_stored_total", sliver_type="secondary") == 3
    assert value(node.metrics, "slivers_retrieved_total", sliver_type="secondary") == 1
    assert value(node.metrics, "slivers_retrieved_total", sliver_type="primary") == 0
    assert value(node.metrics, "storage_confirmations_issued_total") == 1


async def test_what_waits_for_its_registration_is_shown(node: Node, blob: EncodedBlob) -> None:
    def waiting() -> list[float | None]:
        names = ("pending_metadata_cache_entries", "pending_sliver_cache_slivers", "pending_sliver_cache_bytes")
        return [value(node.metrics, name) for name in names]

    pair = node.owned_pairs(blob.blob_id)[0]
    sliver = sliver_of(blob, pair, Axis.PRIMARY).to_bytes()
    assert waiting() == [0, 0, 0]
    await put(node, routes.metadata(blob.blob_id) + "?pending=true", blob.metadata.to_bytes())
    await put(node, routes.sliver(blob.blob_id, pair, Axis.PRIMARY) + "?pending=true", sliver)
    assert waiting() == [1, 1, len(sliver)]
    node.apply(registration(blob.blob_id))
    await node.registrations.announce(blob.blob_id)
    assert waiting() == [0, 0, 0]


async def test_exposition() -> None:
    metrics = Metrics()
    metrics.watch(lambda: Duty(7, 13, frozenset({1, 2})), lambda: Cursor(40, 0, 9, 7), lambda: 3)
    transport = httpx.ASGITransport(metrics_app(metrics))
    async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
        answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    for line in (
        "walrus_current_epoch 7.0",
        "walrus_shards_owned 2.0",
        "walrus_current_node_status 1.0",
        'walrus_event_cursor_progress{state="highest_finished"} 9.0',
        "walrus_event_processor_latest_downloaded_checkpoint 40.0",
        'walrus_event_position_sui_checkpoint{state="highest_finished"} 40.0',
        'walrus_recover_blob_backlog{state="queued"} 3.0',
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("duty", "epoch", "status"),
    [(Duty(7, 13, frozenset()), 7, 0), (Duty(7, 13, frozenset({1})), 7, 1), (Duty(7, 13, frozenset({1})), 6, 3)],
)
def test_the_node_tells_its_status(duty: Duty, epoch: int, status: int) -> None:
    metrics = Metrics()
    metrics.watch(lambda: duty, lambda: Cursor(epoch=epoch), lambda: 0)
    assert value(metrics, "current_node_status") == status


def test_the_end_of_the_certificate_is_shown() -> None:
    metrics = Metrics()
    metrics.certificate_ends(67_091_414_400.0)
    assert value(metrics, "http_server_tls_certificate_not_after_seconds") == 67_091_414_400.0
