"""What is there already of the blobs that are to be stored: on the nodes, in the journal, in the account.

The account is looked through only where there is something to find: when nodes know the blob, or the journal says
that it was paid for. Unused storage is looked for beside the other questions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from walrus_sui.chain import parse_event
from walrus_sui.chain.events import BlobRegistered
from walrus_sui.chain.types import Blob, Storage
from walrus_sui.client.journal import Journal, Payment
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.parallel import together
from walrus_sui.client.progress import Phase
from walrus_sui.client.session import Session
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.knowledge import known_status
from walrus_sui.client.storing.resources import Resources
from walrus_sui.client.storing.stored import StoredBlob, StoreRequest
from walrus_sui.errors import InconsistentBlob, InputError, TransactionFailed, TransactionRejected
from walrus_sui.storage import BlobStatus, InvalidStatus, NonexistentStatus, PermanentStatus

_STATUS_SECONDS = 2.0


class Finding:
    """Gives every job its plan, or its outcome where nothing is left to do."""

    def __init__(self, session: Session, network: Network, request: StoreRequest, journal: Journal | None) -> None:
        self._session = session
        self._network = network
        self._nodes = session.nodes(network.committee)
        self._journal = journal
        self._asks = not request.force
        self._reuses = not (request.force or request.ignore_resources)

    async def plan(self, jobs: Sequence[Job]) -> tuple[Payment, ...]:
        """Gives the payments of the journal that are for one of `jobs`."""
        await self._session.chores_done()  # what a store before this one finished is no longer under way
        payments = self._claim(jobs)
        storages, statuses, paid = await asyncio.gather(
            self._storages(), together(map(self._status, jobs)), self._see_through(payments)
        )
        blobs: Sequence[Blob] = ()
        if payments or (self._reuses and any(not isinstance(item, NonexistentStatus) for item in statuses)):
            owned = await self._session.contracts.owned_blobs(self._session.signer.address)
            blobs = [blob for blob in owned if self._reuses or blob.object_id in paid]
        resources = Resources(self._network.epoch, blobs, storages)
        for job, status in zip(jobs, statuses, strict=True):
            self._decide(job, status, resources)
        return payments

    def _claim(self, jobs: Sequence[Job]) -> tuple[Payment, ...]:
        """The payments for one of `jobs`. A job goes on where the same request was broken off, to the same end."""
        found = () if self._journal is None else self._journal.payments()
        by_id = {job.blob_id: job for job in jobs}
        claimed = []
        for payment in found:
            mine = [(by_id[paid.blob_id], paid) for paid in payment.blobs if paid.blob_id in by_id]
            for job, paid in mine:
                job.paid = paid
                same = (paid.epochs, paid.deletable) == (job.request.epochs, job.request.deletable)
                if same and paid.end_epoch > self._network.epoch:
                    job.end_epoch = min(job.end_epoch, paid.end_epoch)
            if mine:
                claimed.append(payment)
        return tuple(claimed)

    async def _see_through(self, payments: Sequence[Payment]) -> set[bytes]:
        """Have every payment happen, or know that it did not; gives the Blob objects they registered."""
        registered: set[bytes] = set()
        for payment in payments:
            try:
                executed = await self._session.contracts.sui.resend(payment.signed)
            except (TransactionRejected, TransactionFailed):
                continue  # it paid for nothing; what it was for is paid for anew
            events = (parse_event(event, self._session.contracts.original_package) for event in executed.events)
            registered |= {event.object_id for event in events if isinstance(event, BlobRegistered)}
        return registered

    async def _storages(self) -> tuple[Storage, ...]:
        if not self._reuses:
            return ()
        return await self._session.contracts.owned_storage(self._session.signer.address)

    async def _status(self, job: Job) -> BlobStatus | None:
        if not self._asks or job.paid is not None:
            return NonexistentStatus()
        status, job.requests = await known_status(self._nodes, job.blob_id, timeout=_STATUS_SECONDS)
        return status

    def _decide(self, job: Job, status: BlobStatus | None, resources: Resources) -> None:
        if isinstance(status, InvalidStatus):
            job.fail(
                Phase.REGISTER, InconsistentBlob(f"blob {job.blob_id} was proved inconsistent: nobody keeps it")
            )
            return
        plan = resources.plan(job.wanted)
        # what is not in the journal any more another program may have finished just now
        if job.request.only_paid and job.paid is None and plan.operation is not None:
            error = InputError(
                f"expected {job.source.path} as it was when it was paid for, got blob {job.blob_id}"
            )
            job.fail(Phase.ENCODE, error)
            return
        job.plan, job.blob = plan, plan.blob
        if job.request.only_paid and job.plan.registers:
            message = f"what was paid for blob {job.blob_id} has ended or never came about"
            job.fail(Phase.REGISTER, InputError(message, hint="store it again to pay for it anew"))
        elif job.plan.operation is None:
            job.outcome = self._already(job, job.plan.blob)
        elif job.plan.registers and _suffices(status, job.end_epoch):
            job.outcome = self._already(job, None, status)

    def _already(self, job: Job, blob: Blob | None, status: BlobStatus | None = None) -> StoredBlob:
        end_epoch, event = job.end_epoch, None
        if blob is not None:
            end_epoch = blob.storage.end_epoch
        elif isinstance(status, PermanentStatus):
            end_epoch, event = status.end_epoch, status.status_event
        return StoredBlob(
            job.blob_id,
            job.source.size,
            job.encoded_length,
            end_epoch,
            self._network.start_of(end_epoch),
            blob=blob,
            event=event,
            node_requests=job.requests,
            path=job.source.path,
        )


def _suffices(status: BlobStatus | None, end_epoch: int) -> bool:
    """Whether somebody's permanent blob makes another one needless."""
    return isinstance(status, PermanentStatus) and status.is_certified and status.end_epoch >= end_epoch
