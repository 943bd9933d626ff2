"""Files that commands read and write."""

from __future__ import annotations

from pathlib import Path

from walrus_sui.errors import InputError
from walrus_sui.files import write_whole as write_file

__all__ = ["read_file", "size_of", "write_file"]


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


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"expected a readable file at {path}, got: {error.strerror}")
