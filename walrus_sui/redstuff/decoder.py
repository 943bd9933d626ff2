"""A blob from any R primary or any C secondary slivers, and the check that it is the blob (encoding.md §6.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from walrus_sui.errors import DuplicateSliver, InconsistentBlob, TooFewSlivers
from walrus_sui.redstuff import kernels
from walrus_sui.redstuff.encoder import compute_blob_id
from walrus_sui.redstuff.kernels.arrays import Bytes, as_symbols
from walrus_sui.redstuff.matrix import row_roots
from walrus_sui.redstuff.metadata import BlobMetadata
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.placement import Axis
from walrus_sui.redstuff.sliver import SliverData, axis_code, check_shape, source_symbols

Consistency = Literal["default", "strict", "skip"]


def decode(
    metadata: BlobMetadata,
    slivers: Iterable[SliverData],
    *,
    axis: Axis,
    consistency: Consistency = "default",
) -> bytes:
    """The blob, from the first R (primary) or C (secondary) slivers of `axis`; more are not looked at.

    `metadata` must be verified. Slivers need not be: "default" rebuilds every systematic row and compares its
    root, "strict" encodes all again and compares the blob id, "skip" trusts slivers the caller has verified.
    Raises `SliverError`, `DuplicateSliver`, `TooFewSlivers`, or `InconsistentBlob`.
    """
    params = Params(metadata.n_shards)
    chosen = _choose(metadata, slivers, axis, params)
    source = _solve(chosen, axis, params)
    blob = source.reshape(-1)[: metadata.unencoded_length].tobytes()
    # what follows the blob's end must be zero: check the blob as a reader sees it, not what was in the slivers
    source.reshape(-1)[metadata.unencoded_length :] = 0
    check_consistency(metadata, source, blob, consistency)
    return blob


def check_consistency(
    metadata: BlobMetadata, source: Bytes, blob: bytes | memoryview, consistency: Consistency
) -> None:
    """Check a decoded `blob` and its zero-padded symbols uint8[R, C, S] as `decode` says. Raises as it does."""
    match consistency:
        case "default":
            _check_rows(metadata, source, Params(metadata.n_shards))
        case "strict":
            _check_blob_id(metadata, blob)
        case "skip":
            pass
        case _:
            raise ValueError(f"expected the consistency check default, strict or skip, got {consistency!r}")


def _choose(metadata: BlobMetadata, slivers: Iterable[SliverData], axis: Axis, params: Params) -> list[SliverData]:
    needed = source_symbols(axis.orthogonal, params)
    chosen: dict[int, SliverData] = {}
    for sliver in slivers:
        check_shape(sliver, axis, metadata)
        if sliver.index in chosen:
            raise DuplicateSliver(f"expected distinct {axis.value} slivers, got number {sliver.index} twice")
        chosen[sliver.index] = sliver
        if len(chosen) == needed:
            return list(chosen.values())
    raise TooFewSlivers(f"expected {needed} {axis.value} slivers, got {len(chosen)}")


def _solve(slivers: list[SliverData], axis: Axis, params: Params) -> Bytes:
    """The source symbols uint8[R, C, S]."""
    count, size = source_symbols(axis, params), slivers[0].symbol_size
    lines = [as_symbols(sliver.data, count, size) for sliver in slivers]
    code = axis_code(axis.orthogonal, params)
    source = kernels.engine().recover(code, [sliver.index for sliver in slivers], lines)
    return source if axis is Axis.PRIMARY else np.ascontiguousarray(source.transpose(1, 0, 2))


def _check_rows(metadata: BlobMetadata, source: Bytes, params: Params) -> None:
    for row, root in enumerate(row_roots(source, params)):
        if bytes(root) != metadata.sliver_root(Axis.PRIMARY, row):
            raise InconsistentBlob(f"expected primary sliver {row} as the metadata states it, got another")


def _check_blob_id(metadata: BlobMetadata, blob: bytes | memoryview) -> None:
    actual, expected = compute_blob_id(blob, n_shards=metadata.n_shards).blob_id, metadata.blob_id()
    if actual != expected:
        raise InconsistentBlob(f"expected the decoded bytes to have blob id {expected}, got {actual}")
