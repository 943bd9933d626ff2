"""What was signed, and the signatures, out of messages."""

from __future__ import annotations

from walrus_localnet.chain.errors import NotOffered
from walrus_localnet.chain.limits import MAX_TRANSACTION_BYTES
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.refusals import invalid
from walrus_sui.bcs import uleb
from walrus_sui.bcs.sui import TransactionData, TransactionDataV1
from walrus_sui.errors import BcsError

MAX_SIGNATURES = 2
"""Of the sender, and of who pays."""


def signed_data(message: rpc.Transaction | None) -> TransactionDataV1:
    """The exact bytes that were signed. Raises `BcsError`."""
    if message is None or message.bcs is None or not message.bcs.value:
        raise BcsError("expected the BCS of a transaction, got none")
    if len(message.bcs.value) > MAX_TRANSACTION_BYTES:
        size = len(message.bcs.value)
        raise BcsError(f"expected a transaction of at most {MAX_TRANSACTION_BYTES} bytes, got {size}")
    data = TransactionData.from_bytes(message.bcs.value)
    assert isinstance(data, TransactionDataV1)
    return data


def all_signatures(messages: list[rpc.UserSignature]) -> tuple[bytes, ...]:
    """Raises `GRPCError` for none, or too many."""
    if not 1 <= len(messages) <= MAX_SIGNATURES:
        raise invalid(f"expected 1 to {MAX_SIGNATURES} signatures, got {len(messages)}")
    return tuple(map(signature_bytes, messages))


def signature_bytes(message: rpc.UserSignature) -> bytes:
    """A signature as bytes, whether it came so, with or without its length before it, or in parts.

    Raises `GRPCError` for one that is empty and `NotOffered` for a scheme that is not.
    """
    if message.bcs is not None and message.bcs.value:
        return _without_length(message.bcs.value)
    if message.zklogin is not None:
        raise NotOffered("zkLogin accounts")
    if message.passkey is not None:
        raise NotOffered("passkey accounts")
    simple = message.simple
    if simple is None:
        raise invalid("expected the bytes of a signature, got none")
    scheme = int(simple.scheme or 0)
    return bytes([scheme & 0xFF]) + (simple.signature or b"") + (simple.public_key or b"")


def _without_length(data: bytes) -> bytes:
    """No signature is so short that its scheme could be the length of the rest."""
    for size in (1, 2, 3):
        if data[:size] == uleb(len(data) - size):
            return data[size:]
    return data
