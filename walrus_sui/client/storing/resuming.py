"""Finishing stores that were broken off after they had been paid for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from walrus_sui.client.journal import PaidBlob
from walrus_sui.client.progress import Phase, ProgressListener
from walrus_sui.client.session import Session
from walrus_sui.client.storing.source import Source
from walrus_sui.client.storing.store import store_blobs
from walrus_sui.client.storing.stored import StoreFailure, StoreOutcome, StoreRequest
from walrus_sui.errors import InputError

_STORE_AGAIN = "store the same bytes again: they are not paid for twice"


async def resume_stores(session: Session, on_progress: ProgressListener) -> tuple[StoreOutcome, ...]:
    """Finish all of them whose file is still there as it was. Raises as `store_blobs`.

    What has ended meanwhile is told once and forgotten.
    """
    journal = session.journal()
    if journal is None:
        return ()
    blobs = {blob.blob_id: blob for payment in journal.payments() for blob in payment.blobs}
    epoch = (await session.known_network()).epoch
    ended = {blob_id: blobs.pop(blob_id) for blob_id, blob in list(blobs.items()) if blob.end_epoch <= epoch}
    for payment in journal.payments():
        journal.settle(payment, ended)
    outcomes: list[StoreOutcome] = [_over(blob) for blob in ended.values()]
    for request, alike in _by_request(list(blobs.values())):
        outcomes += [_lost(blob) for blob in alike if blob.path is None]
        paths = [blob.path for blob in alike if blob.path is not None]
        outcomes += await store_blobs(session, paths, request, on_progress)
    return tuple(outcomes)


def _by_request(left: list[PaidBlob]) -> Iterator[tuple[StoreRequest, list[PaidBlob]]]:
    """Blobs that were to be stored the same way go together."""
    while left:
        first = left[0]
        alike = [blob for blob in left if _terms(blob) == _terms(first)]
        left = [blob for blob in left if blob not in alike]
        request = StoreRequest(first.epochs, first.deletable, attributes=first.attributes, only_paid=True)
        yield request, alike


def _terms(blob: PaidBlob) -> tuple[object, ...]:
    return blob.epochs, blob.deletable, dict(blob.attributes)


def _over(blob: PaidBlob) -> StoreFailure:
    message = f"blob {blob.blob_id} was paid for until epoch {blob.end_epoch}, which has begun"
    error = InputError(message, hint="store it again to pay for it anew")
    return StoreFailure(Source(0, blob.path or Path("-")), blob.blob_id, Phase.REGISTER, error)


def _lost(blob: PaidBlob) -> StoreFailure:
    message = f"blob {blob.blob_id} was paid for, but did not come from a file that could be read again"
    return StoreFailure(Source(0, Path("-")), blob.blob_id, Phase.ENCODE, InputError(message, hint=_STORE_AGAIN))
