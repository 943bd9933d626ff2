"""Reading a blob: metadata, just enough slivers, decoding, and the check of the result (protocol.md §4.2)."""

from __future__ import annotations

import asyncio

from walrus_sui.client.fetch import SliverFetch
from walrus_sui.client.limits import Limits
from walrus_sui.client.metadata import fetch_metadata
from walrus_sui.client.nodes import CommitteeNodes
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.errors import BlobUnavailable
from walrus_sui.redstuff import Axis, BlobId, BlobMetadataWithId, SliverData, decode
from walrus_sui.redstuff.decoder import Consistency


async def read_blob(
    nodes: CommitteeNodes,
    blob_id: BlobId,
    *,
    consistency: Consistency = "default",
    limits: Limits,
    on_progress: ProgressListener,
) -> bytes:
    """The blob's bytes, verified against `blob_id`.

    Raises `BlobNotFound`, `BlobUnavailable`, or `InconsistentBlob` if its writer had encoded it wrongly.
    """
    metadata = await fetch_metadata(nodes, blob_id, limits=limits, on_progress=on_progress)
    axis, slivers = await _fetch_slivers(nodes, metadata, limits, on_progress)
    on_progress(Progress(Phase.DECODE, 0, 1))
    data = await asyncio.to_thread(decode, metadata.metadata, slivers, axis=axis, consistency=consistency)
    on_progress(Progress(Phase.DECODE, 1, 1))
    return data


async def _fetch_slivers(
    nodes: CommitteeNodes, metadata: BlobMetadataWithId, limits: Limits, on_progress: ProgressListener
) -> tuple[Axis, list[SliverData]]:
    """Enough primaries, or where those are lost, enough secondaries."""
    failures: dict[str, str] = {}
    tries = []
    for axis in Axis:
        fetch = SliverFetch(nodes, metadata, axis, limits=limits, on_progress=on_progress)
        if await fetch.run():
            return axis, fetch.slivers
        failures = fetch.failures | failures
        tries.append(fetch)
    primary, secondary = tries
    raise BlobUnavailable(
        f"expected {primary.needed} primary or {secondary.needed} secondary slivers of blob {metadata.blob_id}, "
        f"got {len(primary.slivers)} and {len(secondary.slivers)}; these storage nodes did not give all theirs:",
        got=len(primary.slivers),
        needed=primary.needed,
        failures=failures,
        hint="try again when more storage nodes are up",
    )
