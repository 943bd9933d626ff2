"""How much a test run tries: samples, unless `--long` asks for the full counts."""

from __future__ import annotations

import pytest

from tests import scale


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="random inputs and killed processes in full count, not in samples"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Before any test is imported, as some choose their number of cases then; workers inherit it."""
    if config.getoption("--long"):
        scale.go_long()
