"""What a full node answered, as our values: only the BCS in its messages counts, as that is what the chain hashes.

All raise `ChainError` for an answer that lacks what was asked for, or holds bytes that are not it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from walrus_sui import bcs
from walrus_sui.bcs.sui import Event, TransactionData, TransactionEffects, TransactionEffectsV2
from walrus_sui.chain.objects import ChainObject, ChainPackage, read_object
from walrus_sui.errors import BcsError, ChainError

T = TypeVar("T")


def object_of(message: Any) -> ChainObject | ChainPackage:
    """From an `Object` message."""
    return _read("an object", message, read_object)


def effects_of(transaction: Any) -> TransactionEffectsV2:
    """From an `ExecutedTransaction` message. Effects of version 1 are of Sui's past and not read."""
    effects = _read("effects", transaction.effects, TransactionEffects.from_bytes)
    if not isinstance(effects, TransactionEffectsV2):
        raise ChainError(f"expected effects of version 2, got {type(effects).__name__}")
    return effects


def transaction_of(transaction: Any) -> TransactionData:
    """From an `ExecutedTransaction` message."""
    return _read("a transaction", transaction.transaction, TransactionData.from_bytes)


def events_of(transaction: Any) -> tuple[Event, ...]:
    """From an `ExecutedTransaction` message; without events it has no such field."""
    if transaction.events is None or transaction.events.bcs is None:
        return ()
    return _read("events", transaction.events, _read_events)


def _read_events(data: bytes) -> tuple[Event, ...]:
    events: tuple[Event, ...] = bcs.decode(tuple[Event, ...], data)
    return events


def _read(what: str, message: Any, parse: Callable[[bytes], T]) -> T:
    if message is None or message.bcs is None or not message.bcs.value:
        raise ChainError(f"expected {what} in the full node's answer, got none")
    try:
        return parse(message.bcs.value)
    except BcsError as error:
        raise ChainError(f"expected {what} in the full node's answer, got other bytes: {error.message}") from error
