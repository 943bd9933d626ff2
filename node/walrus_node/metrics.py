"""What operators watch, under the names official nodes use (protocol.md §7.1)."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from walrus_node.database.store import Cursor
from walrus_node.database.writes import Writes
from walrus_node.holding.duty import Duty
from walrus_sui.redstuff import Axis

STANDBY, ACTIVE = 0, 1
"""Values of `walrus_current_node_status`."""


class Metrics:
    """Counters that the node's parts add to. Each node has its own, so that several can share a process."""

    def __init__(self) -> None:
        # not the age of each counter, which official nodes do not tell either
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._started = time.monotonic()
        self.metadata_stored = self._counter("metadata_stored", "Blob metadata stored")
        self.metadata_retrieved = self._counter("metadata_retrieved", "Blob metadata handed out")
        self._slivers_stored = self._by_axis("slivers_stored", "Slivers stored")
        self._slivers_retrieved = self._by_axis("slivers_retrieved", "Slivers handed out")
        self.confirmations = self._counter("storage_confirmations_issued", "Storage confirmations signed")
        self.events = self._counter("events_processed", "Events applied", "event_type")
        self.event_seconds = Histogram(
            "walrus_event_process_duration_seconds", "Applying an event", ["event_type"], registry=self.registry
        )
        self.sui_balance = Gauge("walrus_sui_balance_mist", "SUI of the node's account", registry=self.registry)
        self._gauge("uptime", "Seconds since the node started", lambda: time.monotonic() - self._started)

    def sliver_stored(self, axis: Axis) -> None:
        self._slivers_stored[axis].inc()

    def sliver_retrieved(self, axis: Axis) -> None:
        self._slivers_retrieved[axis].inc()

    def watch(self, duty: Callable[[], Duty], cursor: Callable[[], Cursor], backlog: Callable[[], int]) -> None:
        """Read these whenever the metrics are read."""
        self._gauge("current_epoch", "Epoch the node is in", lambda: duty().epoch)
        self._gauge("shards_owned", "Shards the node owns", lambda: len(duty().shards))
        self._gauge("current_node_status", "0 standby, 1 active", lambda: ACTIVE if duty().shards else STANDBY)
        self._gauge("event_cursor_progress", "Events applied", lambda: cursor().total, state="highest_finished")
        self._gauge(
            "event_processor_latest_downloaded_checkpoint", "Checkpoints followed", lambda: cursor().checkpoint
        )
        self._gauge("recover_blob_backlog", "Certified blobs the node is completing", backlog, state="queued")

    def watch_disk(self, writes: Writes) -> None:
        self._gauge("disk_free_bytes", "What the database's disk has left", lambda: writes.free_bytes)
        self._gauge("database_writable", "0 after a write that failed", lambda: writes.failure is None)

    def certificate_ends(self, seconds: float) -> None:
        """When the certificate that the node answers under ends, in seconds since 1970."""
        self._gauge("http_server_tls_certificate_not_after_seconds", "End of the certificate", lambda: seconds)

    def exposition(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"walrus_{name}", about, labels, registry=self.registry)

    def _by_axis(self, name: str, about: str) -> dict[Axis, Counter]:
        counter = self._counter(name, about, "sliver_type")
        return {axis: counter.labels(axis.value) for axis in Axis}

    def _gauge(self, name: str, about: str, read: Callable[[], float], **labels: str) -> None:
        gauge = Gauge(f"walrus_{name}", about, tuple(labels), registry=self.registry)
        (gauge.labels(**labels) if labels else gauge).set_function(read)


def metrics_app(metrics: Metrics) -> Starlette:
    """The application behind `metrics_address`: GET /metrics."""

    async def expose(_: Request) -> Response:
        return Response(metrics.exposition(), headers={"content-type": CONTENT_TYPE_LATEST})

    return Starlette(routes=[Route("/metrics", expose, methods=["GET"])])
