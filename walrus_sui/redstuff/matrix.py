"""The symbol matrix, worked through in blocks: extend rows, then extend and hash columns (encoding.md §2, §5).

Only a block of columns is ever held expanded. A `Source` gives the blob's symbols, a `Sink` takes what becomes of
them; so blobs may come from files and slivers go to files without passing through memory whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np

from walrus_sui.redstuff import kernels
from walrus_sui.redstuff.kernels.arrays import Bytes
from walrus_sui.redstuff.kernels.parallel import cores, for_each
from walrus_sui.redstuff.metadata import BlobMetadata, SliverPairMetadata
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.reed_solomon import code_for

Buffer = bytes | bytearray | memoryview

Sink = Callable[[int, Bytes], None]
"""Takes all n symbols of some columns: the first column's index, and uint8[n, columns, symbol_size].

Called once for every block, from several threads; the array is only lent.
"""

_EIGHT = 8
_WORK_BYTES = 8 << 20
"""How much rows that are only looked at may take in each thread, if they can do with less."""
_WORTH_A_THREAD = 200_000
"""Compressions of the hash function from which on a second thread pays: about five milliseconds."""


class Source(Protocol):
    """The blob as a matrix of R x C symbols, zero-padded at its end."""

    length: int
    symbol_size: int

    def rows(self, start: int, out: Bytes) -> None:
        """Rows from `start` on into uint8[C, rows, symbol_size]: symbol by symbol, rows side by side."""

    def columns(self, start: int, out: Bytes) -> None:
        """Columns from `start` on into uint8[R, columns, symbol_size]."""


class MemorySource:
    """A blob in memory. A read-only buffer is not copied, but for the rows that padding touches."""

    def __init__(self, data: Buffer, params: Params) -> None:
        """Raises `BlobTooLarge`."""
        view = memoryview(data).cast("B")
        self.length = len(view)
        self.symbol_size = params.symbol_size(self.length)
        row_size = params.columns * self.symbol_size
        full = self.length // row_size
        flat = np.frombuffer(view if view.readonly else bytes(view), dtype=np.uint8)
        self._head = flat[: full * row_size].reshape(full, params.columns, self.symbol_size)
        self._tail = np.zeros((params.rows - full, params.columns, self.symbol_size), dtype=np.uint8)
        self._tail.reshape(-1)[: self.length - full * row_size] = flat[full * row_size :]

    def row(self, index: int) -> Bytes:
        """One row: uint8[C, symbol_size]."""
        full = len(self._head)
        symbols: Bytes = self._head[index] if index < full else self._tail[index - full]
        return symbols

    def rows(self, start: int, out: Bytes) -> None:
        full = len(self._head)
        stop = start + out.shape[1]
        split = min(max(start, full), stop)
        out[:, : split - start] = self._head[start:split].transpose(1, 0, 2)
        out[:, split - start :] = self._tail[split - full : stop - full].transpose(1, 0, 2) if split < stop else 0

    def columns(self, start: int, out: Bytes) -> None:
        full, block = len(self._head), slice(start, start + out.shape[1])
        out[:full] = self._head[:, block]
        out[full:] = self._tail[:, block]


@dataclasses.dataclass(frozen=True)
class EncodedMatrix:
    """The metadata, and the upper part of the parity columns: uint8[n - C, R, symbol_size]."""

    metadata: BlobMetadata
    parity_columns: Bytes


def encode_matrix(source: Source, params: Params, sink: Sink | None = None) -> EncodedMatrix:
    """Extend and hash the whole matrix; every block of columns goes to `sink`."""
    n, size = params.n_shards, source.symbol_size
    threads = _threads(n * n, size)
    parity = np.empty((n - params.columns, params.rows, size), dtype=np.uint8)
    _extend_rows(source, params, parity, threads)
    primary_roots, secondary_roots = _extend_columns(source, params, parity, sink, threads)
    pairs = zip(primary_roots, reversed(secondary_roots), strict=True)
    hashes = tuple(SliverPairMetadata(bytes(primary), bytes(secondary)) for primary, secondary in pairs)
    return EncodedMatrix(BlobMetadata(source.length, hashes), parity)


def row_roots(source: Bytes, params: Params) -> Bytes:
    """Roots [R, 32] of the systematic primary slivers from their symbols uint8[R, C, symbol_size]."""
    rows, columns, size = source.shape
    engine, code = kernels.engine(), code_for(columns, params.n_shards)
    group = engine.group_for(params.n_shards, size)
    if group * params.n_shards * size > _WORK_BYTES:
        group = 1  # symbols of such a size fill the lanes of the hash by themselves
    roots = np.empty((rows, 32), dtype=np.uint8)

    def prepare() -> Callable[[int], None]:
        work = engine.buffer(params.n_shards, group, size)

        def hash_rows(start: int) -> None:
            block = source[start : start + group]
            work[:columns, : len(block)] = block.transpose(1, 0, 2)
            engine.extend(code, work)
            roots[start : start + len(block)] = engine.line_roots(work)[: len(block)]

        return hash_rows

    for_each(range(0, rows, group), prepare, _threads(rows * params.n_shards, size))
    return roots


def _extend_rows(source: Source, params: Params, parity: Bytes, threads: int) -> None:
    n, rows, columns, size = params.n_shards, params.rows, params.columns, source.symbol_size
    engine, code = kernels.engine(), code_for(columns, n)
    group = engine.group_for(n, size)

    def prepare() -> Callable[[int], None]:
        work = engine.buffer(n, group, size)

        def extend(start: int) -> None:
            width = min(group, rows - start)
            source.rows(start, work[:columns, :width])
            engine.extend(code, work)
            parity[:, start : start + width] = work[columns:, :width]

        return extend

    for_each(range(0, rows, group), prepare, threads)


def _extend_columns(
    source: Source, params: Params, parity: Bytes, sink: Sink | None, threads: int
) -> tuple[Bytes, Bytes]:
    """Roots [n, 32] of all primary and of all secondary slivers."""
    n, size = params.n_shards, source.symbol_size
    engine, code = kernels.engine(), code_for(params.rows, n)
    group = engine.group_for(n, size)
    secondary_roots = np.empty((n, 32), dtype=np.uint8)
    nodes = np.empty((4, -(-n // _EIGHT), n), dtype=np.uint64)

    def prepare() -> Callable[[int], None]:
        work = engine.buffer(n, group, size)

        def extend_and_hash(start: int) -> None:
            width = min(group, n - start)
            _fill_columns(work[: params.rows, :width], start, source, params, parity)
            engine.extend(code, work)
            if sink is not None:
                sink(start, work[:, :width])
            roots, part = engine.hash_block(work, width)
            secondary_roots[start : start + width] = roots[:width]
            eighths = slice(start // _EIGHT, -(-(start + width) // _EIGHT))
            nodes[:, eighths] = part[:, : eighths.stop - eighths.start]

        return extend_and_hash

    for_each(range(0, n, group), prepare, threads)
    return engine.join(nodes), secondary_roots


def _fill_columns(out: Bytes, start: int, source: Source, params: Params, parity: Bytes) -> None:
    """Columns from `start` on, of which some may be the blob's and the others parity."""
    systematic = max(0, min(out.shape[1], params.columns - start))
    if systematic:
        source.columns(start, out[:, :systematic])
    first = start + systematic - params.columns
    out[:, systematic:] = parity[first : first + out.shape[1] - systematic].transpose(1, 0, 2)


def _threads(symbols: int, symbol_size: int) -> int:
    compressions = symbols * (symbol_size // 128 + 2)
    if not kernels.engine().threads or compressions < _WORTH_A_THREAD:
        return 1
    return cores()
