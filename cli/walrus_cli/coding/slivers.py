"""Encoded blobs as folders: `metadata`, and for every pair `<index>.primary` and `<index>.secondary`, all BCS.

Blobs are read and slivers written in blocks, so a blob of any size passes through bounded memory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from walrus_sui import bcs
from walrus_sui.errors import BcsError, InputError, SliverError, TooFewSlivers
from walrus_sui.redstuff import Axis, BlobMetadata, BlobMetadataWithId, Params, SliverData, verify_metadata
from walrus_sui.redstuff import decode as decode_slivers
from walrus_sui.redstuff.matrix import Sink, Source, encode_matrix
from walrus_sui.redstuff.sliver import source_symbols, verify_sliver

METADATA = "metadata"

Bytes = npt.NDArray[np.uint8]
Listener = Callable[[int, int], None]
"""Told how many of how many columns are done."""

_PENDING_BYTES = 64 << 20
"""Primary symbols that are gathered before they are written, a piece to every file."""


class FileSource:
    """A blob in a file, read block by block."""

    def __init__(self, descriptor: int, length: int, params: Params) -> None:
        """Raises `BlobTooLarge`."""
        self.length = length
        self.symbol_size = params.symbol_size(length)
        self._descriptor = descriptor
        self._row_size = params.columns * self.symbol_size

    def rows(self, start: int, out: Bytes) -> None:
        columns, count, size = out.shape
        rows = np.empty((count, columns, size), dtype=np.uint8)
        self._read(rows, start * self._row_size)
        out[:] = rows.transpose(1, 0, 2)

    def columns(self, start: int, out: Bytes) -> None:
        for index, row in enumerate(out):
            self._read(row, index * self._row_size + start * self.symbol_size)

    def _read(self, out: Bytes, offset: int) -> None:
        """Fill `out` from `offset` on; beyond the end of the blob there are zeros."""
        view = out.reshape(-1).data
        wanted = max(0, min(len(view), self.length - offset))
        done = 0
        while done < wanted:
            count = os.preadv(self._descriptor, [view[done:wanted]], offset + done)
            if count == 0:
                raise InputError(f"expected {self.length} bytes, got {offset + done}: the file shrank")
            done += count
        out.reshape(-1)[wanted:] = 0


class SliverFolder:
    """The sink of an encoding: writes the slivers of all pairs below `folder`."""

    def __init__(self, folder: Path, params: Params, symbol_size: int) -> None:
        self._folder = folder
        self._params = params
        self._symbol_size = symbol_size
        eighth = 8 * params.n_shards * symbol_size
        self._chunk = 8 * max(1, _PENDING_BYTES // eighth)
        self._pending: dict[int, tuple[Bytes, list[int]]] = {}
        self._lock = threading.Lock()
        for pair in range(params.n_shards):
            self._start(pair, Axis.PRIMARY, pair, params.columns)

    def put(self, start: int, symbols: Bytes) -> None:
        """All n symbols of the columns from `start` on: uint8[n, columns, symbol_size]."""
        n, width, _ = symbols.shape
        for column in range(width):
            index = start + column
            data = symbols[: self._params.rows, column].tobytes()
            sliver = SliverData(data, self._symbol_size, index)
            self._path(n - 1 - index, Axis.SECONDARY).write_bytes(sliver.to_bytes())
        systematic = min(width, self._params.columns - start)
        if systematic > 0:
            self._gather(start, symbols[:, :systematic])

    def _gather(self, start: int, symbols: Bytes) -> None:
        """Keep a piece of the primary slivers until those around it have come."""
        chunk, columns = start // self._chunk, self._params.columns
        first = chunk * self._chunk
        expected = min(self._chunk, columns - first)
        with self._lock:
            if chunk not in self._pending:
                shape = (self._params.n_shards, expected, self._symbol_size)
                self._pending[chunk] = (np.empty(shape, dtype=np.uint8), [expected])
            gathered, missing = self._pending[chunk]
        gathered[:, start - first : start - first + symbols.shape[1]] = symbols
        with self._lock:
            missing[0] -= symbols.shape[1]
            if missing[0]:
                return
            del self._pending[chunk]
        offset = len(bcs.uleb(columns * self._symbol_size)) + first * self._symbol_size
        for pair, piece in enumerate(gathered):
            with self._path(pair, Axis.PRIMARY).open("r+b") as file:
                file.seek(offset)
                file.write(piece.data)

    def _start(self, pair: int, axis: Axis, index: int, symbols: int) -> None:
        """The frame of a sliver: its length in front, a hole for its symbols, size and index behind."""
        size = symbols * self._symbol_size
        with self._path(pair, axis).open("xb") as file:
            file.write(bcs.uleb(size))
            file.seek(size, os.SEEK_CUR)
            file.write(bcs.encode(bcs.U16, self._symbol_size) + bcs.encode(bcs.U16, index))

    def _path(self, pair: int, axis: Axis) -> Path:
        return self._folder / f"{pair:05}.{axis.value}"


def encode_to_folder(source: Source, params: Params, folder: Path, listener: Listener) -> BlobMetadataWithId:
    """Write all sliver pairs and the metadata to the new `folder`, which appears once it is whole."""
    with _new_folder(folder) as partial:
        sink = SliverFolder(partial, params, source.symbol_size)
        with_id = _encode(source, params, sink.put, listener)
        (partial / METADATA).write_bytes(with_id.to_bytes())
    return with_id


def name_blob(source: Source, params: Params, listener: Listener) -> BlobMetadataWithId:
    """Id and metadata of a blob, whose slivers are not kept."""
    return _encode(source, params, lambda start, symbols: None, listener)


def _encode(source: Source, params: Params, sink: Sink, listener: Listener) -> BlobMetadataWithId:
    done, lock = 0, threading.Lock()

    def put(start: int, symbols: Bytes) -> None:
        nonlocal done
        sink(start, symbols)
        with lock:
            done += symbols.shape[1]
            listener(done, params.n_shards)

    metadata = encode_matrix(source, params, put).metadata
    return BlobMetadataWithId(metadata.blob_id(), metadata)


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that takes its name in the end, or is removed."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"expected {folder} to be new or an empty folder, got one with something in it")
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise InputError(f"expected a folder that can be made, got {folder}: {error.strerror}") from error
    try:
        yield partial
        partial.chmod(0o755)
        partial.replace(folder)
    except OSError as error:
        raise InputError(f"expected to write {folder}, got: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def decode_folder(folder: Path, listener: Listener) -> tuple[BlobMetadataWithId, bytes]:
    """The blob in `folder`, from whichever slivers are there and sound. Raises `TooFewSlivers`, `InputError`."""
    metadata = _read_metadata(folder)
    params = Params(metadata.metadata.n_shards)
    sound: dict[Axis, int] = {}
    for axis in Axis:
        needed = source_symbols(axis.orthogonal, params)
        slivers = []
        for sliver in _sound_slivers(folder, axis, metadata.metadata):
            slivers.append(sliver)
            listener(len(slivers), needed)
            if len(slivers) == needed:
                return metadata, decode_slivers(metadata.metadata, slivers, axis=axis)
        sound[axis] = len(slivers)
    raise TooFewSlivers(
        f"expected {params.rows} primary or {params.columns} secondary slivers in {folder}, "
        f"got {sound[Axis.PRIMARY]} and {sound[Axis.SECONDARY]}"
    )


def _read_metadata(folder: Path) -> BlobMetadataWithId:
    try:
        metadata = BlobMetadataWithId.from_bytes((folder / METADATA).read_bytes())
    except OSError as error:
        raise InputError(f"expected metadata in {folder / METADATA}, got: {error.strerror}") from error
    verify_metadata(metadata.metadata, metadata.blob_id, metadata.metadata.n_shards)
    return metadata


def _sound_slivers(folder: Path, axis: Axis, metadata: BlobMetadata) -> Iterator[SliverData]:
    """The slivers of `axis` that are what the metadata says, each index once; others are passed over."""
    seen: set[int] = set()
    for path in sorted(folder.glob(f"*.{axis.value}")):
        try:
            sliver = SliverData.from_bytes(path.read_bytes())
            verify_sliver(sliver, axis, metadata)
        except (BcsError, SliverError):
            continue
        except OSError as error:
            raise InputError(f"expected to read {path}, got: {error.strerror}") from error
        if sliver.index not in seen:
            seen.add(sliver.index)
            yield sliver
