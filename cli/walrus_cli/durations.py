"""Spans of time on the command line."""

from __future__ import annotations

import re

from walrus_sui.errors import ConfigError

_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_duration(text: str) -> int:
    """Milliseconds of a duration such as `1500ms`, `90s`, `10m`, `1h`. Raises `ConfigError`."""
    match = re.fullmatch(r"(\d{1,9})(ms|s|m|h|d)", text)
    if match is None:
        raise ConfigError(f"expected a duration such as 90s, 10m or 1h, got {text!r}")
    return int(match[1]) * _MILLISECONDS[match[2]]
