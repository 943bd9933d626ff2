"""Files that commands read and write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from walrus_sui.errors import InputError
from walrus_sui.files import write_whole as write_file

__all__ = ["read_file", "size_of", "standard_input", "write_file"]


def size_of(path: Path) -> int:
    """Bytes in a file. Raises `InputError`."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def read_file(path: Path) -> bytes:
    """All of a file. Raises `InputError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def standard_input() -> TextIO:
    """Raises `InputError` if it is closed."""
    if sys.stdin is None:
        raise InputError("expected something on standard input, but it is closed")
    return sys.stdin


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"expected a readable file at {path}, got: {error.strerror}")
