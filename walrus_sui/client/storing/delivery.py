"""One blob's way to one storage node: everything the node is to hold, then its confirmation (protocol.md §1.3).

Nodes that take bundles get a small blob in a single request; others get metadata, slivers and the question for the
confirmation one by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import for_each, lent
from walrus_sui.client.storing.bundling import BundleWriter, Share
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage, StorageConfirmation
from walrus_sui.errors import MessageError, NodeLacksRoute, NodeRefused, NodeUnreachable
from walrus_sui.redstuff import Axis, EncodedBlob, SliverData
from walrus_sui.storage import BundleReceipt, Reason

T = TypeVar("T")

_PASSING = frozenset({429, 502, 503, 504})
"""Statuses of nodes, and of proxies before them, that have too much to do just now."""
_SILENCE = (httpx.ReadTimeout, httpx.WriteTimeout)
"""It has had all the time there is: asked again, it would take as much again."""


class Delivery:
    """Serves the nodes of a committee with one blob.

    `requests` counts what was asked of them; `trouble` says of nodes that cannot be connected to just now why.
    """

    def __init__(
        self,
        nodes: CommitteeNodes,
        encoded: EncodedBlob,
        persistence: Permanent | Deletable,
        limits: Limits,
        on_stored: Callable[[int], None],
        *,
        pending: bool = False,
        registered: asyncio.Event | None = None,
    ) -> None:
        """`on_stored` hears how many more slivers a node has taken.

        With `pending` nodes may be asked before they see the blob registered; `registered` is set once it is, and
        without that it is already.
        """
        self.nodes = nodes
        self.limits = limits
        self.expected = StorageConfirmation(bytes(encoded.blob_id), persistence)
        """What every node has to confirm."""
        self.requests = 0
        self.trouble: dict[str, str] = {}
        self._encoded = encoded
        self._blob_id = encoded.blob_id
        self._persistence = persistence
        self._n_shards = nodes.n_shards
        self._on_stored = on_stored
        self._pending = pending
        self._registered = registered
        self._bundles = BundleWriter(encoded)
        largest = self._bundles.largest(max(node.weight for node in nodes))
        self._in_flight = asyncio.Semaphore(limits.parallel(largest))

    async def serve(self, node: CommitteeNode) -> SignedMessage:
        """The node's confirmation, not verified yet. Raises `NodeError`."""
        if not node.takes_early:
            await self._registration()
        if node.takes_bundles:
            try:
                return await self._send_bundles(node)
            except NodeLacksRoute:
                node.takes_bundles = False
        return await self._send_singly(node)

    async def _send_bundles(self, node: CommitteeNode) -> SignedMessage:
        """Without `pending` the metadata goes ahead, so that no sliver is sent before the node takes it."""
        shares = self._bundles.shares(self._pairs(node))
        if not self._pending:
            await self._send_bundle(node, None, metadata=True)
        for number, share in enumerate(shares):
            first, last = number == 0, number == len(shares) - 1
            receipt = await self._send_bundle(node, share, metadata=first and self._pending, confirm=last)
            self._on_stored(len(share))
            if last and receipt.signed is not None and not self._is_behind(receipt.signed):
                return receipt.signed
        return await self._confirmation(node)

    async def _send_bundle(
        self, node: CommitteeNode, share: Share | None, *, metadata: bool, confirm: bool = False
    ) -> BundleReceipt:
        def put() -> Awaitable[BundleReceipt]:
            bundle = self._bundles.write(share, metadata=metadata)
            persistence = self._persistence if confirm else None
            return node.client.store_bundle(self._blob_id, bundle, pending=self._pending, confirm=persistence)

        return await self._attempt(node, put)

    async def _send_singly(self, node: CommitteeNode) -> SignedMessage:
        await self._attempt(node, lambda: node.client.store_metadata(self._blob_id, self._encoded.metadata))
        at_once = self.limits.requests_per_node
        slivers = ((pair, axis) for pair in self._pairs(node) for axis in Axis)
        await for_each(slivers, lambda sliver: self._send_sliver(node, *sliver), at_once=at_once)
        return await self._confirmation(node)

    async def _send_sliver(self, node: CommitteeNode, pair: int, axis: Axis) -> None:
        def put() -> Awaitable[str]:
            return node.client.store_sliver(self._blob_id, pair, axis, self._sliver(pair, axis))

        await self._attempt(node, put)
        self._on_stored(1)

    async def _confirmation(self, node: CommitteeNode) -> SignedMessage:
        await self._registration()
        clock = asyncio.get_running_loop().time
        lag_ends, backoff = clock() + self.limits.registration_wait, self.limits.first_backoff
        while True:
            signed = await self._attempt(node, lambda: node.client.confirmation(self._blob_id, self._persistence))
            if not self._is_behind(signed) or clock() > lag_ends:
                return signed
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, self.limits.longest_backoff)

    def _is_behind(self, signed: SignedMessage) -> bool:
        """Whether the node has not come to the committee's epoch yet, by its own word."""
        try:
            epoch, _ = StorageConfirmation.parse_any_epoch(signed.serialized_message)
        except MessageError:
            return False
        return epoch < self.nodes.committee.epoch

    def _pairs(self, node: CommitteeNode) -> tuple[int, ...]:
        return node.member.pairs(self._blob_id, self._n_shards)

    def _sliver(self, pair: int, axis: Axis) -> SliverData:
        found = self._encoded.sliver_pair(pair)
        return found.primary if axis is Axis.PRIMARY else found.secondary

    @property
    def _is_early(self) -> bool:
        return self._registered is not None and not self._registered.is_set()

    async def _registration(self) -> None:
        """Wait for the blob's registration, if it is not there yet."""
        if self._registered is not None:
            await self._registered.wait()

    async def _attempt(self, node: CommitteeNode, request: Callable[[], Awaitable[T]]) -> T:
        """Make one request, again after what passes, and for as long as the node lags behind the chain."""
        clock = asyncio.get_running_loop().time
        lag_ends = clock() + self.limits.registration_wait
        failures, backoff = 0, self.limits.first_backoff
        while True:
            try:
                async with node.slots, lent(self._in_flight, self.limits.stall):
                    self.requests += 1
                    answer = await request()
                self.trouble.pop(node.name, None)
                return answer
            except NodeUnreachable as error:
                failures += 1
                if failures > self.limits.retries or isinstance(error.__cause__, _SILENCE):
                    raise
                if isinstance(error.__cause__, httpx.ConnectError):
                    self.trouble[node.name] = reason(error)
            except NodeRefused as refusal:
                if refusal.status in _PASSING:
                    failures += 1
                    if failures > self.limits.retries:
                        raise
                elif refusal.reason != Reason.NOT_REGISTERED or clock() > lag_ends:
                    raise
                elif self._is_early:
                    node.takes_early = False
                    await self._registration()
                    lag_ends = clock() + self.limits.registration_wait
                    continue
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, self.limits.longest_backoff)
