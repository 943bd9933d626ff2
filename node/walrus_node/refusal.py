"""How the node says no: one exception with everything an HTTP answer needs (protocol.md §1.2, §1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from walrus_sui.storage import Reason, Status

_STATUS = {
    Reason.NOT_REGISTERED: Status.FAILED_PRECONDITION,
    Reason.INVALID_BLOB: Status.FAILED_PRECONDITION,
    Reason.MISSING_SLIVERS: Status.FAILED_PRECONDITION,
    Reason.SHARD_NOT_ASSIGNED: Status.FAILED_PRECONDITION,
    Reason.METADATA_NOT_FOUND: Status.FAILED_PRECONDITION,
    Reason.SLIVER_NOT_FOUND: Status.NOT_FOUND,
    Reason.CACHE_SATURATED: Status.FAILED_PRECONDITION,
    Reason.SYMBOL_NOT_PRESENT_AT_SHARDS: Status.FAILED_PRECONDITION,
    Reason.REQUEST_UNAUTHORIZED: Status.PERMISSION_DENIED,
    Reason.UNAVAILABLE: Status.UNAVAILABLE,
    Reason.STORAGE_UNAVAILABLE: Status.UNAVAILABLE,
    Reason.INTERNAL: Status.INTERNAL,
}


class Refusal(Exception):
    """A request that the node turns down.

    Without a `status` the one that usually goes with the reason is taken. `metadata` is for programs to read.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        status: Status | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.metadata = metadata
        self.reason = reason
        self.status = status or _STATUS.get(reason, Status.INVALID_ARGUMENT)
        self.message = message
