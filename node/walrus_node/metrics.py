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
from walrus_node.holding.pending import PendingUploads
from walrus_sui.redstuff import Axis

STANDBY, ACTIVE, CATCHING_UP = 0, 1, 3
"""Values of `walrus_current_node_status`."""

_BLOB_SECONDS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


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
        self.shard_syncs = self._counter("shard_sync", "Shards taken over, by how far that came", "status")
        self.slivers_synced = self._by_axis("sync_shard_sync_sliver", "Slivers taken over from earlier holders")
        self.slivers_recovered = self._by_axis("sync_shard_recover_sliver_success", "Slivers rebuilt")
        self.slivers_not_recovered = self._by_axis(
            "sync_shard_recover_sliver_error", "Slivers that could not be rebuilt; they are tried again"
        )
        self.blob_seconds = Histogram(
            "walrus_recover_blob_duration_seconds",
            "Bringing in what is missing of a blob",
            ["status"],
            registry=self.registry,
            buckets=_BLOB_SECONDS,
        )
        self.collection_started = self._epoch("garbage_collection_last_started_epoch", "Epoch begun to clean up")
        self.collection_completed = self._epoch("garbage_collection_last_completed_epoch", "Epoch cleaned up")
        self.blobs_collected = self._counter("garbage_collection_blobs_deleted", "Blobs whose data was deleted")
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
        self._gauge("current_node_status", "0 standby, 1 active, 3 catching up", lambda: _status(duty(), cursor()))
        self._gauge("event_cursor_progress", "Events applied", lambda: cursor().total, state="highest_finished")
        self._gauge(
            "event_processor_latest_downloaded_checkpoint", "Checkpoints followed", lambda: cursor().checkpoint
        )
        done = {"state": "highest_finished"}
        self._gauge("event_position_sui_checkpoint", "Checkpoint of events", lambda: cursor().checkpoint, **done)
        self._gauge("recover_blob_backlog", "Certified blobs the node is completing", backlog, state="queued")

    def watch_pending(self, pending: PendingUploads) -> None:
        self._gauge("pending_metadata_cache_entries", "Metadata that came early", lambda: pending.metadatas)
        self._gauge("pending_sliver_cache_slivers", "Slivers that came early", lambda: pending.slivers)
        self._gauge("pending_sliver_cache_bytes", "Bytes of these slivers", lambda: pending.sliver_bytes)

    def watch_disk(self, writes: Writes) -> None:
        self._gauge("disk_free_bytes", "What the database's disk has left", lambda: writes.free_bytes)
        self._gauge("database_writable", "0 after a write that failed", lambda: writes.failure is None)

    def certificate_ends(self, seconds: float) -> None:
        """When the certificate that the node answers under ends, in seconds since 1970."""
        self._gauge("http_server_tls_certificate_not_after_seconds", "End of the certificate", lambda: seconds)

    def exposition(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _epoch(self, name: str, about: str) -> Gauge:
        return Gauge(f"walrus_{name}", about, registry=self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"walrus_{name}", about, labels, registry=self.registry)

    def _by_axis(self, name: str, about: str) -> dict[Axis, Counter]:
        counter = self._counter(name, about, "sliver_type")
        return {axis: counter.labels(axis.value) for axis in Axis}

    def _gauge(self, name: str, about: str, read: Callable[[], float], **labels: str) -> None:
        gauge = Gauge(f"walrus_{name}", about, tuple(labels), registry=self.registry)
        (gauge.labels(**labels) if labels else gauge).set_function(read)


def _status(duty: Duty, cursor: Cursor) -> int:
    if not duty.shards:
        return STANDBY
    return CATCHING_UP if cursor.epoch < duty.epoch else ACTIVE


def metrics_app(metrics: Metrics) -> Starlette:
    """The application behind `metrics_address`: GET /metrics."""

    async def expose(_: Request) -> Response:
        return Response(metrics.exposition(), headers={"content-type": CONTENT_TYPE_LATEST})

    return Starlette(routes=[Route("/metrics", expose, methods=["GET"])])
