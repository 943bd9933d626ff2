"""Uploads that came before their blob's registration, kept in memory for a short while (protocol.md §2.5).

Anyone can send them, so there are limits on everything. What is kept here has been verified; it moves to the
database once the registration is seen, and is forgotten when that takes too long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from walrus_node.refusal import Refusal
from walrus_sui.redstuff import Axis, BlobId
from walrus_sui.storage import Reason

Place = tuple[int, Axis]
"""Pair and axis of a sliver."""


@dataclass(frozen=True, slots=True)
class PendingLimits:
    """How much is kept and for how long; nothing at all while `seconds` is 0."""

    seconds: float = 0.0
    blobs: int = 512
    slivers: int = 4096
    bytes: int = 512 << 20
    sliver_bytes: int = 4 << 20


@dataclass(slots=True)
class PendingBlob:
    """What came for one blob."""

    expires: float
    metadata: bytes | None = None
    slivers: dict[Place, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.slivers.values()))


class PendingUploads:
    """Verified metadata and slivers by blob. Safe to use from several threads."""

    def __init__(self, limits: PendingLimits, clock: Callable[[], float]) -> None:
        """`clock` gives seconds that never go back."""
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._blobs: dict[BlobId, PendingBlob] = {}
        self._slivers = 0
        self._bytes = 0

    @property
    def is_enabled(self) -> bool:
        return self._limits.seconds > 0

    def __contains__(self, blob_id: BlobId) -> bool:
        with self._lock:
            return self._live(blob_id) is not None

    def metadata(self, blob_id: BlobId) -> bytes | None:
        with self._lock:
            blob = self._live(blob_id)
            return blob.metadata if blob else None

    def has_sliver(self, blob_id: BlobId, place: Place) -> bool:
        with self._lock:
            blob = self._live(blob_id)
            return blob is not None and place in blob.slivers

    def put_metadata(self, blob_id: BlobId, metadata: bytes) -> None:
        """Raises `Refusal` when too many blobs are pending."""
        with self._lock:
            self._drop_expired()
            if blob_id not in self._blobs and len(self._blobs) >= self._limits.blobs:
                raise Refusal(Reason.CACHE_SATURATED, "too many blobs wait for their registration")
            expires = self._clock() + self._limits.seconds
            self._blobs.setdefault(blob_id, PendingBlob(expires)).metadata = metadata

    def put_sliver(self, blob_id: BlobId, place: Place, sliver: bytes) -> None:
        """Raises `Refusal` for a sliver that is too large, too many of them, or one whose blob is not pending."""
        if len(sliver) > self._limits.sliver_bytes:
            message = f"expected at most {self._limits.sliver_bytes} bytes before registration, got {len(sliver)}"
            raise Refusal(Reason.SLIVER_TOO_LARGE, message)
        with self._lock:
            self._drop_expired()
            blob = self._blobs.get(blob_id)
            if blob is None:
                raise Refusal(Reason.NOT_REGISTERED, f"blob {blob_id} is not registered and no longer pending")
            if self._slivers >= self._limits.slivers or self._bytes + len(sliver) > self._limits.bytes:
                raise Refusal(Reason.CACHE_SATURATED, "too many slivers wait for their blobs' registration")
            if place not in blob.slivers:
                blob.slivers[place] = sliver
                self._slivers += 1
                self._bytes += len(sliver)

    def take(self, blob_id: BlobId) -> PendingBlob | None:
        """What came for a blob, which is pending no more."""
        with self._lock:
            blob = self._live(blob_id)
            if blob is not None:
                self._forget(blob_id, blob)
            return blob

    def _live(self, blob_id: BlobId) -> PendingBlob | None:
        blob = self._blobs.get(blob_id)
        return blob if blob is not None and blob.expires > self._clock() else None

    def _drop_expired(self) -> None:
        now = self._clock()
        for blob_id, blob in [item for item in self._blobs.items() if item[1].expires <= now]:
            self._forget(blob_id, blob)

    def _forget(self, blob_id: BlobId, blob: PendingBlob) -> None:
        del self._blobs[blob_id]
        self._slivers -= len(blob.slivers)
        self._bytes -= blob.size
