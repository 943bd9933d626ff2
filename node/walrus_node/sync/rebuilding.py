"""Rebuilding slivers of one blob from symbols that other nodes hold (protocol.md §3.3, encoding.md §6.1).

For several target slivers of an axis at once, each node is asked for what its slivers of the other axis have of
them. Every symbol is verified before it counts; a node that sends a bad one is not asked again. Once a target
has as many symbols as its code needs it is rebuilt and checked against the metadata.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from walrus_node.workers import Workers
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import cancel
from walrus_sui.errors import BlobUnavailable, RedStuffError, WalrusError
from walrus_sui.redstuff import (
    Axis,
    BlobMetadataWithId,
    GeneralRecoverySymbol,
    InconsistencyProof,
    Params,
    SliverData,
    SymbolId,
    rebuild_sliver,
    recovery_symbols,
    sliver_index,
    verify_symbol,
)

log = logging.getLogger(__name__)

SYMBOLS_A_REQUEST = 256
_NODES_AT_ONCE = 4

Rebuilt = list[SliverData | InconsistencyProof]


@dataclass(frozen=True, slots=True)
class Request:
    """Symbols to ask one node for."""

    node: CommitteeNode
    ids: tuple[SymbolId, ...]


class Rebuilding:
    """Gathers the symbols of `targets`, which are sliver indices of `axis`.

    `own` gives the node's own slivers of the other axis: while others are down, theirs alone do not suffice for a
    primary sliver.
    """

    def __init__(
        self,
        metadata: BlobMetadataWithId,
        axis: Axis,
        targets: Sequence[int],
        own: Callable[[], Iterable[SliverData]],
        workers: Workers,
    ) -> None:
        self._metadata = metadata
        self._axis = axis
        self._own = own
        self._workers = workers
        params = Params(metadata.metadata.n_shards)
        self._needed = params.columns if axis is Axis.PRIMARY else params.rows
        self._symbols: dict[int, dict[int, GeneralRecoverySymbol]] = {target: {} for target in targets}
        self._failures: dict[str, str] = {}

    async def run(self, committees: Iterable[CommitteeNodes], own_id: bytes) -> Rebuilt:
        """Ask the committees one after the other until every target has its symbols.

        Raises `BlobUnavailable` if they do not suffice. A proof in place of a sliver means that the blob is badly
        encoded.
        """
        self._add(await self._workers.run(self._own_symbols))
        for nodes in committees:
            if not self._is_complete:
                await self._gather(self._requests(nodes, own_id))
        if not self._is_complete:
            raise self._unavailable()
        return [await self._rebuild(target) for target in self._symbols]

    @property
    def _is_complete(self) -> bool:
        return all(len(found) >= self._needed for found in self._symbols.values())

    def _requests(self, nodes: CommitteeNodes, own_id: bytes) -> list[Request]:
        """In random order, so that nodes that rebuild at the same time do not all ask the same ones first."""
        others = [node for node in nodes if node.member.node_id != own_id]
        return [
            Request(node, ids)
            for node in random.sample(others, len(others))
            for ids in _in_parts(self._ids(node, nodes.n_shards))
        ]

    def _ids(self, node: CommitteeNode, n_shards: int) -> tuple[SymbolId, ...]:
        pairs = node.member.pairs(self._metadata.blob_id, n_shards)
        sources = [sliver_index(self._axis.orthogonal, pair, n_shards) for pair in pairs]
        wanted = [
            (target, source)
            for target, found in self._symbols.items()
            for source in sources
            if source not in found
        ]
        return tuple(SymbolId(*(pair if self._axis is Axis.PRIMARY else pair[::-1])) for pair in wanted)

    async def _gather(self, requests: list[Request]) -> None:
        tasks: dict[asyncio.Task[None], Request] = {}
        try:
            while (requests or tasks) and not self._is_complete:
                while requests and len(tasks) < _NODES_AT_ONCE:
                    request = requests.pop()
                    if request.node.name not in self._failures:
                        tasks[asyncio.create_task(self._ask(request))] = request
                if tasks:
                    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        self._note(tasks.pop(task), task)
        finally:
            await cancel(tasks)

    def _note(self, request: Request, task: asyncio.Task[None]) -> None:
        try:
            task.result()
        except WalrusError as error:
            self._failures[request.node.name] = reason(error)
            level = logging.WARNING if isinstance(error, RedStuffError) else logging.DEBUG
            log.log(level, "no symbols of blob %s from %s: %s", self._metadata.blob_id, request.node.name, error)

    async def _ask(self, request: Request) -> None:
        blob_id, proof_axis = self._metadata.blob_id, self._axis.orthogonal
        given = await request.node.client.recovery_symbols(blob_id, request.ids, proof_axis)
        self._add(await self._workers.run(self._verified, given, set(request.ids)))

    def _own_symbols(self) -> list[GeneralRecoverySymbol]:
        source_axis, n_shards = self._axis.orthogonal, self._metadata.metadata.n_shards
        targets = list(self._symbols)
        return [cut for own in self._own() for cut in recovery_symbols(own, source_axis, targets, n_shards)]

    def _add(self, symbols: Iterable[GeneralRecoverySymbol]) -> None:
        for symbol in symbols:
            symbol_id = symbol.symbol_id
            self._symbols[symbol_id.on(self._axis)][symbol_id.on(self._axis.orthogonal)] = symbol

    def _verified(
        self, given: Iterable[GeneralRecoverySymbol], asked: set[SymbolId]
    ) -> list[GeneralRecoverySymbol]:
        wanted = [symbol for symbol in given if symbol.symbol_id in asked]
        for symbol in wanted:
            verify_symbol(symbol, self._axis, symbol.symbol_id.on(self._axis), self._metadata.metadata)
        return [symbol for symbol in wanted if symbol.symbol.source_axis is self._axis.orthogonal]

    async def _rebuild(self, target: int) -> SliverData | InconsistencyProof:
        symbols = list(self._symbols[target].values())
        return await self._workers.run(rebuild_sliver, self._metadata.metadata, self._axis, target, symbols)

    def _unavailable(self) -> BlobUnavailable:
        return BlobUnavailable(
            f"expected {self._needed} symbols of each {self._axis.value} sliver to rebuild of blob "
            f"{self._metadata.blob_id}, got too few:",
            got=min(map(len, self._symbols.values())),
            needed=self._needed,
            failures=self._failures,
        )


def _in_parts(ids: tuple[SymbolId, ...]) -> list[tuple[SymbolId, ...]]:
    return [ids[start : start + SYMBOLS_A_REQUEST] for start in range(0, len(ids), SYMBOLS_A_REQUEST)]
