"""Transactions that are signed and can be sent: now, or once more by whoever wrote them down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from walrus_sui.bcs.sui import TransactionData
from walrus_sui.chain.keys import Keypair


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """The BCS of a TransactionData and its wire signature; however often it is sent, it executes at most once."""

    data: bytes
    signature: bytes
    digest: bytes

    @classmethod
    def of(cls, transaction: TransactionData, keypair: Keypair) -> Self:
        return cls(transaction.to_bytes(), keypair.sign(transaction), transaction.digest())

    @classmethod
    def restored(cls, data: bytes, signature: bytes) -> Self:
        """As it was written down. Raises `BcsError` if `data` is no transaction."""
        return cls(data, signature, TransactionData.from_bytes(data).digest())


OnSigned = Callable[[SignedTransaction], Awaitable[None]]
"""Is told of a transaction before it is sent, so that it can be written down first."""
