"""Exit codes of the `walrus` command.

  0  done
  1  failed for a reason none of the others names
  2  the command line cannot be understood
  3  a configuration, wallet or key file cannot be used
  4  Sui or the storage nodes cannot be reached
  5  no such blob or object
  6  the chain refused the transaction (a contract's abort, not enough SUI or WAL)
  7  too few nodes confirmed or answered
  8  the input or the stored data is not what it must be
  9  the local network is not in the state the command needs
130  interrupted
"""

from __future__ import annotations

FAILED = 1
USAGE = 2
INTERRUPTED = 130

_BY_CODE = {
    "config": 3,
    "blob_not_found": 5,
    "not_enough_confirmations": 7,
    "blob_unavailable": 7,
    "blob_too_large": 8,
    "inconsistent_blob": 8,
    "bcs": 8,
}


def exit_code(error_code: str) -> int:
    """The exit code for an error whose stable `code` is `error_code`."""
    return _BY_CODE.get(error_code, FAILED)
