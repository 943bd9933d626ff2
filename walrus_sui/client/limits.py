"""How hard a client leans on storage nodes, and how long it waits for them (protocol.md §4.1, §4.2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times are in seconds, sizes in bytes.

    `request_timeout` is how long next to nothing of a request or its answer may move, however long all of it is.
    `tail_factor` and `tail_seconds`: once a quorum has confirmed, slower nodes get that share of the time so far
    plus that many seconds to finish as well. `patience` is how long a read waits for a node before it asks another
    beside it, and twice as long for each one more, as long as no answers have told how long they take; `stall` is
    how long an upload counts among those under way, so that nodes that hang hold up no others. Blobs up to
    `pending_bytes` may be sent before nodes see their registration.
    """

    connect_timeout: float = 5.0
    request_timeout: float = 60.0
    registration_wait: float = 30.0
    retries: int = 3
    first_backoff: float = 0.05
    longest_backoff: float = 1.0
    tail_factor: float = 0.5
    tail_seconds: float = 0.5
    patience: float = 1.0
    stall: float = 10.0
    metadata_requests: int = 3
    requests_per_node: int = 4
    requests_in_flight: int = 64
    bytes_in_flight: int = 128 << 20
    pending_bytes: int = 4 << 20

    def parallel(self, item_size: int) -> int:
        """How many requests of `item_size` bytes may be under way at once."""
        return max(1, min(self.requests_in_flight, self.bytes_in_flight // max(1, item_size)))
