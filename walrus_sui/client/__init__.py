"""Storing and reading blobs: the flows, and `WalrusClient` in front of them."""

from walrus_sui.client.client import WalrusClient
from walrus_sui.client.limits import Limits
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.client.storing.source import Storable
from walrus_sui.client.storing.stored import (
    Operation,
    ResourceUse,
    StoredBlob,
    StoredQuilt,
    StoreFailure,
    StoreOutcome,
    StorePlan,
    StoreRequest,
)

__all__ = [
    "Limits",
    "Network",
    "Operation",
    "Phase",
    "Progress",
    "ProgressListener",
    "ResourceUse",
    "Storable",
    "StoreFailure",
    "StoreOutcome",
    "StorePlan",
    "StoreRequest",
    "StoredBlob",
    "StoredQuilt",
    "WalrusClient",
]
