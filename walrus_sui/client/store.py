"""What a stored blob is, and one try at bringing a registered blob to its certificate (protocol.md §4.1)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from walrus_sui.chain.types import Blob
from walrus_sui.client.limits import Limits
from walrus_sui.client.nodes import CommitteeNodes
from walrus_sui.client.progress import ProgressListener
from walrus_sui.client.upload import upload
from walrus_sui.crypto.certificate import Certificate, certify
from walrus_sui.crypto.messages import Deletable, Permanent, StorageConfirmation
from walrus_sui.redstuff import BlobId, EncodedBlob


@dataclass(frozen=True)
class StoredBlob:
    """A certified blob.

    `blob` is the object on chain and `certificate` what certified it; both are `None` if others had already stored
    the blob for long enough. `cost` is in FROST, `encoded_length` in bytes; `unconfirmed` tells why which nodes
    are not among the signers.
    """

    blob_id: BlobId
    end_epoch: int
    encoded_length: int
    blob: Blob | None = None
    certificate: Certificate | None = None
    weight: int = 0
    cost: int = 0
    unconfirmed: dict[str, str] = field(default_factory=dict)


async def certificate_for(
    nodes: CommitteeNodes, encoded: EncodedBlob, blob: Blob, *, limits: Limits, on_progress: ProgressListener
) -> tuple[Certificate, dict[str, str]]:
    """Upload `encoded`, registered as `blob`, and aggregate the confirmations; also why which nodes gave none.

    Raises `NotEnoughConfirmations`.
    """
    persistence = Deletable(blob.object_id) if blob.deletable else Permanent()
    confirmations = await upload(nodes, encoded, persistence, limits=limits, on_progress=on_progress)
    expected = StorageConfirmation(bytes(encoded.blob_id), persistence)
    certificate = await asyncio.to_thread(certify, nodes.committee.bls(), expected, confirmations.signed)
    return certificate, confirmations.failures
