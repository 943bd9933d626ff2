"""Writing to the node's database, and what happens when the disk will not have it.

Blob data is turned down while less than a reserve is free, so that the chain's events find room for longer than
uploads do. Should a write fail all the same, RocksDB cannot be trusted with another one until it is opened again:
its log may have lost its tail, and a later `sync` may still report success, for a new and empty log. So after one
failure every write and every sync is refused; reads go on. Opening the database again replays the log, for which
there must be room for all of it once more.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import rocksdict

from walrus_sui.errors import NodeStoreUnwritable

log = logging.getLogger(__name__)

_ROOM_TO_OPEN = 16 << 20
"""Bytes that opening takes beside the log's own size."""


class Writes:
    """The one way into a database. Safe to use from several threads."""

    def __init__(self, db: rocksdict.Rdict, path: Path, reserve: int) -> None:
        """Keeps `reserve` bytes of the file system under `path` free of blob data."""
        self._db = db
        self._path = path
        self._reserve = reserve
        self.failure: str | None = None
        """What went wrong, once something did."""
        self.on_failure: Callable[[], None] | None = None
        """Told of the first failure, on the thread that met it."""

    @property
    def free_bytes(self) -> int:
        """What the file system has left for this process."""
        state = os.statvfs(self._path)
        return state.f_bavail * state.f_frsize

    def write(self, batch: rocksdict.WriteBatch) -> None:
        """All of `batch` or nothing. Raises `NodeStoreUnwritable`."""
        self.run(lambda: self._db.write(batch))

    @property
    def room(self) -> int:
        """What may be written before only the reserve is left; negative beyond that."""
        return self.free_bytes - self._reserve

    def require_room(self) -> None:
        """Raises `NodeStoreUnwritable` if no more than the reserve is free."""
        free = self.free_bytes
        if free < self._reserve:
            raise NodeStoreUnwritable(
                f"expected at least {self._reserve} bytes to be free under {self._path}, got {free}",
                hint="make room on the disk, or lower reserved_disk_bytes",
            )

    def sync(self) -> None:
        """Everything written so far survives a power cut once this returns. Raises `NodeStoreUnwritable`."""
        self.run(lambda: self._db.flush_wal(sync=True))

    def can_reopen(self) -> bool:
        """Whether there is room to replay the log."""
        logged = sum(file.stat().st_size for file in self._path.glob("*.log"))
        return self.free_bytes >= logged + _ROOM_TO_OPEN

    def release(self) -> None:
        """Let go of the database, which keeps its files until nothing refers to it any more."""
        del self._db

    def run(self, operation: Callable[[], None]) -> None:
        """Carry out what writes. Raises `NodeStoreUnwritable` if that fails, or something failed before."""
        if self.failure is not None:
            raise self._unwritable()
        try:
            operation()
        except Exception as error:  # rocksdict raises bare Exception
            self._note(str(error))
            raise self._unwritable() from error

    def _note(self, failure: str) -> None:
        first, self.failure = self.failure is None, failure
        if first:
            log.error("the database takes no more writes: %s", failure)
            if self.on_failure is not None:
                self.on_failure()

    def _unwritable(self) -> NodeStoreUnwritable:
        return NodeStoreUnwritable(f"the node cannot write to its database: {self.failure}")
