"""Bundles: a blob's metadata and many slivers in one request or answer of a storage node.

The protocol moves one sliver a request, so a small blob costs a node dozens of them. A bundle is our extension
beside those routes (docs/storage-node.md): what is in it is checked as if it had come alone. Nodes that do not
know the route answer 404, and clients go on with single requests.

BCS: option of bytes (the BCS of BlobMetadata), then a vector of (u16 pair index, u8 axis with 0 primary and
1 secondary, bytes with the BCS of SliverData).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from walrus_sui import bcs
from walrus_sui.crypto.messages import SignedMessage
from walrus_sui.errors import BcsError
from walrus_sui.redstuff import Axis, BlobMetadata, Params, SliverData
from walrus_sui.redstuff.params import MAX_SYMBOL_SIZE

MAX_BUNDLE_BYTES = 8 << 20
"""Longest bundle, unless a single sliver pair with its metadata is longer."""
MAX_BUNDLE_SLIVERS = 4096
"""Most slivers in one bundle."""
SLIVER_FRAME = 16
"""Most bytes a bundle needs for a sliver beside its SliverData: index, axis and length."""
_HEAD_FRAME = 16
_SLIVER_DATA_FRAME = 16
_METADATA_FRAME = 64
_METADATA_PER_PAIR = 66

_AXES = (Axis.PRIMARY, Axis.SECONDARY)


def bundle_limit(n_shards: int) -> int:
    """Longest bundle in bytes that nodes of `n_shards` shards take and give."""
    params = Params(n_shards)
    pair = (params.rows + params.columns) * MAX_SYMBOL_SIZE + 2 * (_SLIVER_DATA_FRAME + SLIVER_FRAME)
    return max(MAX_BUNDLE_BYTES, _HEAD_FRAME + _METADATA_FRAME + n_shards * _METADATA_PER_PAIR + pair)


class _AxisTag(bcs.Codec[Axis]):
    def write(self, value: Axis, out: bytearray) -> None:
        out.append(_AXES.index(value))

    def read(self, reader: bcs.Reader) -> Axis:
        tag = reader.byte()
        if tag >= len(_AXES):
            raise BcsError(f"expected an axis (0 or 1) at offset {reader.position - 1}, got {tag}")
        return _AXES[tag]


class _View(bcs.Codec["bytes | bytearray | memoryview"]):
    """Length-prefixed bytes that are read as a part of the whole, not as a copy."""

    def write(self, value: Part, out: bytearray) -> None:
        out += bcs.uleb(len(value))
        out += value

    def read(self, reader: bcs.Reader) -> memoryview:
        return reader.view(reader.length())


Part = bytes | bytearray | memoryview
"""Bytes of a bundle; a view of the body they came in once read."""

_Part = Annotated[Part, _View()]


class BundledSliver(bcs.Struct):
    """The BCS of one SliverData, and where it belongs."""

    pair_index: bcs.U16
    axis: Annotated[Axis, _AxisTag()]
    sliver: _Part

    @classmethod
    def of(cls, pair_index: int, axis: Axis, sliver: SliverData) -> BundledSliver:
        return cls(pair_index, axis, sliver.to_bytes())

    @property
    def size(self) -> int:
        """Most bytes it adds to a bundle."""
        return len(self.sliver) + SLIVER_FRAME


class Bundle(bcs.Struct):
    """The BCS of a blob's BlobMetadata (without id), if it is part of this, and slivers of the blob."""

    metadata: _Part | None
    slivers: Annotated[tuple[BundledSliver, ...], bcs.MaxLen(MAX_BUNDLE_SLIVERS)]


@dataclass(frozen=True, slots=True)
class BundlePieces:
    """The BCS of a bundle, `size` bytes, in pieces that `make` makes anew for whoever sends them."""

    size: int
    make: Callable[[], Iterator[Part]]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.make():
            yield piece  # type: ignore[misc]  # httpx passes on what it is given


def pack(metadata: bytes | None, slivers: Iterable[BundledSliver], limit: int) -> Iterator[Bundle]:
    """Bundles of at most `limit` bytes with all of this, the metadata first.

    One that holds a single sliver may be longer.
    """
    batch: list[BundledSliver] = []
    size = empty = _HEAD_FRAME
    size += len(metadata or b"")
    for sliver in slivers:
        if batch and (size + sliver.size > limit or len(batch) == MAX_BUNDLE_SLIVERS):
            yield Bundle(metadata, tuple(batch))
            metadata, batch, size = None, [], empty
        batch.append(sliver)
        size += sliver.size
    if batch or metadata is not None:
        yield Bundle(metadata, tuple(batch))


@dataclass(frozen=True, slots=True)
class BundleReceipt:
    """What became of a bundle: how many of its parts, metadata included, were new, kept for later or known.

    `signed` is the confirmation if one was asked for and could be given; otherwise `unsigned_reason` and
    `unsigned_message` say why not, in the protocol's words (such as `NOT_REGISTERED`).
    """

    stored: int
    buffered: int
    existed: int
    signed: SignedMessage | None = None
    unsigned_reason: str = ""
    unsigned_message: str = ""


@dataclass(frozen=True, slots=True)
class FoundBundle:
    """What a node had of what was asked for, by pair and axis; to be verified."""

    metadata: BlobMetadata | None
    slivers: dict[tuple[int, Axis], SliverData]
