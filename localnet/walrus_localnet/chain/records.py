"""What the ledger remembers of a transaction and a checkpoint; BCS, so that the store only keeps bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from walrus_sui.bcs import U64, Struct
from walrus_sui.bcs.sui import (
    CheckpointContents,
    CheckpointSummary,
    Event,
    Object,
    TransactionData,
    TransactionEffects,
    TransactionEffectsV2,
)


class TransactionRecord(Struct):
    """A transaction in the ledger with all that came of it."""

    data: TransactionData
    signatures: tuple[bytes, ...]
    effects: TransactionEffects
    events: tuple[Event, ...]
    checkpoint: U64
    index: U64
    timestamp_ms: U64

    @property
    def outcome(self) -> TransactionEffectsV2:
        assert isinstance(self.effects, TransactionEffectsV2)
        return self.effects

    @property
    def digest(self) -> bytes:
        return self.outcome.transaction_digest


class CheckpointRecord(Struct):
    summary: CheckpointSummary
    contents: CheckpointContents


@dataclass(frozen=True)
class Commit:
    """One atomic step of the ledger: a checkpoint, its transactions in order, the objects they leave behind."""

    checkpoint: CheckpointRecord
    transactions: tuple[TransactionRecord, ...]
    written: dict[bytes, tuple[Object, ...]] = field(default_factory=dict)
    """Every version written in this step, oldest first."""
    removed: frozenset[bytes] = frozenset()
    """Ids that no longer name a live object: deleted or wrapped."""
