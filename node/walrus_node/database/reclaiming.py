"""Giving the room of deleted data back to the file system, while the database is in use."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping

import rocksdict

from walrus_node.database import records, tables
from walrus_node.database.open_tables import OpenTables
from walrus_node.database.values import Place, ValueLog
from walrus_node.database.writes import Writes

log = logging.getLogger(__name__)


class Reclaiming:
    """Compacts the tables and empties segments of the log of values that are mostly garbage."""

    def __init__(self, open_tables: OpenTables, values: ValueLog, writes: Writes, moving: threading.Lock) -> None:
        """`moving` is held while a row is made to refer to the new place of its value."""
        self._tables = open_tables
        self._values = values
        self._writes = writes
        self._moving = moving

    def run(self) -> None:
        """May take seconds or, where much was deleted, minutes; others can go on meanwhile.

        Raises `NodeStoreError` for a row that cannot be read: nobody knows then what is garbage.
        """
        for table in (tables.METADATA, *tables.SLIVERS.values()):
            self._tables.compact(table)
        settled = self._values.settle()
        live = Counter[int]()
        for _, _, _, place in self._rows_elsewhere():
            live[place.segment] += place.size
        given_up = self._worth_giving_up(settled, live)
        for table, key, raw, place in self._rows_elsewhere():
            if place.segment in given_up and not self._move(table, key, raw):
                given_up.discard(place.segment)
        if given_up:
            self._writes.run(self._values.sync)
            self._writes.sync()
        for segment in given_up:
            self._values.remove(segment)

    def _worth_giving_up(self, sizes: Mapping[int, int], live: Mapping[int, int]) -> set[int]:
        """Segments with enough garbage, as far as there is room for what must be moved out of them."""
        found, room = set(), self._writes.room
        for segment in sorted(sizes, key=live.__getitem__):
            room -= live[segment]
            if live[segment] <= sizes[segment] * tables.GARBAGE_SHARE and (room >= 0 or not live[segment]):
                found.add(segment)
        return found

    def _rows_elsewhere(self) -> Iterator[tuple[str, bytes, bytes, Place]]:
        """Table, key and record of every value in the log of values, and its place."""
        for table in tables.SLIVERS.values():
            for key, raw in self._tables.rows(table):
                place = records.place(raw)
                if place is not None:
                    yield table, key, raw, place

    def _move(self, table: str, key: bytes, raw: bytes) -> bool:
        """Write a value anew, unless its record changes meanwhile. False if it may still be needed where it is."""
        try:
            value = records.whole_value(raw, key, self._values)
        except OSError as error:
            log.error("%s %s cannot be read and stays where it is: %s", table, key.hex(), error)
            return False
        if value is None:
            return True  # damaged: whoever reads it next finds it absent and reports it
        self._writes.run(lambda: self._write_anew(table, key, raw, value))
        return True

    def _write_anew(self, table: str, key: bytes, raw: bytes, value: bytes) -> None:
        with self._values.append([value]) as (place,), self._moving:
            if self._tables.get(table, key) == raw:
                batch = rocksdict.WriteBatch(raw_mode=True)
                batch.put(key, records.elsewhere(key, value, place), self._tables.handles[table])
                self._writes.write(batch)
