"""What one flow pays: written down before it is sent, forgotten when it is finished or was refused for good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from walrus_sui.chain import OnSigned, SignedTransaction
from walrus_sui.client.journal import Journal, PaidBlob, Payment
from walrus_sui.client.storing.job import Job
from walrus_sui.errors import ObjectNotFound, TransactionFailed, TransactionRejected


class Ledger:
    """The payments of one flow; without a journal nothing is kept."""

    def __init__(self, journal: Journal | None) -> None:
        self._journal = journal
        self._payments: list[Payment] = []

    def adopt(self, payments: Iterable[Payment]) -> None:
        """Payments of an earlier flow that this one finishes."""
        self._payments += payments

    @asynccontextmanager
    async def payment(self, jobs: Sequence[Job]) -> AsyncIterator[OnSigned]:
        """Gives what a transaction for `jobs` is to be shown before it is sent; it is to be sent inside."""
        written: list[Payment] = []

        async def write_down(signed: SignedTransaction) -> None:
            payment = Payment(signed, tuple(map(_paid_blob, jobs)))
            if self._journal is not None:
                await asyncio.to_thread(self._journal.write, payment)
            written.append(payment)

        try:
            yield write_down
        except (TransactionFailed, TransactionRejected, ObjectNotFound):
            if self._journal is not None:
                for payment in written:
                    self._journal.forget(payment)
            raise
        self._payments += written

    def settle(self, jobs: Sequence[Job]) -> None:
        """Forget what is finished; blocks for as long as the disk takes."""
        done = {job.blob_id for job in jobs if job.is_finished}
        payments, self._payments = self._payments, []
        if self._journal is not None:
            for payment in payments:
                self._journal.settle(payment, done)


def _paid_blob(job: Job) -> PaidBlob:
    request = job.request
    return PaidBlob(
        job.blob_id, job.end_epoch, request.epochs, request.deletable, job.source.path, request.attributes
    )
