"""The number of cases a test tries: a sample, or all of them with `--long` (`make fuzz`, `make crash`)."""

from __future__ import annotations

import os

_LONG = "WALRUS_LONG_TESTS"


def cases(sample: int, long: int) -> int:
    """How many to try in this run. May be asked while test modules are imported."""
    return long if os.environ.get(_LONG) else sample


def go_long() -> None:
    """For this process and those it starts."""
    os.environ[_LONG] = "1"
