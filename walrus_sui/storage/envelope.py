"""The JSON around every answer of a storage node: one shape for success, one for errors (protocol.md §1.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from walrus_sui.storage.reasons import Reason, Status


def success(data: Any, code: int = 200) -> dict[str, Any]:
    return {"success": {"code": code, "data": data}}


def failure(
    status: Status, reason: Reason, message: str, metadata: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An AIP-193 error. The ErrorInfo comes first: official clients read the reason from `details[0]`."""
    info = {
        "@type": "ErrorInfo",
        "reason": reason.value,
        "domain": reason.domain,
        "metadata": dict(metadata or {}),
    }
    return {"error": {"status": status.value, "code": status.http, "message": message, "details": [info]}}


def parse(body: bytes | bytearray) -> Any:
    """JSON from a node that is not trusted. Raises `ValueError` for anything else, endless nesting included."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("expected JSON of some depth, got nesting without end") from None


def success_data(body: Any) -> Any:
    """What `success` wrapped. Raises `ValueError` if `body` is something else."""
    if isinstance(body, dict) and isinstance(envelope := body.get("success"), dict) and "data" in envelope:
        return envelope["data"]
    raise ValueError('expected {"success": {"code": …, "data": …}}')


def failure_reason(body: Any) -> tuple[str, str]:
    """(reason, message) of an error body; empty where a foreign server gave none."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    details = error.get("details")
    first = details[0] if isinstance(details, list) and details else None
    reason = first.get("reason") if isinstance(first, dict) else None
    return str(reason or ""), str(error.get("message") or "")
