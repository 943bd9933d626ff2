"""The tables of an open database, to read from; what cannot be read is an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import rocksdict

from walrus_node.database import tables
from walrus_sui.errors import NodeStoreError

DAMAGED = "do not repair it: with an empty storage_path the node follows the chain anew and rebuilds its slivers"
"""What to do about a database that cannot be read."""


class OpenTables:
    """The tables by name. Methods raise `NodeStoreError` where RocksDB finds a file damaged."""

    def __init__(self, db: rocksdict.Rdict) -> None:
        self._families = {name: db.get_column_family(name) for name in tables.table_options()}
        self.handles = {name: db.get_column_family_handle(name) for name in tables.table_options()}
        """What batches name a table by."""

    def get(self, table: str, key: bytes) -> bytes | None:
        try:
            return cast(bytes | None, self._families[table].get(key))  # all tables are in raw mode
        except Exception as error:  # rocksdict raises bare Exception
            raise _unreadable(table, error) from error

    def rows(self, table: str, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """All rows from `start` on. A damaged one ends this with the error: those behind it cannot be had."""
        iterator = self._families[table].iter()
        iterator.seek(start)
        while iterator.valid():
            yield cast(bytes, iterator.key()), cast(bytes, iterator.value())
            iterator.next()
        try:
            iterator.status()
        except Exception as error:  # rocksdict raises bare Exception
            raise _unreadable(table, error) from error

    def compact(self, table: str) -> None:
        self._families[table].compact_range(None, None)

    def close(self) -> None:
        """Let go of the database, which keeps its files until nothing refers to it any more."""
        self._families.clear()
        self.handles.clear()


def _unreadable(table: str, error: Exception) -> NodeStoreError:
    return NodeStoreError(f"expected the table {table} of the database to be whole, got: {error}", hint=DAMAGED)
