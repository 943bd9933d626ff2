"""Fetching whole slivers from those who held their shards in the epoch before: cheaper than rebuilding them."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable

from walrus_node.holding.intake import Intake
from walrus_node.holding.pending import Place
from walrus_node.refusal import Refusal
from walrus_node.workers import Workers
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes
from walrus_sui.errors import NodeError, NodeLacksRoute
from walrus_sui.redstuff import BlobId, SliverData

log = logging.getLogger(__name__)


class Handover:
    """Takes over slivers from the nodes of the previous committee."""

    def __init__(self, previous: CommitteeNodes, own_id: bytes, intake: Intake, workers: Workers) -> None:
        """`own_id` is this node's, which is not asked."""
        self._previous = previous
        self._own_id = own_id
        self._intake = intake
        self._workers = workers

    async def fetch(self, blob_id: BlobId, wanted: Iterable[Place]) -> set[Place]:
        """Those of the slivers that could be had; they are verified and stored."""
        found: set[Place] = set()
        for node, places in self._by_holder(blob_id, wanted):
            found |= await self._fetch_from(node, blob_id, places)
        return found

    def _by_holder(self, blob_id: BlobId, wanted: Iterable[Place]) -> list[tuple[CommitteeNode, set[Place]]]:
        places: defaultdict[bytes, set[Place]] = defaultdict(set)
        for pair, axis in wanted:
            holder = self._previous.committee.holder_of_pair(blob_id, pair)
            if holder is not None and holder.node_id != self._own_id:
                places[holder.node_id].add((pair, axis))
        return [(node, places[node.member.node_id]) for node in self._previous if node.member.node_id in places]

    async def _fetch_from(self, node: CommitteeNode, blob_id: BlobId, wanted: set[Place]) -> set[Place]:
        stored: set[Place] = set()
        try:
            if node.takes_bundles:
                await self._fetch_bundles(node, blob_id, wanted, stored)
        except NodeLacksRoute:
            node.takes_bundles = False
        except NodeError as error:
            log.debug("no slivers of blob %s from %s: %s", blob_id, node.name, error)
        if not node.takes_bundles:
            await self._fetch_singly(node, blob_id, wanted, stored)
        return stored

    async def _fetch_bundles(
        self, node: CommitteeNode, blob_id: BlobId, wanted: set[Place], stored: set[Place]
    ) -> None:
        missing = set(wanted)
        while missing:
            found = await node.client.bundle(blob_id, sorted({pair for pair, _ in missing}), None)
            got = missing & found.slivers.keys()
            if not got:
                return
            for place in got:
                if await self._store(node, blob_id, place, found.slivers[place]):
                    stored.add(place)
            missing -= got

    async def _fetch_singly(
        self, node: CommitteeNode, blob_id: BlobId, wanted: set[Place], stored: set[Place]
    ) -> None:
        for place in wanted:
            try:
                sliver = await node.client.sliver(blob_id, *place)
            except NodeError as error:
                log.debug("no %s sliver %d of blob %s from %s: %s", *_words(place), blob_id, node.name, error)
                continue
            if await self._store(node, blob_id, place, sliver):
                stored.add(place)

    async def _store(self, node: CommitteeNode, blob_id: BlobId, place: Place, sliver: SliverData) -> bool:
        try:
            await self._workers.run(self._intake.store_sliver, blob_id, *place, sliver.to_bytes())
        except Refusal as refusal:
            log.debug("%s sliver %d of blob %s from %s: %s", *_words(place), blob_id, node.name, refusal)
            return False
        return True


def _words(place: Place) -> tuple[str, int]:
    return place[1].value, place[0]
