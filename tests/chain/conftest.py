"""A ledger in memory, with and without the playground package."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chain.sandbox import Playground, Sandbox, publish


@pytest.fixture
def box() -> Iterator[Sandbox]:
    sandbox = Sandbox.open()
    yield sandbox
    sandbox.ledger.close()


@pytest.fixture
def play(box: Sandbox) -> Playground:
    return publish(box)
