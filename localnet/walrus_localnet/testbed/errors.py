"""What can go wrong with a Walrus network on this machine.

WalrusError
└── LocalnetError
    ├── LocalnetRunning       one is up already in that directory
    ├── LocalnetNotRunning    none is up, or none was ever made there
    ├── NodeUnknown           it has no node of that name
    └── StartFailed           a process ended, or did not get ready in time
"""

from __future__ import annotations

from walrus_sui.errors import WalrusError


class LocalnetError(WalrusError):
    """Anything about the local network."""

    code = "localnet"


class LocalnetRunning(LocalnetError):
    """A network is up already in that directory."""

    code = "localnet_running"


class LocalnetNotRunning(LocalnetError):
    """No network is up in that directory."""

    code = "localnet_not_running"


class NodeUnknown(LocalnetError):
    """The network has no node of that name."""

    code = "node_unknown"


class StartFailed(LocalnetError):
    """A process of the network ended early or did not get ready in time."""

    code = "start_failed"
