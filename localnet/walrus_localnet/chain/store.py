"""The ledger's memory: objects by id and version, who owns what now, transactions and checkpoints, in SQLite.

With a directory the database is a file there (WAL journal, `synchronous=NORMAL`): every commit is atomic and
survives the death of the process at any moment; a power cut may lose the last commits but never leaves half of
one. One process at a time has it: what another wrote would not be seen. Without a directory the same database
lives in memory.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from walrus_localnet.chain.errors import ChainDataError
from walrus_localnet.chain.objects import id_of, owner_address, type_of, version_of
from walrus_localnet.chain.records import CheckpointRecord, Commit, TransactionRecord
from walrus_sui.bcs.sui import ChangedObject, Existed, Object, PackageWrite, StructTag

FORMAT = 2
DATABASE = "ledger.sqlite"
RECENT = 64
"""Checkpoints and transactions kept as values: the latest are read again and again."""
MAX_REMEMBERED = 20_000
"""Live objects kept as they are used, of some 1.5 KB each."""
LOCK_SECONDS = 2.0
"""How long a network that is just ending may still hold the ledger."""
MAX_INTEGER = 2**63 - 1
"""What SQLite can hold; no version or sequence number comes near it."""

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE objects (id BLOB, version INTEGER, bcs BLOB NOT NULL, PRIMARY KEY (id, version)) WITHOUT ROWID;
CREATE TABLE live (id BLOB PRIMARY KEY, version INTEGER NOT NULL, owner BLOB, type TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX live_by_owner ON live (owner, id, type) WHERE owner IS NOT NULL;
CREATE TABLE transactions (
    checkpoint INTEGER, position INTEGER, digest BLOB UNIQUE NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (checkpoint, position)
) WITHOUT ROWID;
CREATE TABLE checkpoints (sequence INTEGER PRIMARY KEY, digest BLOB UNIQUE NOT NULL, record BLOB NOT NULL);
"""
PACKAGE_TYPE = "package"


class Store:
    """Raises `ChainDataError` when `directory` holds no usable ledger."""

    def __init__(self, directory: Path | None = None) -> None:
        self._live: dict[bytes, Object] = {}
        self._transactions: dict[bytes, TransactionRecord] = {}
        self._checkpoints: dict[int, CheckpointRecord] = {}
        try:
            self._db = _open(directory)
            self._prepare()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise _unusable(directory, error) from error
            raise ChainDataError(
                f"expected the ledger in {directory} for this network alone, got one that is in use",
                hint="stop the network that has it, or choose another directory",
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise _unusable(directory, error) from error

    def _prepare(self) -> None:
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            with self._db:
                self._db.executescript(_SCHEMA)
                self.set_meta("format", FORMAT.to_bytes(1, "little"))
        found = self.meta("format")
        if found != FORMAT.to_bytes(1, "little"):
            raise ChainDataError(
                f"expected a ledger of format {FORMAT}, got {found!r}",
                hint="start the network in another directory, or delete this one",
            )

    def close(self) -> None:
        self._db.close()

    def meta(self, name: str) -> bytes | None:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
        self._db.commit()

    def latest(self, object_id: bytes) -> Object | None:
        """The object as it is now; None when it never was, is deleted, or is wrapped in another."""
        found = self._live.get(object_id)
        if found is None:
            row = self._db.execute(
                "SELECT bcs FROM live JOIN objects USING (id, version) WHERE live.id = ?", (object_id,)
            ).fetchone()
            if row:
                found = Object.from_bytes(row[0])
                self._remember(object_id, found)
        return found

    def _remember(self, object_id: bytes, obj: Object) -> None:
        """Objects in memory are read no more; when they become too many, all are forgotten at once."""
        if len(self._live) >= MAX_REMEMBERED:
            self._live.clear()
        self._live[object_id] = obj

    def at_version(self, object_id: bytes, version: int) -> Object | None:
        """The object as the transaction of lamport version `version` left it."""
        live = self._live.get(object_id)
        if live is not None and version_of(live) == version:
            return live
        if version > MAX_INTEGER:
            return None
        row = self._db.execute(
            "SELECT bcs FROM objects WHERE id = ? AND version = ?", (object_id, version)
        ).fetchone()
        return Object.from_bytes(row[0]) if row else None

    def owned(
        self, owner: bytes, type_filter: StructTag | None = None, after: bytes = b"", limit: int = -1
    ) -> Iterator[Object]:
        """Live objects held by an address or parent id, in order of id, from the one behind `after` on.

        A `type_filter` without type arguments matches every instantiation.
        """
        query = "SELECT id FROM live WHERE owner = ? AND id > ?"
        values: list[bytes | str] = [owner, after]
        if type_filter is not None:
            text = str(type_filter)
            query += " AND (type = ? OR (type > ? AND type < ?))"
            generic = not type_filter.type_args
            values += [text, text + "<" if generic else text, text + "=" if generic else text]
        rows = self._db.execute(f"{query} ORDER BY id LIMIT ?", (*values, limit)).fetchall()
        for (object_id,) in rows:
            found = self.latest(object_id)
            if found is not None:
                yield found

    def of_type(self, type_text: str) -> Iterator[Object]:
        """Live objects of exactly a type, in order of id; `PACKAGE_TYPE` for packages. Reads the whole index."""
        for (object_id,) in self._db.execute(
            "SELECT id FROM live WHERE type = ? ORDER BY id", (type_text,)
        ).fetchall():
            found = self.latest(object_id)
            if found is not None:
                yield found

    def transaction(self, digest: bytes) -> TransactionRecord | None:
        recent = self._transactions.get(digest)
        if recent is not None:
            return recent
        row = self._db.execute("SELECT record FROM transactions WHERE digest = ?", (digest,)).fetchone()
        return TransactionRecord.from_bytes(row[0]) if row else None

    def transactions_of(self, checkpoint: int) -> list[TransactionRecord]:
        """The transactions of a checkpoint, in order."""
        rows = self._db.execute(
            "SELECT record FROM transactions WHERE checkpoint = ? ORDER BY position", (checkpoint,)
        )
        return [TransactionRecord.from_bytes(record) for (record,) in rows]

    def checkpoint(self, sequence: int) -> CheckpointRecord | None:
        recent = self._checkpoints.get(sequence)
        if recent is not None:
            return recent
        if sequence > MAX_INTEGER:
            return None
        row = self._db.execute("SELECT record FROM checkpoints WHERE sequence = ?", (sequence,)).fetchone()
        return CheckpointRecord.from_bytes(row[0]) if row else None

    def checkpoint_by_digest(self, digest: bytes) -> CheckpointRecord | None:
        row = self._db.execute("SELECT record FROM checkpoints WHERE digest = ?", (digest,)).fetchone()
        return CheckpointRecord.from_bytes(row[0]) if row else None

    def latest_checkpoint(self) -> CheckpointRecord | None:
        """None before genesis."""
        row = self._db.execute("SELECT record FROM checkpoints ORDER BY sequence DESC LIMIT 1").fetchone()
        return CheckpointRecord.from_bytes(row[0]) if row else None

    def commit(self, commit: Commit) -> None:
        """Apply one step as a whole or not at all."""
        try:
            with self._db:
                self._write(commit)
        except sqlite3.Error as error:
            self._live.clear()
            raise ChainDataError(f"expected to write checkpoint {_sequence(commit)}, got: {error}") from error
        for object_id, versions in commit.written.items():
            self._remember(object_id, versions[-1])
        for object_id in commit.removed:
            self._live.pop(object_id, None)
        self._checkpoints[_sequence(commit)] = commit.checkpoint
        _keep_recent(self._checkpoints)
        self._transactions.update({record.digest: record for record in commit.transactions})
        _keep_recent(self._transactions)

    def revert(self, sequence: int) -> None:
        """Forget every checkpoint after number `sequence`, in time proportional to what they changed."""
        rows = self._db.execute(
            "SELECT record FROM transactions WHERE checkpoint > ? ORDER BY checkpoint DESC, position DESC",
            (sequence,),
        ).fetchall()
        before: dict[bytes, int | None] = {}
        forgotten: list[tuple[bytes, int]] = []
        for (record,) in rows:
            effects = TransactionRecord.from_bytes(record).outcome
            for change in effects.changed_objects:
                before[change.object_id] = change.before.version if isinstance(change.before, Existed) else None
                forgotten.append((change.object_id, _written_version(change, effects.lamport_version)))
        with self._db:
            self._forget(sequence, before, forgotten)
        for object_id in before:
            self._live.pop(object_id, None)
        self._checkpoints.clear()
        self._transactions.clear()

    def _forget(self, sequence: int, before: dict[bytes, int | None], forgotten: list[tuple[bytes, int]]) -> None:
        execute, many = self._db.execute, self._db.executemany
        many("DELETE FROM objects WHERE id = ? AND version = ?", forgotten)
        many("DELETE FROM live WHERE id = ?", [(object_id,) for object_id in before])
        for object_id, version in before.items():
            if version is not None:
                row = execute(
                    "SELECT bcs FROM objects WHERE id = ? AND version = ?", (object_id, version)
                ).fetchone()
                execute("INSERT INTO live VALUES (?, ?, ?, ?)", _live_row(Object.from_bytes(row[0])))
        execute("DELETE FROM transactions WHERE checkpoint > ?", (sequence,))
        execute("DELETE FROM checkpoints WHERE sequence > ?", (sequence,))

    def _write(self, commit: Commit) -> None:
        execute, many = self._db.execute, self._db.executemany
        many("INSERT INTO objects VALUES (?, ?, ?)", _object_rows(commit))
        many("DELETE FROM live WHERE id = ?", [(object_id,) for object_id in commit.removed])
        live = [versions[-1] for object_id, versions in commit.written.items() if object_id not in commit.removed]
        many("INSERT OR REPLACE INTO live VALUES (?, ?, ?, ?)", map(_live_row, live))
        many(
            "INSERT INTO transactions VALUES (?, ?, ?, ?)",
            [
                (record.checkpoint, record.index, record.digest, record.to_bytes())
                for record in commit.transactions
            ],
        )
        summary = commit.checkpoint.summary
        execute(
            "INSERT INTO checkpoints VALUES (?, ?, ?)",
            (summary.sequence_number, summary.digest(), commit.checkpoint.to_bytes()),
        )


def _keep_recent(records: dict[Any, Any]) -> None:
    for oldest in list(records)[: len(records) - RECENT]:
        del records[oldest]


def _open(directory: Path | None) -> sqlite3.Connection:
    if directory is None:
        return sqlite3.connect(":memory:", check_same_thread=False)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / DATABASE
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # holds the faucet's key: for its owner only
    db = sqlite3.connect(path, check_same_thread=False, timeout=LOCK_SECONDS)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")  # kept from the first access to the end of the process
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _unusable(directory: Path | None, error: Exception) -> ChainDataError:
    return ChainDataError(f"expected a ledger in {directory}, got: {error}")


def _written_version(change: ChangedObject, lamport: int) -> int:
    return change.after.version if isinstance(change.after, PackageWrite) else lamport


def _sequence(commit: Commit) -> int:
    return commit.checkpoint.summary.sequence_number


def _object_rows(commit: Commit) -> list[tuple[bytes, int, bytes]]:
    return [
        (object_id, version_of(obj), obj.to_bytes())
        for object_id, versions in commit.written.items()
        for obj in versions
    ]


def _live_row(obj: Object) -> tuple[bytes, int, bytes | None, str]:
    struct = type_of(obj)
    return id_of(obj), version_of(obj), owner_address(obj.owner), PACKAGE_TYPE if struct is None else str(struct)
