"""Uploads that came before their blob's registration, kept in memory for a short while (protocol.md §2.5).

Anyone can send them, so there are limits on everything. What is kept here has been verified; it moves to the
database once the registration is seen, and is forgotten when that takes too long.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
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
    def seconds(self) -> float:
        """How long uploads are kept."""
        return self._limits.seconds

    @property
    def metadatas(self) -> int:
        """Blobs whose metadata is kept."""
        with self._lock:
            return sum(blob.metadata is not None for blob in self._blobs.values())

    @property
    def slivers(self) -> int:
        return self._slivers

    @property
    def sliver_bytes(self) -> int:
        """Of all slivers together."""
        return self._bytes

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

    def put(self, blob_id: BlobId, metadata: bytes | None, slivers: Mapping[Place, bytes]) -> None:
        """Keep all of this or nothing.

        Raises `Refusal` for a sliver that is too large, for too much of anything, and for slivers without metadata
        of a blob that is not pending.
        """
        self._check_sizes(slivers.values())
        with self._lock:
            self._drop_expired()
            blob = self._blobs.get(blob_id)
            new = {place: sliver for place, sliver in slivers.items() if not blob or place not in blob.slivers}
            self._check_room(len(new), sum(map(len, new.values())))
            if blob is None:
                blob = self._admit(blob_id, metadata)
            if metadata is not None:
                blob.metadata = metadata
            blob.slivers |= new
            self._slivers += len(new)
            self._bytes += sum(map(len, new.values()))

    def _check_sizes(self, slivers: Iterable[bytes]) -> None:
        limit, longest = self._limits.sliver_bytes, max(map(len, slivers), default=0)
        if longest > limit:
            message = f"expected at most {limit} bytes before registration, got {longest}"
            raise Refusal(Reason.SLIVER_TOO_LARGE, message)

    def _check_room(self, slivers: int, size: int) -> None:
        limits = self._limits
        if self._slivers + slivers > limits.slivers or self._bytes + size > limits.bytes:
            raise Refusal(Reason.CACHE_SATURATED, "too many slivers wait for their blobs' registration")

    def _admit(self, blob_id: BlobId, metadata: bytes | None) -> PendingBlob:
        if metadata is None:
            raise Refusal(Reason.NOT_REGISTERED, f"blob {blob_id} is not registered and no longer pending")
        if len(self._blobs) >= self._limits.blobs:
            raise Refusal(Reason.CACHE_SATURATED, "too many blobs wait for their registration")
        blob = self._blobs[blob_id] = PendingBlob(self._clock() + self._limits.seconds)
        return blob

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

    def drop_expired(self) -> None:
        """Give the memory of what waited too long back."""
        with self._lock:
            self._drop_expired()

    def _drop_expired(self) -> None:
        now = self._clock()
        # they expire in the order in which they came
        for blob_id, blob in list(itertools.takewhile(lambda item: item[1].expires <= now, self._blobs.items())):
            self._forget(blob_id, blob)

    def _forget(self, blob_id: BlobId, blob: PendingBlob) -> None:
        del self._blobs[blob_id]
        self._slivers -= len(blob.slivers)
        self._bytes -= blob.size
