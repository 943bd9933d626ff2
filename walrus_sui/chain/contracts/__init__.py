"""The Walrus contracts: their state, their prices, and their calls, one module a concern."""

from walrus_sui.chain.contracts.certification import BlobCertification, BlobExtension
from walrus_sui.chain.contracts.facade import Contracts
from walrus_sui.chain.contracts.nodes import EventBlobReport, NodeMetadata, NodeRegistration
from walrus_sui.chain.contracts.pricing import FROST_PER_WAL, Prices
from walrus_sui.chain.contracts.registration import BlobRegistration

__all__ = [
    "FROST_PER_WAL",
    "BlobCertification",
    "BlobExtension",
    "BlobRegistration",
    "Contracts",
    "EventBlobReport",
    "NodeMetadata",
    "NodeRegistration",
    "Prices",
]
