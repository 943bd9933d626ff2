"""A clean chain for every test: `pytest_plugins = ["walrus_localnet.chain.sandbox.pytest_plugin"]`.

One ledger lives as long as the session; every test starts from the same state: what the last one did is undone.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from walrus_localnet.chain.sandbox.box import Sandbox


@pytest.fixture(scope="session")
def sui_ledger() -> Iterator[Sandbox]:
    """The session's sandbox; what is done to it directly stays for all tests, so publish here what they share."""
    box = Sandbox.open()
    yield box
    box.close()


@pytest.fixture
def sui_sandbox(sui_ledger: Sandbox) -> Iterator[Sandbox]:
    """A sandbox as new."""
    with sui_ledger.snapshot():
        yield sui_ledger
