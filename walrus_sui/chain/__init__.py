"""Sui: accounts, transactions, objects, checkpoints, and the Walrus contracts on it.

    async with SuiClient("http://127.0.0.1:9000") as sui:
        contracts = await Contracts.discover(sui, system_object)
        (blob,) = await contracts.register_blobs(keypair, [BlobRegistration(blob_id, root_hash, size, epochs=5)])

The only place of the library that imports pysui, and only when a connection opens.
"""

from walrus_sui.bcs.sui.framework import CLOCK_ID as CLOCK
from walrus_sui.bcs.sui.framework import SUI_TYPE
from walrus_sui.chain.checkpoints import ChainEvent, Checkpoint
from walrus_sui.chain.client import SuiClient, coin_balance
from walrus_sui.chain.contracts import (
    FROST_PER_WAL,
    BlobCertification,
    BlobExtension,
    BlobRegistration,
    Contracts,
    EventBlobReport,
    NodeMetadata,
    NodeRegistration,
    Prices,
)
from walrus_sui.chain.deploy import Deployment, NetworkParameters, deploy
from walrus_sui.chain.event_stream import EventCursor, PlacedEvent
from walrus_sui.chain.events import WalrusEvent, parse_event
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import ChainObject, ChainPackage, DynamicField, coin_type
from walrus_sui.chain.publishing import BuiltPackage, LinkedPackage, Publication, publish, upgrade
from walrus_sui.chain.signed import OnSigned, SignedTransaction
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder
from walrus_sui.chain.wallet import Wallet, read_keystore, write_keystore

__all__ = [
    "CLOCK",
    "FROST_PER_WAL",
    "SUI_TYPE",
    "BlobCertification",
    "BlobExtension",
    "BlobRegistration",
    "BuiltPackage",
    "ChainEvent",
    "ChainObject",
    "ChainPackage",
    "Checkpoint",
    "CommandResult",
    "Contracts",
    "Deployment",
    "DynamicField",
    "EventBlobReport",
    "EventCursor",
    "ExecutedTransaction",
    "Keypair",
    "LinkedPackage",
    "NetworkParameters",
    "NodeMetadata",
    "NodeRegistration",
    "OnSigned",
    "PlacedEvent",
    "Prices",
    "Publication",
    "SignedTransaction",
    "SuiClient",
    "TransactionBuilder",
    "Wallet",
    "WalrusEvent",
    "coin_balance",
    "coin_type",
    "deploy",
    "parse_event",
    "publish",
    "read_keystore",
    "upgrade",
    "write_keystore",
]
