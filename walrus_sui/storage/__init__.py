"""One storage node seen from outside: its routes, bodies and errors, a client for it, and the committee it sits
in."""

from walrus_sui.storage.bundle import (
    MAX_BUNDLE_BYTES,
    Bundle,
    BundledSliver,
    BundlePieces,
    BundleReceipt,
    FoundBundle,
    bundle_limit,
    pack,
)
from walrus_sui.storage.client import StorageNodeClient
from walrus_sui.storage.committee import Committee, Member
from walrus_sui.storage.reasons import Reason, Status
from walrus_sui.storage.status import (
    BlobStatus,
    DeletableCounts,
    DeletableStatus,
    EventId,
    InvalidStatus,
    NonexistentStatus,
    PermanentStatus,
    StoredStatus,
)

__all__ = [
    "MAX_BUNDLE_BYTES",
    "BlobStatus",
    "Bundle",
    "BundlePieces",
    "BundleReceipt",
    "BundledSliver",
    "Committee",
    "DeletableCounts",
    "DeletableStatus",
    "EventId",
    "FoundBundle",
    "InvalidStatus",
    "Member",
    "NonexistentStatus",
    "PermanentStatus",
    "Reason",
    "Status",
    "StorageNodeClient",
    "StoredStatus",
    "bundle_limit",
    "pack",
]
