"""Bringing one registered blob to its storage nodes and coming back with their confirmations (protocol.md §4.1).

Every node is served at once and by itself: metadata, its sliver pairs, then its confirmation. A node that is
dead, refuses or lies costs only its own weight. As soon as a quorum has confirmed, the others get a short while to
finish.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from walrus_sui.client.confirmation import check_confirmation
from walrus_sui.client.limits import Limits
from walrus_sui.client.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import for_each, lent, running
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage, StorageConfirmation
from walrus_sui.errors import NodeRefused, NodeUnreachable, NotEnoughConfirmations, WalrusError
from walrus_sui.redstuff import Axis, EncodedBlob
from walrus_sui.storage import Reason

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Confirmations:
    """Who confirmed (member index to signed message, all checked) and why the others did not (name to reason)."""

    signed: dict[int, SignedMessage]
    failures: dict[str, str]


async def upload(
    nodes: CommitteeNodes,
    encoded: EncodedBlob,
    persistence: Permanent | Deletable,
    *,
    limits: Limits,
    on_progress: ProgressListener,
) -> Confirmations:
    """Store `encoded` on all nodes. Raises `NotEnoughConfirmations` once a quorum can no longer confirm."""
    return await _Upload(nodes, encoded, persistence, limits, on_progress).run()


class _Upload:
    def __init__(
        self,
        nodes: CommitteeNodes,
        encoded: EncodedBlob,
        persistence: Permanent | Deletable,
        limits: Limits,
        on_progress: ProgressListener,
    ) -> None:
        self._nodes = nodes
        self._encoded = encoded
        self._persistence = persistence
        self._expected = StorageConfirmation(bytes(encoded.blob_id), persistence)
        self._limits = limits
        self._on_progress = on_progress
        self._slivers_stored = 0
        largest = len(encoded.sliver_pair(0).primary.data)
        self._in_flight = asyncio.Semaphore(limits.parallel(largest))
        self._result = Confirmations({}, {})
        self._confirmed_weight = 0

    async def run(self) -> Confirmations:
        async with running({node: self._serve(node) for node in self._nodes}) as tasks:
            await self._wait(tasks)
        return self._result

    async def _wait(self, tasks: dict[asyncio.Task[SignedMessage], CommitteeNode]) -> None:
        clock = asyncio.get_running_loop().time
        started, deadline = clock(), None
        pending = set(tasks)
        while pending:
            left = None if deadline is None else max(0.0, deadline - clock())
            done, pending = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                break
            for task in done:
                self._note(tasks[task], task)
            self._check_quorum_possible()
            if deadline is None and self._confirmed_weight >= self._nodes.quorum:
                tail = self._limits.tail_factor * (clock() - started) + self._limits.tail_seconds
                deadline = clock() + tail
        for task in pending:
            self._result.failures[tasks[task].name] = "not done when a quorum had confirmed"

    def _note(self, node: CommitteeNode, task: asyncio.Task[SignedMessage]) -> None:
        try:
            self._result.signed[node.index] = task.result()
            self._confirmed_weight += node.weight
        except WalrusError as error:
            self._result.failures[node.name] = reason(error)

    def _check_quorum_possible(self) -> None:
        if self._nodes.quorum_still_possible(self._result.failures):
            return
        needed = self._nodes.quorum
        raise NotEnoughConfirmations(
            f"expected confirmations worth {needed} of {self._nodes.n_shards} shards, got "
            f"{self._confirmed_weight} from {len(self._result.signed)} of {len(self._nodes)} storage nodes; "
            "these did not confirm:",
            got=self._confirmed_weight,
            needed=needed,
            failures=self._result.failures,
            hint="the blob stays registered: store it again once the nodes are back",
        )

    async def _serve(self, node: CommitteeNode) -> SignedMessage:
        blob_id, metadata = self._encoded.blob_id, self._encoded.metadata
        await self._attempt(node, lambda: node.client.store_metadata(blob_id, metadata))
        pairs = node.member.pairs(blob_id, self._nodes.n_shards)
        slivers = ((pair, axis) for pair in pairs for axis in Axis)
        at_once = self._limits.requests_per_node
        await for_each(slivers, lambda sliver: self._store_sliver(node, *sliver), at_once=at_once)
        signed = await self._attempt(node, lambda: node.client.confirmation(blob_id, self._persistence))
        await asyncio.to_thread(
            check_confirmation, signed, node.member, self._expected, self._nodes.committee.epoch
        )
        return signed

    async def _store_sliver(self, node: CommitteeNode, pair_index: int, axis: Axis) -> None:
        pair = self._encoded.sliver_pair(pair_index)
        sliver = pair.primary if axis is Axis.PRIMARY else pair.secondary
        await self._attempt(
            node, lambda: node.client.store_sliver(self._encoded.blob_id, pair_index, axis, sliver)
        )
        self._slivers_stored += 1
        self._on_progress(Progress(Phase.UPLOAD, self._slivers_stored, 2 * self._nodes.n_shards))

    async def _attempt(self, node: CommitteeNode, request: Callable[[], Awaitable[T]]) -> T:
        """Make one request, again if the connection failed, and for as long as the node lags behind the chain."""
        clock = asyncio.get_running_loop().time
        lag_ends = clock() + self._limits.registration_wait
        failures, backoff = 0, self._limits.first_backoff
        while True:
            try:
                async with node.slots, lent(self._in_flight, self._limits.stall):
                    return await request()
            except NodeUnreachable:
                failures += 1
                if failures > self._limits.retries:
                    raise
            except NodeRefused as refusal:
                if refusal.reason != Reason.NOT_REGISTERED or clock() > lag_ends:
                    raise
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, self._limits.longest_backoff)
