"""Sui: accounts, transactions, objects, checkpoints, and the Walrus contracts on it.

The only place of the library that imports pysui, and only when a connection opens.
"""

from walrus_sui.chain.checkpoints import ChainEvent, Checkpoint
from walrus_sui.chain.client import SuiClient, coin_balance
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import CLOCK, SUI_TYPE, ChainObject, ChainPackage, DynamicField, coin_type
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder
from walrus_sui.chain.wallet import Wallet, read_keystore, write_keystore

__all__ = [
    "CLOCK",
    "SUI_TYPE",
    "ChainEvent",
    "ChainObject",
    "ChainPackage",
    "Checkpoint",
    "CommandResult",
    "DynamicField",
    "ExecutedTransaction",
    "Keypair",
    "SuiClient",
    "TransactionBuilder",
    "Wallet",
    "coin_balance",
    "coin_type",
    "read_keystore",
    "write_keystore",
]
