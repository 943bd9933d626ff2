"""Exit codes of the `walrus` command.

  0  done
  1  failed for a reason none of the others names
  2  the command line cannot be understood
  3  a configuration, wallet or key file cannot be used
  4  Sui or the storage nodes cannot be reached, or the network has not begun yet
  5  no such blob or object
  6  the chain refused (a contract's abort, not enough SUI or WAL)
  7  too few storage nodes confirmed or answered
  8  the input, or the data that came back, is not what it must be
  9  the local network is not in the state the command needs
130  interrupted
"""

from __future__ import annotations

from walrus_sui.errors import WalrusError

FAILED = 1
USAGE = 2
INTERRUPTED = 130

_BY_ERROR_CODE = {
    "config": 3,
    "wallet": 3,
    "chain_unreachable": 4,
    "node_unreachable": 4,
    "network_not_ready": 4,
    "object_not_found": 5,
    "blob_not_found": 5,
    "chain": 6,
    "quorum": 7,
    "bcs": 8,
    "input": 8,
    "redstuff": 8,
    "crypto": 8,
    "move_compile": 8,
    "move_package": 8,
    "localnet": 9,
}


def exit_code(error: WalrusError) -> int:
    """By the error's own code, or that of the nearest kind of error above it in the tree."""
    for kind in type(error).__mro__:
        found = _BY_ERROR_CODE.get(getattr(kind, "code", ""))
        if found is not None:
            return found
    return FAILED
