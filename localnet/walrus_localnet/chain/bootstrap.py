"""Opening a network's ledger, or beginning one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nacl.signing import SigningKey

from walrus_localnet.chain.clock import Clock
from walrus_localnet.chain.errors import ChainDataError
from walrus_localnet.chain.faucet import faucet_address
from walrus_localnet.chain.genesis import genesis_commit
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.store import Store
from walrus_localnet.move.artifacts import built_package
from walrus_sui.bcs.sui.framework import FRAMEWORK_STD, FRAMEWORK_SUI

_FAUCET_KEY = "faucet-key"


def open_ledger(directory: Path | None) -> tuple[Ledger, SigningKey]:
    """The ledger in `directory` (in memory without one), begun anew if empty, and the faucet's key."""
    store = Store(directory)
    if store.latest_checkpoint() is None:
        key = SigningKey.generate()
        store.set_meta(_FAUCET_KEY, bytes(key))
        store.commit(genesis_commit(framework(), faucet_address(key), Clock().now_ms()))
    secret = store.meta(_FAUCET_KEY)
    if secret is None:
        raise ChainDataError(f"expected the faucet's key in the ledger of {directory}, got none")
    return Ledger(store), SigningKey(secret)


def framework() -> Mapping[bytes, tuple[bytes, ...]]:
    """The modules of the system packages by address."""
    return {
        FRAMEWORK_STD: built_package("MoveStdlib").modules,
        FRAMEWORK_SUI: built_package("Sui").modules,
    }
