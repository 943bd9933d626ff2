"""What is asked of a store, and what comes of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from walrus_sui.chain.types import Blob
from walrus_sui.client.progress import Phase
from walrus_sui.client.storing.source import Source
from walrus_sui.crypto.certificate import Certificate
from walrus_sui.errors import WalrusError
from walrus_sui.redstuff import BlobId
from walrus_sui.redstuff.quilt import QuiltPatch
from walrus_sui.storage import EventId


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """How to store: for how many epochs, the current one included, and with which `attributes` on chain.

    `force` pays again for what is there already and `ignore_resources` for what the account has; with
    `freeze_certificate` the certificate becomes an object of its own. With `only_paid` nothing is begun that was
    not paid for before.
    """

    epochs: int = 1
    deletable: bool = True
    force: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    ignore_resources: bool = False
    freeze_certificate: bool = False
    only_paid: bool = False


class ResourceUse(Enum):
    """What a blob was stored on; the values are the official client's names (protocol.md §4.1)."""

    NEW = "registerFromScratch"
    STORAGE = "reuseStorage"
    REGISTRATION = "reuseRegistration"
    REGISTRATION_EXTENDED = "reuseAndExtendNonCertified"
    BLOB_EXTENDED = "reuseAndExtend"


@dataclass(frozen=True, slots=True)
class Operation:
    """How a blob came to be registered: `epochs` were bought ahead or added, none where nothing was bought."""

    use: ResourceUse
    encoded_length: int
    epochs: int = 0


@dataclass(frozen=True)
class StoredBlob:
    """A certified blob.

    `blob` is the object on chain, `None` if it is somebody else's; `operation` is `None` if the blob was there
    already, and `event` then is what certified somebody else's. `certificate` is what certified it now. `cost` is
    in FROST, sizes are in bytes; the blob ends with the epoch before `end_epoch`, about at `expires`.
    Nodes of `weight` shards confirmed; the first of them to make a quorum are the signers of the certificate.
    `unconfirmed` tells why which others did not, `node_requests` how many requests it took; `path` is the file it
    came from.
    """

    blob_id: BlobId
    size: int
    encoded_length: int
    end_epoch: int
    expires: datetime.datetime | None = None
    blob: Blob | None = None
    operation: Operation | None = None
    event: EventId | None = None
    certificate: Certificate | None = None
    certificate_object: bytes | None = None
    weight: int = 0
    cost: int = 0
    unconfirmed: Mapping[str, str] = field(default_factory=dict)
    node_requests: int = 0
    path: Path | None = None

    @property
    def object_id(self) -> bytes | None:
        return None if self.blob is None else self.blob.object_id

    @property
    def already_certified(self) -> bool:
        return self.operation is None


@dataclass(frozen=True)
class StoreFailure:
    """A blob that could not be stored, the phase that failed and why; without `blob_id` it was not encoded."""

    source: Source
    blob_id: BlobId | None
    phase: Phase
    error: WalrusError


@dataclass(frozen=True)
class StorePlan:
    """What storing a blob would take: `cost` in FROST, sizes in bytes."""

    blob_id: BlobId
    size: int
    encoded_length: int
    end_epoch: int
    expires: datetime.datetime | None
    cost: int
    operation: Operation | None


class StoredQuilt:
    """A quilt that was stored: the blob, and where each file lies in it."""

    def __init__(self, stored: StoredBlob, patches: tuple[QuiltPatch, ...]) -> None:
        self.stored = stored
        self.patches = patches

    @property
    def patch_ids(self) -> dict[str, str]:
        """By identifier, the text that asks for one file."""
        return {patch.identifier: patch.patch_id(self.stored.blob_id) for patch in self.patches}


StoreOutcome = StoredBlob | StoreFailure
