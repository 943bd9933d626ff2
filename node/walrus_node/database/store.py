"""What a node keeps on disk: one RocksDB with a column family a table (protocol.md §2.1), and a log of values.

    blob-info           blob id          -> BlobInfo
    object-info         object id        -> ObjectInfo
    metadata            blob id          -> record of BlobMetadata
    primary-slivers     blob id, shard   -> record of SliverData
    secondary-slivers   blob id, shard   -> record of SliverData
    due                 blob id          -> nothing; the node's part of the blob may be incomplete
    node                name             -> cursor of the chain's events, the chain's identifier, shards held

Slivers of 4 KiB and more lie in the log of values (`walrus_node.database.values`), and their records say where.

An event's rows and the cursor behind it are one atomic batch, so after a crash the node goes on exactly where
its rows stand. Records carry a checksum over key and value: what does not match is treated as absent, logged and
never served. Writes reach the operating system at once, so they outlive the process; `sync` makes them outlive
the machine, and comes before every promise to others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Self

import rocksdict

from walrus_node.database import records, tables
from walrus_node.database.blob_info import BlobInfo, is_certified
from walrus_node.database.objects import Effects, ObjectInfo
from walrus_node.database.open_tables import DAMAGED, OpenTables
from walrus_node.database.recent import Recent
from walrus_node.database.reclaiming import Reclaiming
from walrus_node.database.values import ValueLog
from walrus_node.database.writes import Writes
from walrus_sui.bcs import U16, U32, U64, Struct
from walrus_sui.errors import NodeStoreError
from walrus_sui.redstuff import Axis
from walrus_sui.storage.bundle import Part

log = logging.getLogger(__name__)

_CURSOR_KEY, _CHAIN_KEY, _SHARDS_KEY = b"cursor", b"chain", b"shards"
_BLOB_ID_BYTES = 32
_INFOS = 4096
_RECENT_METADATA = 32
_VALUES = "slivers"
"""The folder of the log of values, beside the database's files."""
_IN_USE = "is another node running on it?"


class Cursor(Struct):
    """Everything before event `event` of checkpoint `checkpoint` is in the rows.

    `total` counts the Walrus events ever applied, `epoch` is that of the last EpochChangeStart among them.
    """

    checkpoint: U64 = 0
    event: U64 = 0
    total: U64 = 0
    epoch: U32 = 0


class ShardsHeld(Struct):
    """Shards by number: those whose part of every certified blob is here, and those that others may read from."""

    complete: tuple[U16, ...]
    readable: tuple[U16, ...]


class Store:
    """A node's database. Methods block; those that move slivers belong on a worker thread."""

    def __init__(self, db: rocksdict.Rdict, writes: Writes, values: ValueLog) -> None:
        self._db = db
        self._values = values
        self._moving = threading.Lock()
        """Held while rows are deleted, and while a row is made to refer to the new place of its value."""
        self.writes = writes
        self._tables = OpenTables(db)
        # every sliver of a blob asks for the blob's
        self._infos = Recent(self._read_info, _INFOS)
        self._recent_metadata = Recent(self.metadata, _RECENT_METADATA)
        self.on_damage: Callable[[bytes], None] | None = None
        """Told the blob id when a record turns out to be damaged, on the thread that read it."""

    @classmethod
    def open(cls, path: Path, reserve: int = 0) -> Self:
        """Open or create the database at `path`; blob data leaves `reserve` bytes of the disk free.

        Raises `NodeStoreError` if that fails, e.g. because another runs on it. Methods that write raise
        `NodeStoreUnwritable`.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            db = rocksdict.Rdict(str(path), tables.database_options(), column_families=tables.table_options())
            return cls(db, Writes(db, path, reserve), ValueLog(path / _VALUES))
        except Exception as error:  # rocksdict raises bare Exception
            raise NodeStoreError(
                f"expected a usable database at {path}, got: {error}", hint=_hint(error)
            ) from error

    def close(self) -> None:
        self._tables.close()
        try:
            self._db.close()
        except Exception as error:  # rocksdict raises bare Exception
            log.error("the database did not close as it should: %s", error)
        self._values.close()
        del self._db  # one that failed lets go of its files only with the last reference to it
        self.writes.release()

    def sync(self) -> None:
        """Everything written so far survives a power cut once this returns."""
        self.writes.run(self._values.sync)
        self.writes.sync()

    def bind_chain(self, chain_id: str) -> None:
        """Remember which chain the rows come from. Raises `NodeStoreError` if they come from another one."""
        known = self._tables.get(tables.NODE, _CHAIN_KEY)
        if known is None:
            self._put(tables.NODE, _CHAIN_KEY, chain_id.encode())
        elif known != chain_id.encode():
            raise NodeStoreError(
                f"expected the chain {known.decode()} that this database follows, got {chain_id}",
                hint="point the node at that chain, or give it an empty storage_path",
            )

    def cursor(self) -> Cursor:
        raw = self._tables.get(tables.NODE, _CURSOR_KEY)
        return Cursor() if raw is None else Cursor.from_bytes(raw)

    def blob_info(self, blob_id: bytes) -> BlobInfo | None:
        return self._infos.get(blob_id)

    def _read_info(self, blob_id: bytes) -> BlobInfo | None:
        raw = self._tables.get(tables.BLOB_INFO, blob_id)
        return None if raw is None else BlobInfo.from_bytes(raw)

    def object_info(self, object_id: bytes) -> ObjectInfo | None:
        raw = self._tables.get(tables.OBJECT_INFO, object_id)
        return None if raw is None else ObjectInfo.from_bytes(raw)

    def commit(self, cursor: Cursor, effects: Effects | None = None) -> None:
        """Write an event's rows and the cursor behind it, all or nothing."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        batch.put(_CURSOR_KEY, cursor.to_bytes(), self._tables.handles[tables.NODE])
        if effects is not None:
            self._put_rows(batch, effects)
        self._write_rows(batch)
        if effects is not None:
            self._forget(effects.blob_id)

    def apply(self, effects: Effects) -> None:
        """Write rows that no event of their own accounts for, all or nothing."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        self._put_rows(batch, effects)
        self._write_rows(batch)
        self._forget(effects.blob_id)

    def _forget(self, blob_id: bytes) -> None:
        self._infos.forget(blob_id)
        self._recent_metadata.forget(blob_id)

    def _write_rows(self, batch: rocksdict.WriteBatch) -> None:
        with self._moving:
            self.writes.write(batch)

    def _put_rows(self, batch: rocksdict.WriteBatch, effects: Effects) -> None:
        self._put_row(batch, tables.BLOB_INFO, effects.blob_id, effects.blob_info)
        if effects.object_id is not None:
            self._put_row(batch, tables.OBJECT_INFO, effects.object_id, effects.object_info)
        if effects.due:
            batch.put(effects.blob_id, b"", self._tables.handles[tables.DUE])
        if effects.drop_data:
            self._delete_data(batch, effects.blob_id)

    def _delete_data(self, batch: rocksdict.WriteBatch, blob_id: bytes) -> None:
        batch.delete(blob_id, self._tables.handles[tables.METADATA])
        for table in tables.SLIVERS.values():
            batch.delete_range(blob_id, _after(blob_id), self._tables.handles[table])

    def _put_row(self, batch: rocksdict.WriteBatch, table: str, key: bytes, row: Struct | None) -> None:
        if row is None:
            batch.delete(key, self._tables.handles[table])
        else:
            batch.put(key, row.to_bytes(), self._tables.handles[table])

    def due_blobs(self) -> list[bytes]:
        """Blobs whose part here may be incomplete."""
        return [key for key, _ in self._tables.rows(tables.DUE)]

    def mark_due(self, blob_id: bytes) -> None:
        self._put(tables.DUE, blob_id, b"")

    def no_longer_due(self, blob_id: bytes) -> None:
        batch = rocksdict.WriteBatch(raw_mode=True)
        batch.delete(blob_id, self._tables.handles[tables.DUE])
        self.writes.write(batch)

    def certified_blobs(self, epoch: int) -> list[bytes]:
        """Every blob certified in `epoch`, by id."""
        rows = self._tables.rows(tables.BLOB_INFO)
        return [blob_id for blob_id, row in rows if is_certified(BlobInfo.from_bytes(row), epoch)]

    def certified_before(self, epoch: int, start: bytes) -> Iterator[bytes]:
        """Blobs certified now and already before `epoch`, by id from `start` on."""
        for blob_id, row in self._tables.rows(tables.BLOB_INFO, start):
            info = BlobInfo.from_bytes(row)
            if is_certified(info, epoch) and is_certified(info, epoch - 1):
                yield blob_id

    def ended_objects(self, epoch: int) -> list[tuple[bytes, ObjectInfo]]:
        """Objects whose storage is over in `epoch`."""
        rows = (
            (object_id, ObjectInfo.from_bytes(row)) for object_id, row in self._tables.rows(tables.OBJECT_INFO)
        )
        return [(object_id, row) for object_id, row in rows if not row.is_registered(epoch)]

    def blobs_with_data(self) -> list[bytes]:
        """Blobs of which the metadata, and so perhaps slivers, are stored."""
        return [blob_id for blob_id, _ in self._tables.rows(tables.METADATA)]

    def drop_data(self, blob_id: bytes) -> None:
        """Delete metadata and slivers of a blob."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        self._delete_data(batch, blob_id)
        self._write_rows(batch)
        self._forget(blob_id)

    def drop_slivers(self, blob_id: bytes, shards: Iterable[int]) -> None:
        """Delete the slivers of a blob on some shards."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        for shard in shards:
            for table in tables.SLIVERS.values():
                batch.delete(_sliver_key(blob_id, shard), self._tables.handles[table])
        self._write_rows(batch)

    def reclaim(self) -> None:
        """Give the room of deleted data back to the file system; see `Reclaiming.run`."""
        Reclaiming(self._tables, self._values, self.writes, self._moving).run()

    def shards(self) -> ShardsHeld:
        """What the node held when it last took up an epoch."""
        raw = self._tables.get(tables.NODE, _SHARDS_KEY)
        return ShardsHeld((), ()) if raw is None else ShardsHeld.from_bytes(raw)

    def set_shards(self, shards: ShardsHeld) -> None:
        self._put(tables.NODE, _SHARDS_KEY, shards.to_bytes())

    def metadata(self, blob_id: bytes) -> bytes | None:
        """The BCS of a blob's metadata (without id)."""
        return self._read_record(tables.METADATA, blob_id)

    def metadata_at_hand(self, blob_id: bytes) -> bytes | None:
        """The same, perhaps from memory: good for checking slivers, not for promising anything."""
        return self._recent_metadata.get(blob_id)

    def put_metadata(self, blob_id: bytes, metadata: bytes) -> None:
        self.put_data(blob_id, metadata, ())

    def sliver(self, blob_id: bytes, shard: int, axis: Axis) -> bytes | None:
        """The BCS of a sliver (SliverData)."""
        return self._read_record(tables.SLIVERS[axis], _sliver_key(blob_id, shard))

    def put_sliver(self, blob_id: bytes, shard: int, axis: Axis, sliver: bytes) -> None:
        self.put_data(blob_id, None, [(shard, axis, sliver)])

    def put_data(self, blob_id: bytes, metadata: bytes | None, slivers: Iterable[tuple[int, Axis, Part]]) -> None:
        """Store a blob's metadata, if given, and slivers by shard and axis: all or nothing."""
        self.writes.require_room()
        batch = rocksdict.WriteBatch(raw_mode=True)
        if metadata is not None:
            batch.put(blob_id, records.inline(blob_id, metadata), self._tables.handles[tables.METADATA])
        large: list[tuple[bytes, Axis, Part]] = []
        for shard, axis, sliver in slivers:
            key = _sliver_key(blob_id, shard)
            if len(sliver) >= tables.LARGE_VALUE:
                large.append((key, axis, sliver))
            else:
                batch.put(key, records.inline(key, sliver), self._tables.handles[tables.SLIVERS[axis]])
        self.writes.run(lambda: self._write(batch, large))
        if metadata is not None:
            self._recent_metadata.forget(blob_id)

    def _write(self, batch: rocksdict.WriteBatch, large: list[tuple[bytes, Axis, Part]]) -> None:
        if not large:
            self._db.write(batch)
            return
        with self._values.append([value for _, _, value in large]) as places:
            for (key, axis, value), place in zip(large, places, strict=True):
                batch.put(key, records.elsewhere(key, value, place), self._tables.handles[tables.SLIVERS[axis]])
            self._db.write(batch)

    def _put(self, table: str, key: bytes, value: bytes) -> None:
        batch = rocksdict.WriteBatch(raw_mode=True)
        batch.put(key, value, self._tables.handles[table])
        self.writes.write(batch)

    def _read_record(self, table: str, key: bytes) -> bytes | None:
        try:
            raw, value = self._find(table, key)
            if raw is not None and value is None:
                raw, value = self._find(table, key)  # it may have moved to another place meanwhile
        except (NodeStoreError, OSError) as error:
            self._report_damage(table, key, f"cannot be read: {error}")
            return None
        if raw is not None and value is None:
            self._report_damage(table, key, "does not match its checksum")
        return value

    def _find(self, table: str, key: bytes) -> tuple[bytes | None, bytes | None]:
        """A record, and its value if that is there and whole."""
        raw = self._tables.get(table, key)
        return raw, None if raw is None else records.whole_value(raw, key, self._values)

    def _report_damage(self, table: str, key: bytes, problem: str) -> None:
        log.error("%s %s counts as absent: it %s", table, key.hex(), problem)
        if self.on_damage is not None:
            self.on_damage(key[:_BLOB_ID_BYTES])


def _hint(error: Exception) -> str | None:
    if isinstance(error, OSError):
        return None
    return _IN_USE if "/LOCK" in str(error) else DAMAGED


def _sliver_key(blob_id: bytes, shard: int) -> bytes:
    return blob_id + shard.to_bytes(2, "big")


def _after(blob_id: bytes) -> bytes:
    """Above every sliver key of the blob: one byte longer than any, and its two shard bytes at their highest."""
    return blob_id + b"\xff\xff\xff"
