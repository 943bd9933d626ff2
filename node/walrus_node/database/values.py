"""Large values in files of their own, each written once.

RocksDB writes a value twice, to its log and to its files, and checksums it each time, which for slivers costs more
than everything else a node does with them. Here they lie end to end in segments, and the database keeps only where
(as in WiscKey, Lu et al., FAST 2016). A segment holds nothing but values: what no row refers to is garbage, be it
deleted or left by a crash between value and row, and `Store.reclaim` gives it back.

    00000007.values      bytes of values, in the order they came; the segment with the highest number grows
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from walrus_sui.storage.bundle import Part

SEGMENT_BYTES = 1 << 30
"""A segment that would grow beyond this makes way for the next."""
_MOST_VALUE_BYTES = 1 << 28
"""Above any value: the largest sliver has 43.7 MB at 1,000 shards."""
_OPEN_FILES = 256
_BUFFERS_A_CALL = 512
_SUFFIX = ".values"


class Place(NamedTuple):
    """Where a value lies: 32, 64 and 32 bits."""

    segment: int
    offset: int
    size: int


class _File:
    """A segment's file, closed with the last reference to it."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def __del__(self) -> None:
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)


class ValueLog:
    """The segments in one folder. Safe to use from several threads; methods raise `OSError` if the disk fails."""

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._sync_lock = threading.Lock()
        self._sizes = {int(path.stem): path.stat().st_size for path in folder.glob(f"*{_SUFFIX}")}
        # whoever wrote these may have been killed before it synced them
        self._unsynced = set(self._sizes)
        self._has_new_files = True
        self._current = max(self._sizes, default=0)
        self._sizes.setdefault(self._current, 0)
        self._files: OrderedDict[int, _File] = OrderedDict()
        self._unrecorded: Counter[int] = Counter()
        """Values that no row refers to yet but soon will, by segment."""

    @contextlib.contextmanager
    def append(self, values: Sequence[Part]) -> Iterator[list[Place]]:
        """Write values. The rows that refer to their places are to be written before the context ends."""
        sizes = [len(value) for value in values]
        segment, offset = self._reserve(sum(sizes))
        try:
            file = self._file(segment)
            places = []
            for start in range(0, len(values), _BUFFERS_A_CALL):
                part = values[start : start + _BUFFERS_A_CALL]
                _write_whole(file, part, offset)
                for value in part:
                    places.append(Place(segment, offset, len(value)))
                    offset += len(value)
            with self._lock:
                self._unsynced.add(segment)  # only now: a sync before would not have covered it
            yield places
        finally:
            with self._lock:
                self._unrecorded[segment] -= 1

    def read(self, place: Place) -> bytes | None:
        """The bytes at a place, fewer if the segment ends before; None if there is no such segment."""
        try:
            file = self._file(place.segment)
        except FileNotFoundError:
            return None
        return os.pread(file.descriptor, min(place.size, _MOST_VALUE_BYTES), place.offset)

    def sync(self) -> None:
        """Every value whose `append` has been entered survives a power cut once this returns."""
        with self._sync_lock:  # who finds nothing left to do must wait for who is doing it
            with self._lock:
                unsynced, self._unsynced = self._unsynced, set()
                has_new_files, self._has_new_files = self._has_new_files, False
            for segment in unsynced:
                os.fdatasync(self._file(segment).descriptor)
            if has_new_files:
                _sync_folder(self._folder)

    def settle(self) -> dict[int, int]:
        """Begin a new segment; gives the bytes of those before it whose values all have had their rows written."""
        with self._lock:
            if self._sizes[self._current]:
                self._begin_segment()
            return {
                segment: size
                for segment, size in self._sizes.items()
                if segment != self._current and not self._unrecorded[segment]
            }

    def remove(self, segment: int) -> None:
        """Delete a settled segment. Whoever reads from it just now can go on."""
        with self._lock:
            self._files.pop(segment, None)
            self._sizes.pop(segment, None)
        (self._folder / _name(segment)).unlink(missing_ok=True)

    def close(self) -> None:
        with self._lock:
            self._files.clear()

    def _reserve(self, size: int) -> tuple[int, int]:
        """Room at the end: segment and offset."""
        with self._lock:
            if self._sizes[self._current] and self._sizes[self._current] + size > self._segment_bytes:
                self._begin_segment()
            segment, offset = self._current, self._sizes[self._current]
            self._sizes[segment] += size
            self._unrecorded[segment] += 1
            if not offset:
                _create(self._folder / _name(segment))
                self._has_new_files = True
            return segment, offset

    def _begin_segment(self) -> None:
        self._current += 1
        self._sizes[self._current] = 0

    def _file(self, segment: int) -> _File:
        """The open file; it is closed when the last one who has it lets go."""
        with self._lock:
            file = self._files.pop(segment, None) or _File(self._folder / _name(segment))
            self._files[segment] = file
            if len(self._files) > _OPEN_FILES:
                self._files.popitem(last=False)
            return file


def _name(segment: int) -> str:
    return f"{segment:08}{_SUFFIX}"


def _create(path: Path) -> None:
    with path.open("ab"):
        pass


def _write_whole(file: _File, values: Sequence[Part], offset: int) -> None:
    missing = sum(map(len, values)) - os.pwritev(file.descriptor, values, offset)
    if missing:  # a disk that is full takes a part; the rest then fails with the reason
        rest = memoryview(b"".join(values))
        while missing:
            missing -= os.pwrite(file.descriptor, rest[-missing:], offset + len(rest) - missing)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
