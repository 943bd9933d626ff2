"""How much a test run tries, on machines of any speed, and how two processes share it: the longest comes first."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from tests import scale

ON_THE_NETWORK_OF_THIRTEEN = (
    "tests/e2e/test_store_and_read.py",
    "tests/e2e/test_liars.py",
    "tests/e2e/test_official_client.py",
    "tests/e2e/test_python_api.py",
    "tests/e2e/test_at_once.py",
    "tests/e2e/test_damage.py",
    "tests/e2e/test_python_api_page.py",
)
"""Files that share the session's network go to one process, so that there need not be two of it."""
LONG = (
    *ON_THE_NETWORK_OF_THIRTEEN,
    "tests/move/test_packages.py",
    "tests/e2e/test_localnet.py",
    "tests/move/test_differential.py",
    "tests/e2e/test_epochs.py",
    "tests/e2e/test_store_crash.py",
    "tests/e2e/test_operator.py",
    "tests/testbed/test_pytest_plugin.py",
    "tests/e2e/test_demo.py",
    "tests/node/test_service.py",
    "tests/contracts/test_economy.py",
    "tests/vm/test_official.py",
    "tests/e2e/test_store_many.py",
    "tests/node/test_full_disk.py",
    "tests/node/test_crash.py",
    "tests/move/test_broken_packages.py",
    "tests/node/test_hostile_requests.py",
    "tests/redstuff/test_peer.py",
    "tests/e2e/test_other_chain.py",
    "tests/e2e/test_tls.py",
    "tests/chain/test_crash.py",
    "tests/sui_chain/test_checkpoints.py",
    "tests/node/test_process.py",
)
"""Files that take ten seconds or so, the longest first: what is short fills the gap at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="random inputs and killed processes in full count, not in samples"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Before any test is imported, as some choose their number of cases then; workers inherit it."""
    gc.disable()
    settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any machine")
    if config.getoption("--long"):
        scale.go_long()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests."""
    if hasattr(config, "workerinput"):
        places = {file: place for place, file in enumerate(LONG)}
        items.sort(key=lambda item: places.get(_file(item.nodeid), len(LONG)))


def pytest_collection_finish() -> None:
    """The tests themselves stay to the end: nobody need look through them for garbage, now or later."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return Shares(config, log) if config.getvalue("dist") == "loadfile" else None


class Shares(LoadFileScheduling):
    """Hands out files in their order, and those that share a network together."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file = _file(nodeid)
        return ON_THE_NETWORK_OF_THIRTEEN[0] if file in ON_THE_NETWORK_OF_THIRTEEN else file


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
