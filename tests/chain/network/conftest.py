"""Here accounts live on the network with a port, and not on a ledger alone."""

from __future__ import annotations

import pytest

from tests.chain.sandbox import Sandbox
from walrus_localnet.chain.local import LocalSui


@pytest.fixture
def box(network: LocalSui) -> Sandbox:
    return Sandbox.over(network.ledger, network.faucet)
