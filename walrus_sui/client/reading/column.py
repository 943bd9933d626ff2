"""One column of a blob: from the node that holds it, or else from the rows of others (encoding.md §6.1).

A column takes one symbol of each of R rows, which is as many bytes. Symbols come without proofs: the column proves
them all together.
"""

from __future__ import annotations

import asyncio
from collections import deque

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes
from walrus_sui.client.parallel import cancel
from walrus_sui.client.reading.standing import Standings
from walrus_sui.errors import NodeError, NodeMisbehaved, NodeRefused, SliverError, TooFewSlivers, WalrusError
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    BlobMetadata,
    DecodingSymbol,
    Params,
    pair_index,
    rebuild_unproven,
    verify_sliver,
)

Symbols = dict[int, DecodingSymbol]
"""By the row they are of."""


class ColumnReader:
    """The columns of one blob; `metadata` must be verified."""

    def __init__(
        self, nodes: CommitteeNodes, blob_id: BlobId, metadata: BlobMetadata, limits: Limits, standings: Standings
    ) -> None:
        self._nodes = nodes
        self._blob_id = blob_id
        self._metadata = metadata
        self._limits = limits
        self._standings = standings

    async def column(self, index: int) -> bytes:
        """A column, verified. Raises `TooFewSlivers`, or `SliverMismatch` if some symbols were wrong."""
        pair = pair_index(Axis.SECONDARY, index, self._nodes.n_shards)
        member = self._nodes.committee.holder_of_pair(self._blob_id, pair)
        holder = next(node for node in self._nodes if node.member is member)
        if not self._standings.of(holder).avoided:
            try:
                async with asyncio.timeout(self._limits.patience):
                    return await self._held(holder, pair, index)
            except (NodeError, SliverError, TimeoutError) as error:
                self._note(holder, error)
        return await self._rebuilt(index, holder)

    async def _held(self, node: CommitteeNode, pair: int, index: int) -> bytes:
        async with node.slots:
            sliver = await node.client.sliver(self._blob_id, pair, Axis.SECONDARY)
        if sliver.index != index:
            raise NodeMisbehaved(node.name, f"expected secondary sliver {index}, got {sliver.index}")
        await asyncio.to_thread(verify_sliver, sliver, Axis.SECONDARY, self._metadata)
        return bytes(sliver.data)

    async def _rebuilt(self, index: int, holder: CommitteeNode) -> bytes:
        """From the symbols of as few others as have enough rows; more are asked when some fail or take long."""
        needed = Params(self._nodes.n_shards).rows
        others = deque(self._standings.in_order(node for node in self._nodes if node is not holder))
        symbols: Symbols = {}
        tasks: dict[asyncio.Task[Symbols], CommitteeNode] = {}
        expected = 0
        try:
            while len(symbols) < needed:
                while others and expected < needed:
                    node = others.popleft()
                    tasks[asyncio.create_task(self._symbols(node, index))] = node
                    expected += node.weight
                if not tasks:
                    raise TooFewSlivers(f"expected {needed} symbols of column {index}, got {len(symbols)}")
                done, _ = await asyncio.wait(
                    tasks, timeout=self._limits.patience, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    found = self._result(tasks.pop(task), task)
                    symbols |= found
                expected = len(symbols) + sum(node.weight for node in tasks.values()) if done else 0
        finally:
            await cancel(tasks)
        sliver = await asyncio.to_thread(rebuild_unproven, self._metadata, Axis.SECONDARY, index, symbols.values())
        return bytes(sliver.data)

    async def _symbols(self, node: CommitteeNode, index: int) -> Symbols:
        """The node's symbols of the column, of rows that are its own."""
        async with node.slots:
            found = await node.client.decoding_symbols(self._blob_id, [index], Axis.SECONDARY)
        rows = set(node.member.pairs(self._blob_id, self._nodes.n_shards))
        given = [item.symbol for item in found.get(index, ()) if item.source_axis is Axis.PRIMARY]
        return {symbol.source_index: symbol for symbol in given if symbol.source_index in rows}

    def _result(self, node: CommitteeNode, task: asyncio.Task[Symbols]) -> Symbols:
        try:
            return task.result()
        except WalrusError as error:
            self._note(node, error)
            return {}

    def _note(self, node: CommitteeNode, error: Exception) -> None:
        if not isinstance(error, NodeRefused):
            self._standings.of(node).avoid()
