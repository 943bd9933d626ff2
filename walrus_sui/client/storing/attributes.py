"""Attributes of blobs that were registered before: a store that reuses them says what they are to be now."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_sui.client.progress import Phase
from walrus_sui.client.session import Session
from walrus_sui.client.storing.job import Job
from walrus_sui.errors import WalrusError


async def complete_attributes(session: Session, jobs: Sequence[Job]) -> None:
    """Set what is missing on the account's own blobs; those that were registered just now have theirs already."""
    for job in jobs:
        reused = job.plan is not None and not job.plan.registers
        if not (job.request.attributes and reused and job.is_stored and job.blob is not None):
            continue
        try:
            present = await session.contracts.blob_attributes(job.blob.object_id)
            missing = {key: text for key, text in job.request.attributes.items() if present.get(key) != text}
            if missing:
                await session.contracts.set_blob_attributes(session.signer, job.blob.object_id, missing)
        except WalrusError as error:
            job.fail(Phase.CERTIFY, error)
