"""Rows that were read lately, kept until they change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """What `read` gives for a key, at most `size` of it. Safe to use from several threads.

    Whoever changes a row calls `forget` once the change can be read: what was read before it is not kept then.
    """

    def __init__(self, read: Callable[[bytes], T], size: int) -> None:
        self._read = read
        self._size = size
        self._rows: dict[bytes, tuple[T]] = {}
        self._lock = threading.Lock()
        self._changes = 0

    def get(self, key: bytes) -> T:
        found = self._rows.get(key)
        if found is None:
            changes = self._changes
            found = (self._read(key),)
            with self._lock:
                if changes == self._changes:
                    self._keep(key, found)
        return found[0]

    def forget(self, key: bytes) -> None:
        with self._lock:
            self._changes += 1
            self._rows.pop(key, None)

    def _keep(self, key: bytes, row: tuple[T]) -> None:
        if len(self._rows) >= self._size:
            self._rows.clear()
        self._rows[key] = row
