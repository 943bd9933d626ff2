"""Why a storage node says no: the protocol's words and the HTTP status that goes with each (protocol.md §1.2,
§1.3)."""

from __future__ import annotations

from enum import StrEnum

NODE_DOMAIN = "storage.walrus.space"
GLOBAL_DOMAIN = "global"


class Status(StrEnum):
    """Canonical status of an error (AIP-193)."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    NOT_FOUND = "NOT_FOUND"
    UNAVAILABLE_FOR_LEGAL_REASONS = "UNAVAILABLE_FOR_LEGAL_REASONS"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"

    @property
    def http(self) -> int:
        return _HTTP[self]


_HTTP = {
    Status.INVALID_ARGUMENT: 400,
    Status.FAILED_PRECONDITION: 400,
    Status.UNAUTHENTICATED: 401,
    Status.PERMISSION_DENIED: 403,
    Status.NOT_FOUND: 404,
    Status.UNAVAILABLE_FOR_LEGAL_REASONS: 451,
    Status.INTERNAL: 500,
    Status.UNAVAILABLE: 503,
}


class Reason(StrEnum):
    """The word in an error's ErrorInfo, which is what programs compare."""

    NOT_REGISTERED = "NOT_REGISTERED"
    INVALID_BLOB = "INVALID_BLOB"
    INVALID_METADATA = "INVALID_METADATA"
    UNSUPPORTED_ENCODING_TYPE = "UNSUPPORTED_ENCODING_TYPE"
    METADATA_NOT_FOUND = "METADATA_NOT_FOUND"
    INDEX_OUT_OF_RANGE = "INDEX_OUT_OF_RANGE"
    SLIVER_INDEX_MISMATCH = "SLIVER_INDEX_MISMATCH"
    SHARD_NOT_ASSIGNED = "SHARD_NOT_ASSIGNED"
    INVALID_SLIVER = "INVALID_SLIVER"
    SLIVER_NOT_FOUND = "SLIVER_NOT_FOUND"
    MISSING_SLIVERS = "MISSING_SLIVERS"
    INVALID_CONTENT_TYPE = "INVALID_CONTENT_TYPE"
    INTERNAL = "INTERNAL"

    @property
    def domain(self) -> str:
        return GLOBAL_DOMAIN if self in (Reason.INVALID_CONTENT_TYPE, Reason.INTERNAL) else NODE_DOMAIN
