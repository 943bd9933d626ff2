"""Whether the storage nodes know a blob already, asked of no more of them than it takes (protocol.md §4.3)."""

from __future__ import annotations

import asyncio
import random

from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes
from walrus_sui.client.parallel import cancel
from walrus_sui.client.reading.status import blob_status
from walrus_sui.errors import BlobUnavailable, WalrusError
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import BlobStatus, NonexistentStatus


async def known_status(nodes: CommitteeNodes, blob_id: BlobId, *, timeout: float) -> tuple[BlobStatus | None, int]:
    """The blob's status and how many requests that took; `None` if too few nodes answer to tell.

    Where nodes of more than f shards, drawn by lot, have never heard of the blob, one of them is honest, and that
    settles it. If any has, all are asked, for only what more than f agree on is true.
    """
    unknown = _Probe(nodes, blob_id)
    try:
        async with asyncio.timeout(timeout):
            if await unknown.holds():
                return NonexistentStatus(), unknown.requests
            return await blob_status(nodes, blob_id, timeout=timeout), unknown.requests + len(nodes)
    except (BlobUnavailable, TimeoutError):
        return None, unknown.requests


class _Probe:
    """Asks just enough nodes, and one more for each that does not answer."""

    def __init__(self, nodes: CommitteeNodes, blob_id: BlobId) -> None:
        self._blob_id = blob_id
        self._needed = nodes.one_correct
        self._left = random.sample(list(nodes), len(nodes))
        self._asked: dict[asyncio.Task[BlobStatus], CommitteeNode] = {}
        self.requests = 0

    async def holds(self) -> bool:
        """Whether nodes of more than f shards say that they do not know the blob, and none that it does."""
        ignorant = 0
        try:
            while ignorant < self._needed:
                self._ask(self._needed - ignorant)
                if not self._asked:
                    return False
                done, _ = await asyncio.wait(self._asked, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    node = self._asked.pop(task)
                    try:
                        if not isinstance(task.result(), NonexistentStatus):
                            return False
                    except WalrusError:
                        continue  # the next one is asked in its place
                    ignorant += node.weight
            return True
        finally:
            await cancel(self._asked)

    def _ask(self, weight: int) -> None:
        """Have nodes of at least `weight` shards under way."""
        missing = weight - sum(node.weight for node in self._asked.values())
        while missing > 0 and self._left:
            node = self._left.pop()
            self._asked[asyncio.create_task(node.client.status(self._blob_id))] = node
            self.requests += 1
            missing -= node.weight
