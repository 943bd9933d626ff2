"""When a transaction expires, as messages and back (source: sui_localnet.md §4.2)."""

from __future__ import annotations

from walrus_localnet.chain.errors import NotOffered
from walrus_localnet.chain.rpc.messages import rpc
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Expiration, format_digest, parse_digest
from walrus_sui.errors import BcsError

_KINDS = rpc.TransactionExpirationTransactionExpirationKind
_NEVER = (None, _KINDS.TRANSACTION_EXPIRATION_KIND_UNKNOWN, _KINDS.NONE)


def expiration_message(expiration: Expiration) -> rpc.TransactionExpiration:
    match expiration:
        case sui.ExpiresAfterEpoch(epoch):
            return rpc.TransactionExpiration(kind=_KINDS.EPOCH, epoch=epoch)
        case sui.ValidDuring(min_epoch=first, max_epoch=last, chain=chain, nonce=nonce):
            return rpc.TransactionExpiration(
                kind=_KINDS.VALID_DURING, min_epoch=first, epoch=last, chain=format_digest(chain), nonce=nonce
            )
        case _:
            return rpc.TransactionExpiration(kind=_KINDS.NONE)


def parse_expiration(message: rpc.TransactionExpiration | None) -> Expiration:
    """Raises `BcsError` for one that is incomplete and `NotOffered` for a kind that is not."""
    if message is None or message.kind in _NEVER:
        return sui.NoExpiration()
    if message.kind == _KINDS.EPOCH:
        return sui.ExpiresAfterEpoch(message.epoch or 0)
    if message.kind != _KINDS.VALID_DURING:
        raise NotOffered("expirations that name validators")
    if message.min_timestamp is not None or message.max_timestamp is not None:
        raise NotOffered("expirations by timestamp")
    if not message.chain or message.nonce is None:
        raise BcsError("expected a validity with its chain and nonce, got an incomplete one")
    chain = parse_digest(message.chain)
    return sui.ValidDuring(message.min_epoch, message.epoch, None, None, chain, message.nonce)
