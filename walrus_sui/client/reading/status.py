"""What a committee says about a blob, believed as far as correct nodes must stand behind it (protocol.md §4.3)."""

from __future__ import annotations

import asyncio
import contextlib

from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import running
from walrus_sui.errors import BlobUnavailable, WalrusError
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import BlobStatus, DeletableStatus, InvalidStatus, NonexistentStatus, PermanentStatus

_PATIENCE = 0.8
"""The part of the time allowed that may go by until a node has followed the chain far enough."""
_POLL_SECONDS = 0.02


async def blob_status(
    nodes: CommitteeNodes, blob_id: BlobId, *, timeout: float, since: int | None = None
) -> BlobStatus:
    """The latest status that nodes holding more than f shards agree on, once a quorum has answered and some do.

    A node is asked when it has followed the chain up to the checkpoint `since`, or when most of the time is over:
    so the answer shows what the caller has done on chain. Waits at most `timeout` seconds. Raises
    `BlobUnavailable` if too few nodes answer, or they do not agree.
    """
    answers = _Answers(nodes)
    async with running({node: _ask(node, blob_id, since, timeout * _PATIENCE) for node in nodes}) as tasks:
        pending = set(tasks)
        deadline = asyncio.get_running_loop().time() + timeout
        while pending and answers.agreed() is None:
            left = deadline - asyncio.get_running_loop().time()
            done, pending = await asyncio.wait(
                pending, timeout=max(0.0, left), return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                break
            for task in done:
                answers.note(tasks[task], task)
        answers.failures |= {tasks[task].name: f"no answer within {timeout:g} s" for task in pending}
    return answers.verdict(blob_id)


async def _ask(node: CommitteeNode, blob_id: BlobId, since: int | None, patience: float) -> BlobStatus:
    if since is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await _follows(node, since)
    return await node.client.status(blob_id)


async def _follows(node: CommitteeNode, checkpoint: int) -> None:
    """Wait until a node has seen a checkpoint; one that does not say how far it is counts as if it had."""
    while True:
        latest = (await node.client.health()).get("latestCheckpointSequenceNumber")
        if not isinstance(latest, int) or latest >= checkpoint:
            return
        await asyncio.sleep(_POLL_SECONDS)


class _Answers:
    def __init__(self, nodes: CommitteeNodes) -> None:
        self._nodes = nodes
        self._weights: dict[BlobStatus, int] = {}
        self.failures: dict[str, str] = {}

    @property
    def weight(self) -> int:
        return sum(self._weights.values())

    def note(self, node: CommitteeNode, task: asyncio.Task[BlobStatus]) -> None:
        try:
            status = task.result()
        except WalrusError as error:
            self.failures[node.name] = reason(error)
            return
        self._weights[status] = self._weights.get(status, 0) + node.weight

    def agreed(self) -> BlobStatus | None:
        """What can be believed, None if there is no such thing so far."""
        if self.weight < self._nodes.quorum:
            return None
        believed = (status for status, weight in self._weights.items() if weight >= self._nodes.one_correct)
        return max(believed, key=_lateness, default=None)

    def verdict(self, blob_id: BlobId) -> BlobStatus:
        if (status := self.agreed()) is not None:
            return status
        raise BlobUnavailable(
            f"expected storage nodes with {self._nodes.quorum} of {self._nodes.n_shards} shards to answer and "
            f"agree on the status of blob {blob_id}, got answers from {self.weight}:",
            got=self.weight,
            needed=self._nodes.quorum,
            failures=self.failures,
            hint="try again when more storage nodes are up",
        )


def _lateness(status: BlobStatus) -> tuple[int, ...]:
    """Orders statuses from early to late in a blob's life (protocol.md §1.5)."""
    match status:
        case NonexistentStatus():
            return (0,)
        case DeletableStatus(first_epoch, counts):
            return (1, counts.certified, counts.total, -(first_epoch or 0))
        case PermanentStatus(end_epoch, certified, _, counts, first_epoch):
            return (2, certified, end_epoch, counts.certified, counts.total, -(first_epoch or 0))
        case InvalidStatus():
            return (3,)
