"""Errors of the local network.

    WalrusError
    └── LocalChainError              the local network cannot do what was asked
        ├── TransactionRejected      a transaction that may not enter the ledger at all; nothing was charged
        │   └── NotOffered           it uses something of Sui that the local network leaves out
        ├── ChainDataError           a network directory that cannot be opened or read
        └── PackageError             modules that cannot be published together

A transaction that enters the ledger and then fails is no exception: its effects carry the failure.
"""

from __future__ import annotations

from walrus_sui.errors import WalrusError


class LocalChainError(WalrusError):
    """The local network cannot do what was asked."""

    code = "local_chain"


class TransactionRejected(LocalChainError):
    """A transaction that may not enter the ledger: bad signature, stale object, missing gas. Costs nothing."""

    code = "transaction_rejected"


class NotOffered(TransactionRejected):
    """A transaction that uses something of Sui which the local network leaves out."""

    code = "not_offered"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} are not offered by the local network")


class ChainDataError(LocalChainError):
    """The directory of a network cannot be opened, or holds something else."""

    code = "chain_data"


class PackageError(LocalChainError):
    """Modules that cannot be published as one package."""

    code = "package"
