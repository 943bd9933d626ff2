"""One blob on its way through the phases of a store."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_sui.chain.types import Blob
from walrus_sui.client.journal import PaidBlob
from walrus_sui.client.progress import Phase
from walrus_sui.client.storing.resources import Plan, Wanted
from walrus_sui.client.storing.source import Source
from walrus_sui.client.storing.stored import StoredBlob, StoreFailure, StoreOutcome, StoreRequest
from walrus_sui.errors import WalrusError
from walrus_sui.redstuff import BlobId, EncodedBlob


@dataclass(eq=False)
class Job:
    """A blob that was encoded. `end_epoch` is until when it is wanted, `paid` what the journal says of it.

    `plan` is what is to be done, `blob` the registration it is done with, `outcome` how it ended;
    `requests` counts what storage nodes were asked.
    """

    source: Source
    request: StoreRequest
    encoded: EncodedBlob
    end_epoch: int
    paid: PaidBlob | None = None
    plan: Plan | None = None
    blob: Blob | None = None
    requests: int = 0
    outcome: StoreOutcome | None = None

    @property
    def blob_id(self) -> BlobId:
        return self.encoded.blob_id

    @property
    def encoded_length(self) -> int:
        return self.encoded.params.encoded_size(self.encoded.metadata.unencoded_length)

    @property
    def wanted(self) -> Wanted:
        return Wanted(bytes(self.blob_id), self.encoded_length, self.end_epoch, self.request.deletable)

    @property
    def is_stored(self) -> bool:
        return isinstance(self.outcome, StoredBlob)

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left that was paid for: it is stored, or what was paid for is not there any more."""
        return self.is_stored or (self.request.only_paid and self.plan is not None and self.plan.registers)

    def fail(self, phase: Phase, error: WalrusError) -> None:
        self.outcome = StoreFailure(self.source, self.blob_id, phase, error)
