"""What the node says of itself: ServiceHealthInfo (protocol.md §7.2)."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from walrus_node.database.store import Cursor, ShardsHeld
from walrus_node.holding.duty import Duty

_STATES = ("unknown", "ready", "inTransfer", "inRecovery")


class Health:
    """Builds the health information from the node's current duty, its cursor and the shards it has filled."""

    def __init__(
        self,
        public_key: bytes,
        duty: Callable[[], Duty],
        cursor: Callable[[], Cursor],
        held: Callable[[], ShardsHeld],
    ) -> None:
        self._duty = duty
        self._cursor = cursor
        self._held = held
        self._public_key = base64.b64encode(public_key).decode()
        self._started = time.monotonic_ns()

    def report(self, detailed: bool) -> dict[str, Any]:
        """What holds now; with the node's shards one by one if `detailed`."""
        duty, cursor = self._duty(), self._cursor()
        states = _states(duty, cursor, self._held())
        counts = Counter(states.values())
        seconds, nanos = divmod(time.monotonic_ns() - self._started, 1_000_000_000)
        report: dict[str, Any] = {
            "uptime": {"secs": seconds, "nanos": nanos},
            "epoch": duty.epoch,
            "publicKey": self._public_key,
            "nodeStatus": _node_status(duty, cursor),
            "eventProgress": {
                "persisted": cursor.total,
                "pending": 0,
                "highestFinishedEventIndex": cursor.total - 1 if cursor.total else None,
            },
            "shardSummary": {
                "owned": len(duty.shards),
                "ownedShardStatus": {state: counts[state] for state in _STATES},
                "readOnly": len(duty.leaving),
            },
            "latestCheckpointSequenceNumber": cursor.checkpoint - 1 if cursor.checkpoint else None,
        }
        if detailed:
            report["shardDetail"] = {
                "owned": [{"shard": shard, "status": state} for shard, state in sorted(states.items())],
                "other": [{"shard": shard, "status": "readOnly"} for shard in sorted(duty.leaving)],
            }
        return report


def _node_status(duty: Duty, cursor: Cursor) -> str:
    if not duty.shards:
        return "Standby"
    return "RecoveryCatchUp" if _is_behind(duty, cursor) else "Active"


def _states(duty: Duty, cursor: Cursor, held: ShardsHeld) -> dict[int, str]:
    """By owned shard: what it should hold is here, or on its way, or not even known yet."""
    if _is_behind(duty, cursor):
        return dict.fromkeys(duty.shards, "unknown")
    complete = frozenset(held.complete)
    return {shard: "ready" if shard in complete else "inTransfer" for shard in duty.shards}


def _is_behind(duty: Duty, cursor: Cursor) -> bool:
    """Whether the chain has begun an epoch whose beginning the node has not come to."""
    return cursor.epoch < duty.epoch
