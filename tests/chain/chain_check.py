"""Whether a ledger is whole."""

from __future__ import annotations

from walrus_localnet.chain.genesis import FAUCET_FUNDS
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import coin_balance, id_of, version_of
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import CheckpointContentsV1


def check_chain(ledger: Ledger) -> None:
    """Checkpoints name their predecessors and contents, transactions are where they say, and every object that a
    transaction wrote is there with the digest its effects name."""
    store, total, previous = ledger.store, 0, None
    for sequence in range(ledger.head.summary.sequence_number + 1):
        record = store.checkpoint(sequence)
        assert record is not None
        summary, contents = record.summary, record.contents
        assert isinstance(contents, CheckpointContentsV1)
        assert (summary.previous_digest, summary.content_digest) == (previous, contents.digest())
        total += len(contents.transactions)
        assert summary.total_transactions == total
        for index, entry in enumerate(contents.transactions):
            transaction = store.transaction(entry.transaction)
            assert transaction is not None
            assert (transaction.checkpoint, transaction.index) == (sequence, index)
            assert transaction.data.digest() == entry.transaction
            assert transaction.effects.digest() == entry.effects
            check_writes(ledger, transaction.outcome)
        previous = summary.digest()
        assert store.checkpoint_by_digest(previous) == record
    assert store.checkpoint(ledger.head.summary.sequence_number + 1) is None


def check_money(ledger: Ledger) -> None:
    """All SUI there ever was is in coins, in deposits of live objects, or was charged for good (epoch 0 only)."""
    rows = ledger.store._db.execute("SELECT id FROM live").fetchall()
    live = [obj for (object_id,) in rows if (obj := ledger.store.latest(object_id)) is not None]
    spent = ledger.head.summary.epoch_rolling_gas_cost
    coins = sum(sui_value(obj) for obj in live)
    deposits = sum(obj.storage_rebate for obj in live)
    assert coins + deposits + spent.computation_cost + spent.non_refundable_storage_fee == FAUCET_FUNDS
    assert deposits == spent.storage_cost - spent.storage_rebate - spent.non_refundable_storage_fee


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
