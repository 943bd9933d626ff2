"""Writing files: as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from walrus_sui.errors import InputError

_PIECE_BYTES = 8 << 20
_DRAFT_NAME = 60
"""Characters of a file's name that go into its draft's: names are of 255 bytes at most."""


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write `path` so that it never holds a part of `data`: beside it first, then in its place.

    A file that was there keeps its permissions, a link to one stays a link. What is there and no file, such as a
    pipe or `/dev/null`, takes the data as it comes and is never replaced. Raises `InputError`.
    """
    try:
        target = path.resolve()
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.exists() and not target.is_file():
            with target.open("wb", buffering=0) as stream:
                write_pieces(stream, data)
        else:
            _write_beside(target, data)
    except (OSError, RuntimeError, ValueError) as error:  # of links in a circle, and of names that cannot be
        raise InputError(f"could not write {path}: {getattr(error, 'strerror', None) or error}") from error


def _write_beside(target: Path, data: bytes | memoryview) -> None:
    draft = target.with_name(f".{target.name[:_DRAFT_NAME]}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as file:
            write_pieces(file, data)
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o7777)
        os.replace(draft, target)
    except BaseException:
        with contextlib.suppress(OSError):  # there may be no such draft; the first error is the one to tell
            draft.unlink(missing_ok=True)
        raise


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
