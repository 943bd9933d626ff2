"""Storing and reading blobs: the flows, and `WalrusClient` in front of them."""

from walrus_sui.client.client import WalrusClient
from walrus_sui.client.limits import Limits
from walrus_sui.client.network import Network
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.client.quilt import StoredQuilt
from walrus_sui.client.store import StoredBlob

__all__ = [
    "Limits",
    "Network",
    "Phase",
    "Progress",
    "ProgressListener",
    "StoredBlob",
    "StoredQuilt",
    "WalrusClient",
]
