"""The network's time: the wall clock, moved ahead at will."""

from __future__ import annotations

import time


class Clock:
    """Milliseconds since 1970. Never starts behind `not_before_ms`, the time a ledger has already shown."""

    def __init__(self, not_before_ms: int = 0) -> None:
        self._ahead_ms = max(0, not_before_ms - _wall_ms())

    def now_ms(self) -> int:
        return _wall_ms() + self._ahead_ms

    def advance(self, duration_ms: int) -> None:
        """Let time pass at once. It never goes back."""
        self._ahead_ms += max(0, duration_ms)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
