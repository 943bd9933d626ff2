"""The official encoder as a live peer: `@mysten/walrus-wasm`."""

from __future__ import annotations

from tests.peers.npm import Peer, installed

VERSION = "0.3.0"


class WalrusWasm(Peer):
    """Takes the commands of walrus_wasm.cjs."""

    def __init__(self) -> None:
        """Raises `PeerUnavailable`."""
        folder = installed(f"walrus-wasm-{VERSION}", [f"@mysten/walrus-wasm@{VERSION}"])
        super().__init__("walrus_wasm.cjs", folder)
