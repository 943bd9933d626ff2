"""Asking one node for several slivers of a blob: in one request where it can, else one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from walrus_sui.client.network.nodes import CommitteeNode
from walrus_sui.client.reading.standing import Standing
from walrus_sui.errors import NodeLacksRoute, NodeMisbehaved, NodeRefused, WalrusError
from walrus_sui.redstuff import Axis, BlobId, BlobMetadata, SliverData, sliver_index
from walrus_sui.storage.bundle import bundle_limit

T = TypeVar("T")
_NOT_UNDERSTOOD = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """What one node is asked for. `limit` is how many bytes of slivers are wanted at most, or one sliver."""

    blob_id: BlobId
    axis: Axis
    pairs: tuple[int, ...]
    metadata: bool
    n_shards: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What it gave: metadata and slivers by pair, none of them verified but for the slivers' indices."""

    metadata: BlobMetadata | None
    slivers: dict[int, SliverData]


async def ask(node: CommitteeNode, standing: Standing, asked: Asked) -> Given:
    """Part of what is asked for, at least something. Raises `NodeError`s."""
    if standing.gives_bundles and asked.pairs:
        try:
            return _checked(node, asked, await _bundle(node, asked))
        except NodeRefused as refusal:
            # whoever cannot make sense of it is asked in the protocol's own words
            if refusal.status != _NOT_UNDERSTOOD and not isinstance(refusal, NodeLacksRoute):
                raise
            standing.gives_bundles = False
    return _checked(node, asked, await _one_by_one(node, asked))


async def _bundle(node: CommitteeNode, asked: Asked) -> Given:
    async with node.slots:
        found = await node.client.bundle(
            asked.blob_id,
            asked.pairs,
            asked.axis,
            metadata=asked.metadata,
            max_bytes=asked.limit,
            longest=bundle_limit(asked.n_shards),  # several nodes may lie at once, and memory has an end
        )
    slivers = {pair: sliver for (pair, axis), sliver in found.slivers.items() if axis is asked.axis}
    return Given(found.metadata, slivers)


async def _one_by_one(node: CommitteeNode, asked: Asked) -> Given:
    """Several requests at once. What fails is left out, unless everything does."""
    pairs = asked.pairs if asked.limit is None else asked.pairs[:1]
    metadata = [partial(_metadata, node, asked.blob_id)] if asked.metadata else []
    slivers = [partial(node.client.sliver, asked.blob_id, pair, asked.axis) for pair in pairs]
    known, found = await asyncio.gather(_all(node, metadata), _all(node, slivers))
    failures = [item for item in (*known, *found) if isinstance(item, WalrusError)]
    if len(failures) == len(known) + len(found):
        raise failures[0]
    return Given(
        next((item for item in known if isinstance(item, BlobMetadata)), None),
        {pair: item for pair, item in zip(pairs, found, strict=True) if isinstance(item, SliverData)},
    )


async def _metadata(node: CommitteeNode, blob_id: BlobId) -> BlobMetadata:
    return (await node.client.metadata(blob_id)).metadata


async def _all(node: CommitteeNode, requests: Iterable[Callable[[], Awaitable[T]]]) -> list[T | WalrusError]:
    async def one(request: Callable[[], Awaitable[T]]) -> T | WalrusError:
        try:
            async with node.slots:
                return await request()
        except WalrusError as error:
            return error

    return await asyncio.gather(*map(one, requests))


def _checked(node: CommitteeNode, asked: Asked, given: Given) -> Given:
    for pair, sliver in given.slivers.items():
        expected = sliver_index(asked.axis, pair, asked.n_shards)
        if pair not in asked.pairs or sliver.index != expected:
            raise NodeMisbehaved(node.name, f"expected {asked.axis.value} sliver {expected}, got {sliver.index}")
    return given
