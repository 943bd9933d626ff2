"""What the node says of itself: ServiceHealthInfo (protocol.md §7.2)."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

from walrus_node.database.store import Cursor
from walrus_node.holding.duty import Duty


class Health:
    """Builds the health information from the node's current duty and cursor."""

    def __init__(self, public_key: bytes, duty: Callable[[], Duty], cursor: Callable[[], Cursor]) -> None:
        self._duty = duty
        self._cursor = cursor
        self._public_key = base64.b64encode(public_key).decode()
        self._started = time.monotonic_ns()

    def report(self, detailed: bool) -> dict[str, Any]:
        """What holds now; with the node's shards one by one if `detailed`."""
        duty, cursor = self._duty(), self._cursor()
        seconds, nanos = divmod(time.monotonic_ns() - self._started, 1_000_000_000)
        report: dict[str, Any] = {
            "uptime": {"secs": seconds, "nanos": nanos},
            "epoch": duty.epoch,
            "publicKey": self._public_key,
            "nodeStatus": "Active" if duty.shards else "Standby",
            "eventProgress": {
                "persisted": cursor.total,
                "pending": 0,
                "highestFinishedEventIndex": cursor.total - 1 if cursor.total else None,
            },
            "shardSummary": {
                "owned": len(duty.shards),
                "ownedShardStatus": {"unknown": 0, "ready": len(duty.shards), "inTransfer": 0, "inRecovery": 0},
                "readOnly": 0,
            },
            "latestCheckpointSequenceNumber": cursor.checkpoint - 1 if cursor.checkpoint else None,
        }
        if detailed:
            owned = [{"shard": shard, "status": "ready"} for shard in sorted(duty.shards)]
            report["shardDetail"] = {"owned": owned, "other": []}
        return report
