"""Quilts: many small files in one blob, each in columns of its own (encoding.md §9).

A column is one systematic secondary sliver, so a reader fetches a file by fetching its slivers alone. The first
columns hold the index; every file starts at the top of a column.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import itertools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from walrus_sui import bcs
from walrus_sui.errors import BcsError, QuiltError
from walrus_sui.redstuff.blob_id import BLOB_ID_SIZE, BlobId
from walrus_sui.redstuff.params import MAX_SYMBOL_SIZE, Params

BLOB_TYPE_ATTRIBUTE = ("_walrusBlobType", "quilt")
"""The attribute that marks a blob as a quilt on chain."""
MAX_INDEX_COLUMNS = 10

_VERSION_1 = 1
_INDEX_HEADER = 5
_RECORD_HEADER = 6
_TAGS_PRESENT = 1
_PATCH_ID_VERSION = 1


@dataclasses.dataclass(frozen=True)
class QuiltFile:
    """One file of a quilt. Raises `QuiltError` for an identifier that no quilt can hold."""

    identifier: str
    data: bytes
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_identifier(self.identifier)


class _IndexEntry(bcs.Struct):
    end_column: bcs.U16
    identifier: str
    tags: dict[str, str]


@dataclasses.dataclass(frozen=True)
class QuiltPatch:
    """Where a file lies: columns `start` up to but not including `end`."""

    identifier: str
    tags: Mapping[str, str]
    start: int
    end: int

    def patch_id(self, blob_id: BlobId) -> str:
        """The text by which the file is asked for."""
        return str(PatchId(blob_id, self.start, self.end))


@dataclasses.dataclass(frozen=True)
class PatchId:
    """A patch id taken apart; `str()` is base64url of blob id, version, start and end, without padding."""

    blob_id: BlobId
    start: int
    end: int

    def __str__(self) -> str:
        place = bytes([_PATCH_ID_VERSION]) + self.start.to_bytes(2, "little") + self.end.to_bytes(2, "little")
        return base64.urlsafe_b64encode(bytes(self.blob_id) + place).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str) -> PatchId:
        """Raises `QuiltError` for any other text, also of the same bytes."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _not_a_patch_id(text) from error
        if len(raw) != BLOB_ID_SIZE + 5 or raw[BLOB_ID_SIZE] != _PATCH_ID_VERSION:
            raise _not_a_patch_id(text)
        start, end = (int.from_bytes(raw[at : at + 2], "little") for at in (BLOB_ID_SIZE + 1, BLOB_ID_SIZE + 3))
        found = cls(BlobId(raw[:BLOB_ID_SIZE]), start, end)
        if str(found) != text:
            raise _not_a_patch_id(text)
        return found


@dataclasses.dataclass(frozen=True)
class Quilt:
    """The blob to store, and its patches in the order of their identifiers."""

    data: bytes
    symbol_size: int
    patches: tuple[QuiltPatch, ...]


def build_quilt(files: Iterable[QuiltFile], *, n_shards: int) -> Quilt:
    """Lay files out as one blob. Raises `QuiltError` for duplicates or more than the columns can hold."""
    params = Params(n_shards)
    ordered = sorted(files, key=lambda file: file.identifier.encode())
    _check_distinct(ordered)
    records = [_record(file) for file in ordered]
    # end columns have a fixed width, so the length of the index is known before they are
    index_size = _INDEX_HEADER + len(_index_bytes([(file, 0) for file in ordered]))
    symbol_size = _symbol_size([index_size, *map(len, records)], params)
    column_size = params.rows * symbol_size
    start = -(-index_size // column_size)
    patches = []
    for file, record in zip(ordered, records, strict=True):
        end = start + -(-len(record) // column_size)
        patches.append(QuiltPatch(file.identifier, file.tags, start, end))
        start = end
    index = _index_bytes([(file, patch.end) for file, patch in zip(ordered, patches, strict=True)])
    header = bytes([_VERSION_1]) + len(index).to_bytes(4, "little")
    columns = [_fill(header + index, column_size), *(_fill(record, column_size) for record in records)]
    return Quilt(_interleave(b"".join(columns), params, symbol_size), symbol_size, tuple(patches))


def column_of(blob: bytes, column: int, params: Params) -> bytes:
    """Column `column` of a quilt's blob: what the secondary sliver of that index holds."""
    symbols = np.frombuffer(blob, dtype=np.uint8).reshape(params.rows, params.columns, -1)
    return symbols[:, column].tobytes()


def index_columns(first_column: bytes) -> int:
    """How many columns the index takes, told by the first. Raises `QuiltError`."""
    if len(first_column) < _INDEX_HEADER or first_column[0] != _VERSION_1:
        raise QuiltError(f"expected the index of a quilt, got bytes that start with {first_column[:1].hex()!r}")
    size = _INDEX_HEADER + int.from_bytes(first_column[1:_INDEX_HEADER], "little")
    count = -(-size // len(first_column))
    if count > MAX_INDEX_COLUMNS:
        raise QuiltError(f"expected a quilt index of at most {MAX_INDEX_COLUMNS} columns, got {count}")
    return count


def read_index(columns: Sequence[bytes]) -> tuple[QuiltPatch, ...]:
    """The patches, from the first columns of a quilt (as many as `index_columns` says). Raises `QuiltError`."""
    count = index_columns(columns[0]) if columns else 1
    if len(columns) < count:
        raise QuiltError(f"expected {count} columns with the index, got {len(columns)}")
    stream = b"".join(columns[:count])
    size = int.from_bytes(stream[1:_INDEX_HEADER], "little")
    try:
        entries = bcs.decode(tuple[_IndexEntry, ...], stream[_INDEX_HEADER : _INDEX_HEADER + size])
    except BcsError as error:
        raise QuiltError(f"expected the index of a quilt: {error}") from error
    patches, start = [], count
    for entry in entries:
        if entry.end_column < start:
            raise QuiltError(f"expected column {start} or later, got end column {entry.end_column}")
        patches.append(QuiltPatch(entry.identifier, entry.tags, start, entry.end_column))
        start = entry.end_column
    return tuple(patches)


def read_file(columns: Sequence[bytes]) -> QuiltFile:
    """The file whose patch these columns are, in order. Raises `QuiltError`."""
    stream = memoryview(b"".join(columns))
    if len(stream) < _RECORD_HEADER or stream[0] != _VERSION_1:
        raise QuiltError("expected the record of a quilt's file, got other bytes")
    size = int.from_bytes(stream[1:5], "little")
    body = stream[_RECORD_HEADER : _RECORD_HEADER + size]
    if len(body) != size:
        raise QuiltError(f"expected a record of {size} bytes, got {len(body)}")
    try:
        return _parse_body(bcs.Reader(body), has_tags=bool(stream[5] & _TAGS_PRESENT))
    except BcsError as error:
        raise QuiltError(f"expected the record of a quilt's file: {error}") from error


def _not_a_patch_id(text: str) -> QuiltError:
    return QuiltError(f"expected a quilt patch id of 50 characters, got {text[:64]!r}")


def _parse_body(reader: bcs.Reader, *, has_tags: bool) -> QuiltFile:
    identifier = bcs.decode(str, reader.view(int.from_bytes(reader.take(2), "little")))
    tags: dict[str, str] = {}
    if has_tags:
        tags = bcs.decode(dict[str, str], reader.view(int.from_bytes(reader.take(2), "little")))
    return QuiltFile(identifier, reader.take(reader.remaining), tags)


def _record(file: QuiltFile) -> bytes:
    identifier = bcs.encode(str, file.identifier)
    tags = bcs.encode(dict[str, str], dict(file.tags)) if file.tags else b""
    if len(identifier) >= 0xFFFF or len(tags) > 0xFFFF:
        raise QuiltError(f"expected identifier and tags below 64 KiB each, got {len(identifier)} and {len(tags)}")
    payload = len(identifier).to_bytes(2, "little") + identifier
    if tags:
        payload += len(tags).to_bytes(2, "little") + tags
    payload += file.data
    if len(payload) >= 1 << 32:
        raise QuiltError(f"expected a file below 4 GiB, got {len(payload)} bytes")
    mask = _TAGS_PRESENT if tags else 0
    return bytes([_VERSION_1]) + len(payload).to_bytes(4, "little") + bytes([mask]) + payload


def _index_bytes(files: list[tuple[QuiltFile, int]]) -> bytes:
    entries = tuple(_IndexEntry(end, file.identifier, dict(file.tags)) for file, end in files)
    return bcs.encode(tuple[_IndexEntry, ...], entries)


def _symbol_size(sizes: list[int], params: Params) -> int:
    """The least even size at which all records fit into C columns and the index into ten."""
    rows, columns = params.rows, params.columns
    if len(sizes) > columns:
        raise QuiltError(
            f"expected at most {columns - 1} files for {params.n_shards} shards, got {len(sizes) - 1}"
        )
    low = max(1, -(-sum(sizes) // (rows * columns)))
    high = MAX_SYMBOL_SIZE + 1
    while low < high:
        middle = (low + high) // 2
        if sum(-(-size // (middle * rows)) for size in sizes) <= columns:
            high = middle
        else:
            low = middle + 1
    size = max(low, -(-sizes[0] // (MAX_INDEX_COLUMNS * rows)), -(-_INDEX_HEADER // rows))
    size += size % 2
    if size > MAX_SYMBOL_SIZE:
        raise QuiltError(
            f"expected files that fit {columns} columns of {rows * MAX_SYMBOL_SIZE} bytes, got {sum(sizes)} bytes",
            hint="make several quilts",
        )
    return size


def _fill(record: bytes, column_size: int) -> bytes:
    return record + bytes(-len(record) % column_size)


def _interleave(columns: bytes, params: Params, symbol_size: int) -> bytes:
    """Columns one after the other to the row-major blob, the unused columns zero."""
    matrix = np.zeros((params.columns, params.rows, symbol_size), dtype=np.uint8)
    matrix.reshape(-1)[: len(columns)] = np.frombuffer(columns, dtype=np.uint8)
    return matrix.transpose(1, 0, 2).tobytes()


def _check_identifier(identifier: str) -> None:
    if not identifier or identifier != identifier.rstrip():
        raise QuiltError(f"expected an identifier without white space at its end, got {identifier!r}")
    if any(unicodedata.category(character) == "Cc" for character in identifier):
        raise QuiltError(f"expected an identifier without control characters, got {identifier!r}")


def _check_distinct(files: Sequence[QuiltFile]) -> None:
    for one, other in itertools.pairwise(files):
        if one.identifier == other.identifier:
            raise QuiltError(f"expected distinct identifiers, got {one.identifier!r} twice")
