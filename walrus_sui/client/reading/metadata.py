"""Getting a blob's metadata from whichever node of the committee has it (protocol.md §4.2)."""

from __future__ import annotations

import asyncio
import contextlib
import random

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import cancel
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.client.reading.status import blob_status
from walrus_sui.errors import BlobNotFound, BlobUnavailable, InconsistentBlob, NodeRefused, WalrusError
from walrus_sui.redstuff import BlobId, BlobMetadataWithId, verify_metadata
from walrus_sui.storage import InvalidStatus

_NOT_FOUND = 404


async def fetch_metadata(
    nodes: CommitteeNodes, blob_id: BlobId, *, limits: Limits, on_progress: ProgressListener
) -> BlobMetadataWithId:
    """The first answer that proves to be the metadata of `blob_id`; nodes are asked a few at a time, in any order.

    Raises `BlobNotFound` when nodes holding a quorum of shards have none, `InconsistentBlob` if that is because it
    was proved to be wrong, `BlobUnavailable` when too few answer.
    """
    on_progress(Progress(Phase.METADATA, 0, 1))
    try:
        metadata = await _MetadataFetch(nodes, blob_id, limits).run()
    except BlobNotFound:
        await _check_not_invalid(nodes, blob_id, limits)
        raise
    on_progress(Progress(Phase.METADATA, 1, 1))
    return metadata


async def _check_not_invalid(nodes: CommitteeNodes, blob_id: BlobId, limits: Limits) -> None:
    """Raises `InconsistentBlob` if that is why nodes have nothing of the blob."""
    with contextlib.suppress(BlobUnavailable):
        if isinstance(await blob_status(nodes, blob_id, timeout=limits.patience), InvalidStatus):
            raise InconsistentBlob(f"blob {blob_id} was proved to be encoded wrongly: nobody keeps it")


class _MetadataFetch:
    def __init__(self, nodes: CommitteeNodes, blob_id: BlobId, limits: Limits) -> None:
        self._nodes = nodes
        self._blob_id = blob_id
        self._limits = limits
        self._candidates = random.sample(list(nodes), len(nodes))
        self._tasks: dict[asyncio.Task[BlobMetadataWithId], CommitteeNode] = {}
        self._not_found_weight = 0
        self._failures: dict[str, str] = {}

    async def run(self) -> BlobMetadataWithId:
        try:
            self._ask(self._limits.metadata_requests)
            while self._tasks:
                done, _ = await asyncio.wait(
                    self._tasks, timeout=self._limits.patience, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    if found := self._note(self._tasks.pop(task), task):
                        return found
                self._ask(max(1, len(done)))
        finally:
            await cancel(self._tasks)
        raise self._unavailable()

    def _ask(self, count: int) -> None:
        for node in self._candidates[:count]:
            self._tasks[asyncio.create_task(self._metadata(node))] = node
        del self._candidates[:count]

    async def _metadata(self, node: CommitteeNode) -> BlobMetadataWithId:
        answer = await node.client.metadata(self._blob_id)
        await asyncio.to_thread(verify_metadata, answer.metadata, self._blob_id, self._nodes.n_shards)
        return answer

    def _note(self, node: CommitteeNode, task: asyncio.Task[BlobMetadataWithId]) -> BlobMetadataWithId | None:
        try:
            return task.result()
        except WalrusError as error:
            self._failures[node.name] = reason(error)
            if isinstance(error, NodeRefused) and error.status == _NOT_FOUND:
                self._not_found_weight += node.weight
        if self._not_found_weight >= self._nodes.quorum:
            raise BlobNotFound(
                f"expected the storage nodes to hold blob {self._blob_id}, but nodes with "
                f"{self._not_found_weight} of {self._nodes.n_shards} shards do not know it",
                hint="check the blob id, and whether its storage period has ended",
            )
        return None

    def _unavailable(self) -> BlobUnavailable:
        return BlobUnavailable(
            f"expected one node of {len(self._nodes)} to give the metadata of blob {self._blob_id}, none did:",
            got=0,
            needed=1,
            failures=self._failures,
            hint="try again when more storage nodes are up",
        )
