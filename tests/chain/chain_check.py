"""Whether a ledger is whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from walrus_localnet.chain.genesis import FAUCET_FUNDS
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import coin_balance, id_of, version_of
from walrus_localnet.chain.records import CheckpointRecord, TransactionRecord
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import ChangedObject, CheckpointContentsV1


@dataclass
class Audit:
    """What a ledger must hold, worked out from the effects of its transactions alone, one checkpoint at a time."""

    live: dict[bytes, int] = field(default_factory=dict)
    """Version of every object that is alive."""
    deleted: set[bytes] = field(default_factory=set)
    written: set[tuple[bytes, int]] = field(default_factory=set)
    checkpoints: int = 0
    transactions: int = 0
    previous: bytes | None = None

    def copy(self) -> Audit:
        containers = dict(self.live), set(self.deleted), set(self.written)
        return Audit(*containers, self.checkpoints, self.transactions, self.previous)

    def follow(self, ledger: Ledger) -> None:
        """Go on to the ledger's head, then compare.

        Checkpoints name their predecessors and contents, transactions are where they say, what they wrote is there
        with the digest and owner their effects name; no object is lost, doubled, or left by something half done.
        """
        while self.checkpoints <= ledger.head.summary.sequence_number:
            record = ledger.store.checkpoint(self.checkpoints)
            assert record is not None
            self._step(ledger, record)
        assert ledger.store.checkpoint(self.checkpoints) is None
        select = ledger.store._db.execute
        assert dict(select("SELECT id, version FROM live")) == self.live
        assert set(select("SELECT id, version FROM objects")) == self.written
        assert select("SELECT count(*) FROM transactions").fetchone() == (self.transactions,)

    def _step(self, ledger: Ledger, record: CheckpointRecord) -> None:
        summary, contents = record.summary, record.contents
        assert isinstance(contents, CheckpointContentsV1)
        assert (summary.previous_digest, summary.content_digest) == (self.previous, contents.digest())
        self.transactions += len(contents.transactions)
        assert summary.total_transactions == self.transactions
        for index, entry in enumerate(contents.transactions):
            transaction = ledger.store.transaction(entry.transaction)
            assert transaction is not None
            assert (transaction.checkpoint, transaction.index) == (self.checkpoints, index)
            assert transaction.data.digest() == entry.transaction
            assert transaction.effects.digest() == entry.effects
            check_writes(ledger, transaction.outcome)
            self._apply(transaction)
        self.previous = summary.digest()
        assert ledger.store.checkpoint_by_digest(self.previous) == record
        self.checkpoints += 1

    def _apply(self, transaction: TransactionRecord) -> None:
        effects = transaction.outcome
        for change in effects.changed_objects:
            self._leave(change)
            self._arrive(change, effects.lamport_version)

    def _leave(self, change: ChangedObject) -> None:
        found = self.live.pop(change.object_id, None)
        if isinstance(change.before, sui.Existed):
            assert found == change.before.version
        else:
            assert found is None
            assert change.object_id not in self.deleted
        if isinstance(change.id_operation, sui.Deleted):
            self.deleted.add(change.object_id)

    def _arrive(self, change: ChangedObject, lamport: int) -> None:
        if isinstance(change.after, sui.DoesNotExist):
            return
        version = change.after.version if isinstance(change.after, sui.PackageWrite) else lamport
        assert not isinstance(change.before, sui.Existed) or version > change.before.version
        assert (change.object_id, version) not in self.written
        self.live[change.object_id] = version
        self.written.add((change.object_id, version))


def check_money(ledger: Ledger) -> None:
    """All SUI there ever was is in coins, in deposits of live objects, or was charged for good."""
    rows = ledger.store._db.execute("SELECT id FROM live").fetchall()
    live = [obj for (object_id,) in rows if (obj := ledger.store.latest(object_id)) is not None]
    coins = sum(sui_value(obj) for obj in live)
    deposits = sum(obj.storage_rebate for obj in live)
    costs = _costs(ledger)
    fees = sum(cost.non_refundable_storage_fee for cost in costs)
    assert coins + deposits + sum(cost.computation_cost for cost in costs) + fees == FAUCET_FUNDS
    assert deposits == sum(cost.storage_cost - cost.storage_rebate for cost in costs) - fees


def _costs(ledger: Ledger) -> list[sui.GasCostSummary]:
    """What each epoch cost so far: the sum stands in its last checkpoint."""
    spans = [ledger.span_of(epoch) for epoch in range(ledger.epoch)]
    ends = [ledger.store.checkpoint(span.last) for span in spans if span is not None and span.last is not None]
    heads = [record.summary for record in [*ends, ledger.head] if record is not None]
    return list({summary.epoch: summary.epoch_rolling_gas_cost for summary in heads}.values())


def sui_value(obj: sui.Object) -> int:
    is_sui = isinstance(obj.data, sui.MoveObject) and isinstance(obj.data.type, sui.GasCoinType)
    return (coin_balance(obj) or 0) if is_sui else 0


def check_writes(ledger: Ledger, effects: sui.TransactionEffectsV2) -> None:
    for change in effects.changed_objects:
        if isinstance(change.after, sui.ObjectWrite):
            written = ledger.store.at_version(change.object_id, effects.lamport_version)
            assert written is not None
            assert (id_of(written), version_of(written)) == (change.object_id, effects.lamport_version)
            assert (written.digest(), written.owner) == (change.after.digest, change.after.owner)
