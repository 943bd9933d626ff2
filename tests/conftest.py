"""How much a test run tries: samples, unless `--long` asks for full counts; and no example against the clock."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests import scale

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault of what is tried
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="random inputs and killed processes in full count, not in samples"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Before any test is imported, as some choose their number of cases then; workers inherit it."""
    if config.getoption("--long"):
        scale.go_long()
