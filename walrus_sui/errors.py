"""Every error the library raises on purpose.

    WalrusError
    ├── BcsError             bytes that are not canonical BCS of the expected type
    └── ConfigError          a configuration file or flag that cannot be used

Each error says what was expected and what came; `hint` says what to do next. `code` is stable: it is what
`--json` prints and what programs should compare.
"""

from __future__ import annotations

from typing import ClassVar


class WalrusError(Exception):
    """Base of all errors raised on purpose. `str()` gives the message; `hint` what to do next, if known."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BcsError(WalrusError):
    """Bytes that are not the canonical BCS of the expected type, or a value that type cannot hold."""

    code = "bcs"


class ConfigError(WalrusError):
    """A configuration file, environment variable or flag that cannot be used."""

    code = "config"
