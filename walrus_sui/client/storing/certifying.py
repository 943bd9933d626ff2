"""Bringing registered blobs to the committee and certifying them in one transaction.

An epoch that ends meanwhile takes its committee with it: what was not certified is brought to the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from walrus_sui.chain import (
    BlobCertification,
    BlobExtension,
    ExecutedTransaction,
    Prices,
    parse_event,
)
from walrus_sui.chain.events import AvailabilityCertificateIssued, BlobCertified
from walrus_sui.chain.types import Blob
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.parallel import cancel, for_each
from walrus_sui.client.progress import Phase
from walrus_sui.client.session import Session
from walrus_sui.client.storing.delivery import Delivery
from walrus_sui.client.storing.early import EarlyUploads
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.ledger import Ledger
from walrus_sui.client.storing.stored import StoredBlob
from walrus_sui.client.storing.tally import Tally
from walrus_sui.client.storing.upload import Confirmations, Upload
from walrus_sui.crypto.certificate import Certificate
from walrus_sui.crypto.messages import Deletable, Permanent
from walrus_sui.errors import ContractMismatch, InputError, MoveAborted, QuorumError, WalrusError

_COMMITTEE_CHANGES = 3
"""How many committees in a row a blob is brought to before giving up: each try ends only with an epoch."""
_UPLOADED_AT_ONCE = 8
_BYTES_AT_ONCE = 64 << 20


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A blob that a quorum has; `rest` is the upload to the others, which goes on while it is certified."""

    certificate: Certificate
    flow: Upload
    rest: asyncio.Task[Confirmations]


@dataclass(frozen=True, slots=True)
class _Failure:
    phase: Phase
    error: WalrusError


class Certifying:
    """Brings jobs that have their Blob objects to their outcome."""

    def __init__(
        self, session: Session, network: Network, ledger: Ledger, early: EarlyUploads, tally: Tally
    ) -> None:
        self._session = session
        self._early = early
        self._network = network
        self._ledger = ledger
        self._tally = tally

    async def run(self, jobs: Sequence[Job]) -> None:
        failures: dict[Job, _Failure] = {}
        for _ in range(_COMMITTEE_CHANGES):
            failures = await self._round([job for job in jobs if job.outcome is None])
            if not await self._changed(failures):
                break
            self._give_up_ended(failures)
        for job, failure in failures.items():
            if job.outcome is None:
                job.fail(failure.phase, failure.error)

    def _give_up_ended(self, jobs: Iterable[Job]) -> None:
        """No node confirms what has ended, nor would it be any use."""
        epoch = self._network.epoch
        for job in jobs:
            if _blob(job).storage.end_epoch <= epoch:
                error = InputError(
                    f"expected blob {job.blob_id} to be certified before its end, but epoch {epoch} began first",
                    hint="store it again, for more epochs",
                )
                job.fail(Phase.CERTIFY, error)

    async def _round(self, jobs: Sequence[Job]) -> dict[Job, _Failure]:
        """One attempt with the committee as it is known; gives what failed."""
        arrived: dict[Job, _Arrived] = {}
        try:
            failures = await self._upload(jobs, arrived)
            ready = [job for job in jobs if job not in failures]
            try:
                await self._certify(ready, arrived)
            except WalrusError as error:
                failures |= await self._one_by_one(ready, arrived, error)
        finally:
            await cancel(item.rest for item in arrived.values())
        for job, item in arrived.items():
            job.requests += item.flow.requests if job in failures else 0
        return failures

    async def _changed(self, failures: dict[Job, _Failure]) -> bool:
        """Whether there is another committee, or other prices, if that may be why something failed."""
        if not any(isinstance(item.error, QuorumError | MoveAborted) for item in failures.values()):
            return False
        seen = self._network
        self._network = await self._session.newer_network(seen)
        return self._network.terms != seen.terms

    async def _upload(self, jobs: Sequence[Job], arrived: dict[Job, _Arrived]) -> dict[Job, _Failure]:
        """Bring `jobs` to quorums; adds to `arrived`, and gives what failed."""
        failures: dict[Job, _Failure] = {}

        async def bring(job: Job) -> None:
            try:
                arrived[job] = await self._bring(job)
            except WalrusError as error:
                failures[job] = _Failure(Phase.UPLOAD, error)

        wanted = [job for job in jobs if job.plan is not None and job.plan.certifies]
        largest = max((job.source.size for job in wanted), default=0)
        at_once = max(1, min(_UPLOADED_AT_ONCE, _BYTES_AT_ONCE // max(1, largest)))
        await for_each(wanted, bring, at_once=at_once)
        return failures

    async def _bring(self, job: Job) -> _Arrived:
        nodes, limits = self._session.nodes(self._network.committee), self._session.limits
        early = self._early.take(job, nodes)
        if early is not None:
            flow, run = early.flow, early.task
        else:
            delivery = Delivery(
                nodes,
                job.encoded,
                _persistence(_blob(job)),
                limits,
                lambda slivers: self._tally.add(Phase.UPLOAD, slivers),
                pending=job.source.size <= limits.pending_bytes,
            )
            flow = Upload(delivery)
            run = asyncio.create_task(flow.run())
        try:
            certificate = await flow.certificate(run)
            job.source.check_unchanged()
            return _Arrived(certificate, flow, run)
        except BaseException:
            await cancel([run])
            job.requests += flow.requests
            job.source.check_unchanged()
            raise

    async def _one_by_one(
        self, jobs: Sequence[Job], arrived: dict[Job, _Arrived], error: WalrusError
    ) -> dict[Job, _Failure]:
        """After the transaction for all of `jobs` failed with `error`: those that do no better alone."""
        failures = {job: _Failure(Phase.CERTIFY, error) for job in jobs}
        if not isinstance(error, MoveAborted):
            return failures
        for job in jobs:
            try:
                if not await self._certified_by_another(job) and len(jobs) > 1:
                    await self._certify([job], arrived)
            except WalrusError as alone:
                failures[job] = _Failure(Phase.CERTIFY, alone)
            if job.outcome is not None:
                del failures[job]
        return failures

    async def _certified_by_another(self, job: Job) -> bool:
        """Whether another program of the same account was quicker, so that nothing is left to do."""
        blob = await self._session.contracts.blob(_blob(job).object_id)
        if blob.certified_epoch is None or blob.storage.end_epoch < job.end_epoch:
            return False
        job.outcome = self._stored(job, blob, None, None)
        return True

    async def _certify(self, jobs: Sequence[Job], arrived: dict[Job, _Arrived]) -> None:
        if not jobs:
            return
        self._tally.start(Phase.CERTIFY)
        extended = [job for job in jobs if job.plan is not None and job.plan.extends]
        async with self._ledger.payment(extended) as write_down:
            executed = await self._session.contracts.certify_blobs(
                self._session.signer,
                [self._certification(job, arrived[job].certificate) for job in jobs if job in arrived],
                [_extension(job) for job in extended],
                system=self._network.system,
                on_signed=write_down if extended else None,
            )
        await self._conclude(jobs, arrived, executed)
        self._tally.add(Phase.CERTIFY, len(jobs))

    def _certification(self, job: Job, certificate: Certificate) -> BlobCertification:
        members = len(self._network.committee.members)
        freeze = job.request.freeze_certificate
        return BlobCertification.of(_blob(job).object_id, certificate, members, freeze=freeze)

    async def _conclude(
        self, jobs: Sequence[Job], arrived: dict[Job, _Arrived], executed: ExecutedTransaction
    ) -> None:
        events = [parse_event(event, self._session.contracts.original_package) for event in executed.events]
        certified = {event.object_id: event for event in events if isinstance(event, BlobCertified)}
        frozen = {
            event.blob_id: event.certificate_id
            for event in events
            if isinstance(event, AvailabilityCertificateIssued)
        }
        for job in jobs:
            blob = _blob(job)
            event = certified.get(blob.object_id)
            if event is None:
                raise ContractMismatch(f"expected {executed} to certify blob {job.blob_id}, got no event of it")
            storage = replace(blob.storage, end_epoch=event.end_epoch)
            job.blob = replace(blob, certified_epoch=event.epoch, storage=storage)
            found = await arrived[job].rest if job in arrived else None
            job.requests += 0 if found is None else found.requests
            job.outcome = self._stored(job, job.blob, found, frozen.get(blob.blob_id))

    def _stored(
        self, job: Job, blob: Blob, found: Confirmations | None, certificate_object: bytes | None
    ) -> StoredBlob:
        bls = self._session.nodes(self._network.committee).bls
        return StoredBlob(
            job.blob_id,
            job.source.size,
            blob.storage.storage_size,
            blob.storage.end_epoch,
            self._network.start_of(blob.storage.end_epoch),
            blob=blob,
            operation=None if job.plan is None else job.plan.operation,
            certificate=None if found is None else found.certificate,
            certificate_object=certificate_object,
            weight=0 if found is None else bls.weight(found.signed),
            cost=0 if job.plan is None else job.plan.cost(Prices.of(self._network.system)),
            unconfirmed={} if found is None else found.failures,
            node_requests=job.requests,
            path=job.source.path,
        )


def _blob(job: Job) -> Blob:
    if job.blob is None:
        raise ContractMismatch(f"expected blob {job.blob_id} to be registered before it is brought to its nodes")
    return job.blob


def _persistence(blob: Blob) -> Permanent | Deletable:
    return Deletable(blob.object_id) if blob.deletable else Permanent()


def _extension(job: Job) -> BlobExtension:
    blob = _blob(job)
    return BlobExtension(blob.object_id, blob.storage.storage_size, job.end_epoch - blob.storage.end_epoch)
