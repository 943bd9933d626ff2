"""Writing files: as a whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import BinaryIO

from walrus_sui.errors import InputError

_PIECE_BYTES = 8 << 20


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write `path` so that it never holds a part of `data`: beside it first, then in its place.

    A file that was there keeps its permissions. Raises `InputError`.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            write_pieces(file, data)
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o7777)
        os.replace(draft, path)
    except OSError as error:
        raise InputError(f"could not write {path}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def replace_private(path: Path, text: str) -> None:
    """Replace `path` as a whole by `text`, through to the disk; nobody but the owner can ever read it.

    Raises `OSError`, and nothing has changed then.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def write_pieces(stream: BinaryIO, data: bytes | memoryview) -> None:
    """Write all of `data` to a stream, though it may take less at a time, and flush."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest[:_PIECE_BYTES]) :]  # unbuffered streams take what fits
    stream.flush()
