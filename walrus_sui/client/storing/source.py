"""Where the bytes of a blob come from: memory, or a file.

Files are read, not mapped: where a mapped file is cut short by somebody else, the whole program is killed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from walrus_sui.errors import BlobTooLarge, InputError
from walrus_sui.redstuff import Params
from walrus_sui.redstuff.params import MAX_SHARDS, MIN_SHARDS

Data = bytes | bytearray | memoryview
Storable = Data | Path
"""What can be stored: the bytes themselves, or the file that holds them."""


@dataclass
class Source:
    """One blob to store. `path` is the file's, for those who want to find it again; `size` is in bytes."""

    size: int
    path: Path | None = None
    _data: Data = b""
    _seen: tuple[int, int, int] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, item: Storable) -> Self:
        """Raises `InputError` for a file that cannot be read."""
        if isinstance(item, Path):
            found = _stat(item)
            return cls(found.st_size, item.absolute(), _seen=_identity(found))
        return cls(memoryview(item).nbytes, _data=item)

    def check_size(self, params: Params) -> None:
        """Raises `BlobTooLarge`, saying how much fits and how many shards it takes."""
        if self.size > params.max_blob_size:
            raise BlobTooLarge(
                f"expected at most {params.max_blob_size} bytes for {params.n_shards} shards, got {self.size}",
                hint=_where_it_fits(self.size),
            )

    def open(self) -> Data:
        """The bytes, not to be changed while they are stored. Raises `InputError`."""
        if self.path is None:
            return self._data
        try:
            data = _read(self.path, self.size)
        except OSError as error:
            raise InputError(f"expected a readable file at {self.path}, got: {error.strerror}") from error
        if data is None:
            raise self._changed()
        return data

    def check_unchanged(self) -> None:
        """Raises `InputError` if the file was written to since it was found."""
        if self.path is not None and self._seen is not None and _identity(_stat(self.path)) != self._seen:
            raise self._changed()

    def _changed(self) -> InputError:
        return InputError(
            f"expected {self.path} to stay as it is while it is stored, but it was changed",
            hint="store it again once nothing writes to it",
        )


def _read(path: Path, size: int) -> memoryview | None:
    """All of a file, None if it is not `size` bytes long. Raises `OSError`."""
    data = np.empty(size, dtype=np.uint8).data
    with path.open("rb", buffering=0) as file:
        rest = data
        while rest and (count := file.readinto(rest)):
            rest = rest[count:]
        return None if rest or file.read(1) else data.toreadonly()


def _stat(path: Path) -> os.stat_result:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        raise InputError(
            f"expected a readable file at {path}, got: {getattr(error, 'strerror', error)}"
        ) from error
    if not path.is_file():
        raise InputError(f"expected a file at {path}, got something else")
    return found


def _identity(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _where_it_fits(size: int) -> str:
    """The fewest shards that do, of those that make the most of their number: 3f + 1."""
    fitting = (n for n in range(MIN_SHARDS, MAX_SHARDS + 1, 3) if Params(n).max_blob_size >= size)
    shards = next(fitting, None)
    if shards is None:
        return "split the file: no network takes a blob of that size"
    return (
        f"split the file, or use a network of {shards} shards or more "
        f"(a local one: `walrus localnet up --shards {shards}`)"
    )
