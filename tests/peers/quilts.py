"""The official quilt layout as a live peer: `@mysten/walrus`."""

from __future__ import annotations

from tests.peers.npm import Peer, installed

VERSION = "1.2.13"
SUI_VERSION = "2.33.1"


class OfficialQuilts(Peer):
    """Takes the commands of quilts.mjs."""

    def __init__(self) -> None:
        """Raises `PeerUnavailable`."""
        packages = [f"@mysten/walrus@{VERSION}", f"@mysten/sui@{SUI_VERSION}"]
        super().__init__("quilts.mjs", installed(f"quilts-{VERSION}", packages))
