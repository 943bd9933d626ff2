"""JSON values in the spelling of the protocol (protocol.md §1.5)."""

from __future__ import annotations

from typing import Any

import pytest

from walrus_sui.storage import (
    BlobStatus,
    DeletableCounts,
    DeletableStatus,
    EventId,
    InvalidStatus,
    NonexistentStatus,
    PermanentStatus,
    Reason,
    Status,
)
from walrus_sui.storage.envelope import failure, failure_reason, success, success_data
from walrus_sui.storage.status import status_from_json, status_to_json

EVENT = EventId(bytes(31) + b"\x3a", 12)
EVENT_JSON = {"txDigest": "1" * 31 + "21", "eventSeq": "12"}  # base58: a leading 1 for each zero byte, 58 = "21"

CASES: list[tuple[BlobStatus, Any]] = [
    (NonexistentStatus(), "nonexistent"),
    (InvalidStatus(EVENT), {"invalid": {"event": EVENT_JSON}}),
    (
        PermanentStatus(9, True, EVENT, DeletableCounts(3, 1), 4),
        {
            "permanent": {
                "endEpoch": 9,
                "isCertified": True,
                "statusEvent": EVENT_JSON,
                "deletableCounts": {"count_deletable_total": 3, "count_deletable_certified": 1},
                "initialCertifiedEpoch": 4,
            }
        },
    ),
    (
        DeletableStatus(None, DeletableCounts(1, 0)),
        {
            "deletable": {
                "initialCertifiedEpoch": None,
                "deletableCounts": {"count_deletable_total": 1, "count_deletable_certified": 0},
            }
        },
    ),
]


@pytest.mark.parametrize(("status", "value"), CASES)
def test_blob_status(status: BlobStatus, value: Any) -> None:
    assert status_to_json(status) == value
    assert status_from_json(value) == status


NO_COUNTS = {"count_deletable_total": 0, "count_deletable_certified": 0}


@pytest.mark.parametrize(
    "value",
    [
        None,
        17,
        "unknown",
        {},
        [],
        {"unknown": {}},
        {"invalid": {}},
        {"invalid": {"event": {"txDigest": "0OIl", "eventSeq": "1"}}},
        {"invalid": {"event": {"txDigest": "1" * 32, "eventSeq": "x"}}},
        {"deletable": {"initialCertifiedEpoch": None}},
        {"permanent": 3},
        {"permanent": {}, "deletable": {}},
        {"invalid": {"event": {"txDigest": "1" * 32, "eventSeq": "-1"}}},
        {"invalid": {"event": {"txDigest": "1" * 32, "eventSeq": float("inf")}}},
        {"deletable": {"initialCertifiedEpoch": [], "deletableCounts": NO_COUNTS}},
        {"deletable": {"initialCertifiedEpoch": "1", "deletableCounts": NO_COUNTS}},
        {"deletable": {"initialCertifiedEpoch": float("nan"), "deletableCounts": NO_COUNTS}},
        {
            "deletable": {
                "initialCertifiedEpoch": None,
                "deletableCounts": NO_COUNTS | {"count_deletable_total": 1e999},
            }
        },
        {
            "deletable": {
                "initialCertifiedEpoch": None,
                "deletableCounts": NO_COUNTS | {"count_deletable_total": -1},
            }
        },
    ],
)
def test_what_is_no_blob_status(value: Any) -> None:
    with pytest.raises(ValueError, match="expected a blob status"):
        status_from_json(value)


def test_envelopes() -> None:
    assert success("x", 201) == {"success": {"code": 201, "data": "x"}}
    assert success_data(success([1])) == [1]
    body = failure(Status.FAILED_PRECONDITION, Reason.NOT_REGISTERED, "register first")
    assert body == {
        "error": {
            "status": "FAILED_PRECONDITION",
            "code": 400,
            "message": "register first",
            "details": [
                {
                    "@type": "ErrorInfo",
                    "reason": "NOT_REGISTERED",
                    "domain": "storage.walrus.space",
                    "metadata": {},
                }
            ],
        }
    }
    assert failure_reason(body) == ("NOT_REGISTERED", "register first")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.INVALID_ARGUMENT, 400),
        (Status.FAILED_PRECONDITION, 400),
        (Status.UNAUTHENTICATED, 401),
        (Status.PERMISSION_DENIED, 403),
        (Status.NOT_FOUND, 404),
        (Status.UNAVAILABLE_FOR_LEGAL_REASONS, 451),
        (Status.INTERNAL, 500),
        (Status.UNAVAILABLE, 503),
    ],
)
def test_http_codes(status: Status, code: int) -> None:
    assert status.http == code
