"""Uploads that begin while their registration is on its way (protocol.md §2.5, §4.1).

Nodes keep what comes early until they see the blob registered, and answer with their confirmation then. The
confirmation of a deletable blob names its object, whose id follows from the signed transaction: if it turns out
otherwise, the slivers are there all the same and the confirmations are asked for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.parallel import cancel
from walrus_sui.client.progress import Phase
from walrus_sui.client.storing.delivery import Delivery
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.tally import Tally
from walrus_sui.client.storing.upload import Confirmations, Upload
from walrus_sui.crypto.messages import Deletable, Permanent

_MOST_BLOBS = 8
"""Beyond that the nodes are busy for longer than a registration takes."""


@dataclass(frozen=True, slots=True)
class EarlyUpload:
    """One of them: `object_id` is what the Blob object was expected to be, `registered` is for us to set."""

    flow: Upload
    object_id: bytes
    registered: asyncio.Event
    task: asyncio.Task[Confirmations]


class EarlyUploads:
    """Those of one flow, to a committee that may not be that of the registration's epoch."""

    def __init__(self, nodes: CommitteeNodes, limits: Limits, tally: Tally) -> None:
        self._nodes = nodes
        self._limits = limits
        self._tally = tally
        self._running: dict[Job, EarlyUpload] = {}
        self._overtaken: list[EarlyUpload] = []

    def begin(self, jobs: Sequence[Job], object_ids: Sequence[bytes]) -> None:
        """Start with what is small enough to be kept by nodes; `object_ids` is what the registration will make.

        A registration that has to be signed anew makes other objects: what was begun for the first is ended.
        """
        for early in self._running.values():
            early.task.cancel()
        self._overtaken += self._running.values()
        self._running.clear()
        if len(jobs) > _MOST_BLOBS:
            return
        for job, object_id in zip(jobs, object_ids, strict=True):
            if job.source.size <= self._limits.pending_bytes:
                self._running[job] = self._begin(job, object_id)

    def take(self, job: Job, nodes: CommitteeNodes) -> EarlyUpload | None:
        """The upload of a job that is registered now, if it was begun and for the right object and committee."""
        early = self._running.get(job)
        if early is None or job.blob is None or nodes is not self._nodes:
            return None
        if job.blob.deletable and job.blob.object_id != early.object_id:
            return None
        del self._running[job]
        early.registered.set()
        return early

    async def close(self) -> None:
        """End those that nobody took."""
        running = [*self._overtaken, *self._running.values()]
        self._overtaken.clear()
        self._running.clear()
        await cancel(early.task for early in running)

    def _begin(self, job: Job, object_id: bytes) -> EarlyUpload:
        registered = asyncio.Event()
        persistence = Deletable(object_id) if job.request.deletable else Permanent()
        delivery = Delivery(
            self._nodes,
            job.encoded,
            persistence,
            self._limits,
            lambda slivers: self._tally.add(Phase.UPLOAD, slivers),
            pending=True,
            registered=registered,
        )
        flow = Upload(delivery)
        return EarlyUpload(flow, object_id, registered, asyncio.create_task(flow.run()))
