"""Files that commands read and write."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from walrus_sui.errors import InputError


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


def write_file(path: Path, data: bytes) -> None:
    """Write `path` as a whole or not at all. Raises `InputError`."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            file.write(data)
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"could not write {path}: {error.strerror}") from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"expected a readable file at {path}, got: {error.strerror}")
