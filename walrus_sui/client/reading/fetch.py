"""Getting enough slivers of one axis from nodes some of which are dead, slow or lying (protocol.md §4.2).

The first requests ask a few nodes for the metadata and for slivers at once, as many as fit into a small answer: a
small blob is there after them. The rest is asked for once the metadata has told how large slivers are. Only as
many as decoding needs are asked for; each that fails is replaced by another, and when a request takes much longer
than those before it, spares are asked for beside it.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from collections.abc import Callable, Sized
from dataclasses import dataclass

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import cancel
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.client.reading.ask import Asked, Given, ask
from walrus_sui.client.reading.plan import Plan
from walrus_sui.client.reading.standing import Standings
from walrus_sui.errors import NodeMisbehaved, NodeRefused, WalrusError
from walrus_sui.redstuff import Axis, BlobId, BlobMetadata, Params, SliverData, verify_metadata

Take = Callable[[SliverData], None]
"""What is done with a sliver; raises `WalrusError` if it is none of the blob's."""

_OPENING_BYTES = 128 << 10
"""How much of its slivers a node is asked for before their size is known."""
_METADATA_BYTES_PER_PAIR = 66
_REQUESTS_PER_NODE = 2
_SLOW_FACTOR = 3.0
_LEAST_PATIENCE = 0.05
"""A request is slow when it takes so many times longer than others did, and at least that part of the patience one
has before any has answered."""


@dataclass(frozen=True, slots=True)
class _Request:
    node: CommitteeNode
    pairs: tuple[int, ...]
    metadata: bool
    large: bool
    started: float

    @property
    def effort(self) -> int:
        """What its time is compared by: small slivers cost nothing beside the request itself."""
        return len(self.pairs) if self.large else 1


class SliverFetch:
    """Collects slivers of `axis`. `failures` tells afterwards what did not work, by node."""

    def __init__(
        self,
        nodes: CommitteeNodes,
        blob_id: BlobId,
        axis: Axis,
        *,
        limits: Limits,
        standings: Standings,
        on_progress: ProgressListener,
    ) -> None:
        self._nodes = nodes
        self._blob_id = blob_id
        self._axis = axis
        self._limits = limits
        self._standings = standings
        self._on_progress = on_progress
        self._plan = Plan(nodes, blob_id, axis, standings)
        params = Params(nodes.n_shards)
        self.needed = params.rows if axis is Axis.PRIMARY else params.columns
        self._symbols = params.columns if axis is Axis.PRIMARY else params.rows
        self.failures: dict[str, str] = {}
        self._metadata: BlobMetadata | None = None
        self._take: Take | None = None
        self._given: dict[int, tuple[CommitteeNode, SliverData | None]] = {}
        self._requests: dict[asyncio.Task[Given], _Request] = {}
        self._slow: set[asyncio.Task[Given]] = set()
        # small answers say nothing of how long large ones take
        self._seconds: dict[bool, list[float]] = {False: [], True: []}

    @property
    def got(self) -> int:
        """How many slivers are here."""
        return len(self._given)

    async def open(self) -> BlobMetadata | None:
        """The blob's verified metadata, perhaps with slivers; None if nobody asked so far gives it in time."""
        await self._run(lambda: self._metadata is not None, self._prompt)
        return self._metadata

    async def collect(self, metadata: BlobMetadata, take: Take) -> bool:
        """Go on until `needed` slivers have been taken (True) or nobody is left to ask (False)."""
        self._metadata, self._take = metadata, take
        untaken = [(node, sliver) for node, sliver in self._given.values() if sliver is not None]
        for node, sliver in untaken:
            del self._given[sliver.index]
            self._accept(node, sliver)
        return await self._run(lambda: not self._missing, lambda: self._requests)

    def reject(self, index: int) -> None:
        """Sliver `index` turned out to be wrong: another is needed, and none from that node."""
        node, _ = self._given.pop(index)
        self._fail(node, NodeMisbehaved(node.name, f"{self._axis.value} sliver {index} is not that of the blob"))

    async def close(self) -> None:
        """Wait for nothing more."""
        await cancel(self._requests)
        self._requests.clear()

    @property
    def _missing(self) -> int:
        return max(0, self.needed - self.got)  # spares may have come beside the slow ones

    @property
    def _sliver_size(self) -> int | None:
        return None if self._metadata is None else self._symbols * self._metadata.symbol_size

    async def _run(self, done: Callable[[], bool], hopes: Callable[[], Sized]) -> bool:
        """Ask and listen until `done`; False when there are no `hopes` left."""
        while not done():
            self._top_up()
            if not hopes():
                return False
            finished, _ = await asyncio.wait(
                self._requests, timeout=self._until_slow(), return_when=asyncio.FIRST_COMPLETED
            )
            for task in finished:
                self._slow.discard(task)
                self._note(self._requests.pop(task), task)
            self._mark_slow()
        return True

    def _top_up(self) -> None:
        """Ask for as many slivers as are missing beside those that are on their way in time."""
        prompt = self._prompt()
        wanted = self._missing - sum(len(request.pairs) for request in prompt.values())
        room = self._plan.at_once(self._sliver_size, self._limits) - len(prompt)
        while wanted > 0 and room > 0:
            found = self._plan.next(wanted, self._sliver_size, self._busy())
            if found is None:
                return
            self._send(*found)
            wanted, room = wanted - len(found[1]), room - 1

    def _send(self, node: CommitteeNode, pairs: tuple[int, ...]) -> None:
        metadata, limit = False, None
        if self._metadata is None:
            under_way = sum(request.metadata for request in self._prompt().values())
            metadata = under_way < self._limits.metadata_requests
            limit = _OPENING_BYTES + metadata * _METADATA_BYTES_PER_PAIR * self._nodes.n_shards
        asked = Asked(self._blob_id, self._axis, pairs, metadata, self._nodes.n_shards, limit)
        task = asyncio.create_task(ask(node, self._standings.of(node), asked))
        large = not self._plan.small(self._sliver_size)
        self._requests[task] = _Request(node, pairs, metadata, large, asyncio.get_running_loop().time())

    def _note(self, request: _Request, task: asyncio.Task[Given]) -> None:
        try:
            given = task.result()
        except WalrusError as error:
            self._fail(request.node, error)
            return
        seconds = asyncio.get_running_loop().time() - request.started
        self._seconds[request.large].append(seconds / request.effort)
        self._standings.of(request.node).trust()
        if given.metadata is not None and self._metadata is None:
            self._note_metadata(request.node, given.metadata)
        for sliver in given.slivers.values():
            self._accept(request.node, sliver)
        if given.slivers:
            rest = (pair for pair in request.pairs if pair not in given.slivers)
            self._plan.give_back(request.node, rest)  # there was no room for them in the answer
        else:
            self.failures.setdefault(request.node.name, "has none of the slivers it was asked for")
            self._plan.forget(request.node)

    def _note_metadata(self, node: CommitteeNode, metadata: BlobMetadata) -> None:
        try:
            verify_metadata(metadata, self._blob_id, self._nodes.n_shards)
        except WalrusError as error:
            self.failures.setdefault(node.name, reason(error))
            return
        self._metadata = metadata

    def _accept(self, node: CommitteeNode, sliver: SliverData) -> None:
        if self._take is None:
            self._given[sliver.index] = node, sliver  # until the metadata is here
            return
        try:
            self._take(sliver)
        except WalrusError as error:
            self._fail(node, error)
            return
        self._given[sliver.index] = node, None
        self._on_progress(Progress(Phase.SLIVERS, self.got, self.needed))

    def _fail(self, node: CommitteeNode, error: WalrusError) -> None:
        self.failures.setdefault(node.name, reason(error))
        self._plan.forget(node)
        if not isinstance(error, NodeRefused):
            self._standings.of(node).avoid()

    def _prompt(self) -> dict[asyncio.Task[Given], _Request]:
        """The requests that are not slow."""
        return {task: request for task, request in self._requests.items() if task not in self._slow}

    def _busy(self) -> set[CommitteeNode]:
        """Nodes that have as much to do for this read as they should, or do nothing for it."""
        under_way = Counter(request.node for request in self._requests.values())
        slow = {self._requests[task].node for task in self._slow}
        return slow | {node for node, count in under_way.items() if count >= _REQUESTS_PER_NODE}

    def _slow_at(self, request: _Request) -> float:
        """When `request` has taken too long, on the loop's clock."""
        patience = self._limits.patience
        if seen := self._seconds[request.large]:
            usual = statistics.median(seen) * request.effort
            patience = max(patience * _LEAST_PATIENCE, _SLOW_FACTOR * usual)
        else:
            # perhaps the line is thin and nobody is slow: spares are asked for ever more reluctantly
            patience *= 2 ** sum(self._requests[task].large == request.large for task in self._slow)
        return request.started + patience

    def _until_slow(self) -> float | None:
        moments = [self._slow_at(request) for request in self._prompt().values()]
        return max(0.0, min(moments) - asyncio.get_running_loop().time()) if moments else None

    def _mark_slow(self) -> None:
        now = asyncio.get_running_loop().time()
        for task, request in self._prompt().items():
            if self._slow_at(request) <= now:
                self._slow.add(task)
                self._standings.of(request.node).avoid()
