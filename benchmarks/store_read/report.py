"""What the benchmark prints, as it comes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from sys import stdout

Key = tuple[str, str, int]
"""Operation (store or read), size as text, and how many nodes were dead."""


@dataclass
class Report:
    """Collects medians in seconds by who did it, to compare them in the end."""

    medians: dict[str, dict[Key, float]] = field(default_factory=dict)

    def say(self, text: str) -> None:
        stdout.write(text + "\n")
        stdout.flush()

    def times(self, who: str, key: Key, size: int, seconds: Sequence[float], more: str = "") -> None:
        """One line of the table: minimum and median, throughput at the median, and what else is known."""
        best, median = min(seconds), statistics.median(seconds)
        self.medians.setdefault(who, {})[key] = median
        operation, label, dead = key
        what = f"{operation} {label}" + (f", {dead} dead" if dead else "")
        rate = f"{size / median / 1e6:7.1f} MB/s" if size >= 1 << 20 else ""
        self.say(f"  {who:<16} {what:<22} {best * 1e3:8.1f} / {median * 1e3:8.1f} ms {rate:<13} {more}".rstrip())

    def ratios(self) -> None:
        """How many times faster than each peer."""
        mine = self.medians.get("walrus-sui", {})
        for peer, theirs in self.medians.items():
            if peer == "walrus-sui":
                continue
            self.say(f"times faster than {peer} (above 1: walrus-sui is faster)")
            for (operation, label, dead), seconds in theirs.items():
                if (own := mine.get((operation, label, dead))) is not None:
                    what = f"{operation} {label}" + (f", {dead} dead" if dead else "")
                    self.say(f"  {what:<22} {seconds / own:6.2f}")
