"""Registering blobs in one transaction that is written down before it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_sui.chain import BlobRegistration, SignedTransaction
from walrus_sui.chain.types import Blob
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.progress import Phase
from walrus_sui.client.session import Session
from walrus_sui.client.storing.early import EarlyUploads
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.ledger import Ledger
from walrus_sui.client.storing.resources import Resources
from walrus_sui.errors import MoveAborted, ObjectNotFound, WalrusError

_STORAGE_TRIES = 3
"""How often storage is chosen that another program of the account then takes first."""


class Registering:
    """Gives jobs their Blob objects, all or none."""

    def __init__(self, session: Session, network: Network, ledger: Ledger, early: EarlyUploads) -> None:
        self._session = session
        self._network = network
        self._ledger = ledger
        self._early = early

    async def run(self, jobs: Sequence[Job]) -> None:
        """Jobs that fail have that as their outcome."""
        try:
            blobs = await self._register(jobs)
        except WalrusError as error:
            for job in jobs:
                job.fail(Phase.REGISTER, error)
            return
        for job, blob in zip(jobs, blobs, strict=True):
            job.blob = blob

    async def _register(self, jobs: Sequence[Job]) -> tuple[Blob, ...]:
        if any(job.plan is not None and job.plan.storage is not None for job in jobs):
            async with self._session.storage_turn:
                return await self._register_on_storage(jobs)
        return await self._register_on_terms(jobs)

    async def _register_on_storage(self, jobs: Sequence[Job]) -> tuple[Blob, ...]:
        """Storage that was free when it was found may be in use by now: choose anew, and buy if it goes on so."""
        tries_left = _STORAGE_TRIES
        while True:
            await self._choose_storage(jobs, buy=not tries_left)
            try:
                return await self._register_on_terms(jobs)
            except ObjectNotFound:
                if not tries_left:
                    raise
            tries_left -= 1

    async def _choose_storage(self, jobs: Sequence[Job], *, buy: bool = False) -> None:
        """For the jobs that were to use storage of the account: what is free now, or none with `buy`."""
        choosing = [job for job in jobs if job.plan is not None and job.plan.storage is not None]
        if not choosing:
            return
        free = () if buy else await self._session.contracts.owned_storage(self._session.signer.address)
        resources = Resources(self._network.epoch, storages=free)
        for job in choosing:
            job.plan = resources.plan(job.wanted)

    async def _register_on_terms(self, jobs: Sequence[Job]) -> tuple[Blob, ...]:
        """At the prices and in the epoch that are known, or else those there are now."""
        try:
            return await self._send(jobs)
        except MoveAborted:
            seen = self._network
            self._network = await self._session.newer_network(seen)
            if self._network.terms == seen.terms:
                raise
            await self._early.close()
            for job in jobs:
                job.end_epoch = max(job.end_epoch, self._network.epoch + 1)
            await self._choose_storage(jobs)  # what was chosen may have ended with its epoch
            return await self._send(jobs)

    async def _send(self, jobs: Sequence[Job]) -> tuple[Blob, ...]:
        async with self._ledger.payment(jobs) as write_down:

            async def begin_upload(signed: SignedTransaction, object_ids: tuple[bytes, ...]) -> None:
                self._early.begin(jobs, object_ids)
                await write_down(signed)

            return await self._session.contracts.register_blobs(
                self._session.signer,
                [self._registration(job) for job in jobs],
                system=self._network.system,
                on_signed=begin_upload,
            )

    def _registration(self, job: Job) -> BlobRegistration:
        metadata = job.encoded.metadata
        return BlobRegistration(
            bytes(job.blob_id),
            job.encoded.root_hash,
            metadata.unencoded_length,
            job.end_epoch - self._network.epoch,
            job.request.deletable,
            attributes=job.request.attributes,
            storage=None if job.plan is None else job.plan.storage,
        )
