"""Slivers: one row or one column of a blob's symbols, as stored by one shard (encoding.md §4–6)."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from typing import Self, cast

from walrus_sui import bcs
from walrus_sui.errors import SliverIndexError, SliverMismatch, SliverSizeError
from walrus_sui.redstuff import kernels
from walrus_sui.redstuff.blob_id import BlobId
from walrus_sui.redstuff.kernels.arrays import Bytes, as_symbols
from walrus_sui.redstuff.metadata import BlobMetadata
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.placement import Axis
from walrus_sui.redstuff.reed_solomon import Code, code_for

_LONG_SYMBOLS = 256
"""Slivers of longer symbols are no faster side by side."""
_MOST_KEPT_BYTES = 4 << 20


class _Kept(threading.local):
    """What a thread worked in last, by lanes: the engine's arrays."""

    def __init__(self) -> None:
        self.areas: dict[int, tuple[object, Bytes]] = {}


_kept = _Kept()


class SliverData(bcs.Struct):
    """The systematic symbols of one sliver. The axis is not part of it: routes and callers know it."""

    data: bytes
    symbol_size: bcs.U16
    index: bcs.U16

    @classmethod
    def within(cls, data: bytes | bytearray | memoryview) -> Self:
        """Like `from_bytes`, but the symbols stay where they are: as long as `data` does not change."""
        reader = bcs.Reader(data)
        symbols, rest = cast(bytes, reader.view(reader.length())), reader.view(4)
        reader.finish()
        return cls(symbols, int.from_bytes(rest[:2], "little"), int.from_bytes(rest[2:], "little"))


class Sliver(bcs.Enum):
    """A sliver that says its axis."""

    sliver: SliverData

    @property
    def axis(self) -> Axis:
        return Axis.PRIMARY if isinstance(self, PrimarySliver) else Axis.SECONDARY


class PrimarySliver(Sliver, tag=0):
    """A row: C symbols."""


class SecondarySliver(Sliver, tag=1):
    """A column: R symbols."""


class SyncShardResponse(bcs.Enum):
    """Slivers of one shard and axis, handed over when the shard changes hands."""

    entries: tuple[tuple[BlobId, Sliver], ...]


class SyncShardResponseV1(SyncShardResponse, tag=0):
    """In ascending order of blob id."""


@dataclasses.dataclass(frozen=True)
class SliverPair:
    """What one shard stores of a blob: primary `index` and secondary n - 1 - `index`."""

    index: int
    primary: SliverData
    secondary: SliverData


def axis_code(axis: Axis, params: Params) -> Code:
    """The code that extends one sliver of `axis` to all shards: along a row for a primary."""
    return code_for(source_symbols(axis, params), params.n_shards)


def source_symbols(axis: Axis, params: Params) -> int:
    """Symbols of a sliver of `axis`; also the slivers of the other axis needed to rebuild one."""
    return params.columns if axis is Axis.PRIMARY else params.rows


def check_shape(sliver: SliverData, axis: Axis, metadata: BlobMetadata) -> None:
    """Index, symbol size and length against the metadata. Raises `SliverIndexError` or `SliverSizeError`."""
    _check_shapes([sliver], axis, metadata)


def _check_shapes(slivers: Sequence[SliverData], axis: Axis, metadata: BlobMetadata) -> None:
    params, symbol_size = Params(metadata.n_shards), metadata.symbol_size
    length = source_symbols(axis, params) * symbol_size
    for sliver in slivers:
        if sliver.index >= params.n_shards:
            raise SliverIndexError(f"expected a sliver index below {params.n_shards}, got {sliver.index}")
        if sliver.symbol_size != symbol_size:
            raise SliverSizeError(f"expected symbols of {symbol_size} bytes, got {sliver.symbol_size}")
        if len(sliver.data) != length:
            raise SliverSizeError(f"expected a {axis.value} sliver of {length} bytes, got {len(sliver.data)}")


def expand(sliver: SliverData, axis: Axis, params: Params) -> Bytes:
    """All n symbols of the line this sliver lies on, uint8[n, 1, symbol_size]; for slivers of checked shape."""
    work = kernels.engine().buffer(params.n_shards, 1, sliver.symbol_size)
    _expand_into(work, [sliver], axis_code(axis, params))
    return work


def _expand_into(work: Bytes, slivers: Sequence[SliverData], code: Code) -> None:
    """Fill uint8[n, lanes, symbol_size] with one sliver a lane; further lanes keep what they hold."""
    for lane, sliver in enumerate(slivers):
        work[: code.k, lane] = as_symbols(sliver.data, code.k, sliver.symbol_size)
    kernels.engine().extend(code, work)


def _work_area(lines: int, lanes: int, symbol_size: int) -> Bytes:
    """An array to work in, this thread's last one of so many lanes if that fits.

    Fresh memory costs as much as the work.
    """
    engine, shape = kernels.engine(), (lines, lanes, symbol_size)
    last = _kept.areas.get(lanes)
    if last is not None and last[0] is engine and last[1].shape == shape:
        return last[1]
    area = engine.buffer(*shape)
    if area.nbytes <= _MOST_KEPT_BYTES:
        _kept.areas[lanes] = engine, area
    else:
        _kept.areas.pop(lanes, None)
    return area


def sliver_root(sliver: SliverData, axis: Axis, params: Params) -> bytes:
    """The root of the expanded sliver: 32 bytes."""
    work = _work_area(params.n_shards, 1, sliver.symbol_size)
    _expand_into(work, [sliver], axis_code(axis, params))
    return bytes(kernels.engine().line_roots(work)[0])


def sliver_roots(slivers: Sequence[SliverData], axis: Axis, params: Params) -> list[bytes]:
    """The root of each expanded sliver, all of one checked shape; short ones side by side, which is faster."""
    if not slivers:
        return []
    group = kernels.engine().group_for(params.n_shards, slivers[0].symbol_size)
    together = _worth_grouping(len(slivers), group) if slivers[0].symbol_size <= _LONG_SYMBOLS else 0
    roots = _roots_side_by_side(slivers[:together], group, axis, params) if together else []
    return roots + [sliver_root(sliver, axis, params) for sliver in slivers[together:]]


def _worth_grouping(count: int, group: int) -> int:
    """How many of `count` slivers to take in groups: a group takes as long if it is not full."""
    rest = count % group
    return count if rest >= group // 2 else count - rest


def _roots_side_by_side(slivers: Sequence[SliverData], group: int, axis: Axis, params: Params) -> list[bytes]:
    code, roots = axis_code(axis, params), list[bytes]()
    work = _work_area(params.n_shards, group, slivers[0].symbol_size)
    for start in range(0, len(slivers), group):
        part = slivers[start : start + group]
        _expand_into(work, part, code)
        roots += [bytes(root) for root in kernels.engine().line_roots(work)[: len(part)]]
    return roots


def verify_sliver(sliver: SliverData, axis: Axis, metadata: BlobMetadata) -> None:
    """Check a sliver against verified metadata. Raises `SliverError`."""
    verify_slivers([sliver], axis, metadata)


def verify_slivers(slivers: Sequence[SliverData], axis: Axis, metadata: BlobMetadata) -> None:
    """Check slivers of one blob and axis against verified metadata. Raises `SliverError` for the first bad one."""
    _check_shapes(slivers, axis, metadata)
    actual = sliver_roots(slivers, axis, Params(metadata.n_shards))
    for sliver, root in zip(slivers, actual, strict=True):
        _check_root(sliver, axis, metadata.sliver_root(axis, sliver.index), root)


def _check_root(sliver: SliverData, axis: Axis, expected: bytes, actual: bytes) -> None:
    if actual != expected:
        raise SliverMismatch(
            f"expected {axis.value} sliver {sliver.index} with root {expected.hex() or 'Empty'}, "
            f"got {actual.hex()}"
        )
