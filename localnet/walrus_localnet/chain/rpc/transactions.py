"""Executed transactions and checkpoints as messages (source: sui_localnet.md §4.8, §4.11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from walrus_localnet.chain.balances import balance_changes
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.records import CheckpointRecord, TransactionRecord
from walrus_localnet.chain.rpc.effects import (
    effects_message,
    events_message,
    gas_cost_message,
)
from walrus_localnet.chain.rpc.expirations import expiration_message
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.objects import object_message
from walrus_localnet.chain.rpc.programs import gas_message, program_message
from walrus_localnet.chain.rpc.source import FindObject, Source, ledger_source
from walrus_localnet.chain.signatures import ED25519
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    CheckpointContentsV1,
    Event,
    TransactionDataV1,
    TransactionEffectsV2,
    format_address,
    format_digest,
)

DEFAULT_CHECKPOINT = "sequence_number,digest"


def time_of(timestamp_ms: int) -> datetime:
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC)


def data_message(data: TransactionDataV1) -> rpc.Transaction:
    return rpc.Transaction(
        bcs=rpc.Bcs(name="TransactionData", value=data.to_bytes()),
        digest=format_digest(data.digest()),
        version=1,
        kind=_kind_message(data.kind),
        sender=format_address(data.sender),
        gas_payment=gas_message(data.gas),
        expiration=expiration_message(data.expiration),
    )


def _kind_message(kind: sui.TransactionKind) -> rpc.TransactionKind:
    kinds = rpc.TransactionKindKind
    match kind:
        case sui.ProgrammableTransaction():
            return rpc.TransactionKind(
                kind=kinds.PROGRAMMABLE_TRANSACTION, programmable_transaction=program_message(kind)
            )
        case sui.ConsensusCommitPrologue(epoch, round_, timestamp_ms):
            prologue = rpc.ConsensusCommitPrologue(
                epoch=epoch, round=round_, commit_timestamp=time_of(timestamp_ms)
            )
            return rpc.TransactionKind(kind=kinds.CONSENSUS_COMMIT_PROLOGUE_V1, consensus_commit_prologue=prologue)
        case sui.ChangeEpoch():
            return rpc.TransactionKind(kind=kinds.CHANGE_EPOCH, change_epoch=_change_message(kind))
        case sui.RandomnessStateUpdate(epoch, round_, random_bytes, version):
            update = rpc.RandomnessStateUpdate(
                epoch=epoch,
                randomness_round=round_,
                random_bytes=random_bytes,
                randomness_object_initial_shared_version=version,
            )
            return rpc.TransactionKind(kind=kinds.RANDOMNESS_STATE_UPDATE, randomness_state_update=update)
        case _:
            return rpc.TransactionKind(kind=kinds.GENESIS)


def _change_message(change: sui.ChangeEpoch) -> rpc.ChangeEpoch:
    return rpc.ChangeEpoch(
        epoch=change.epoch,
        protocol_version=change.protocol_version,
        storage_charge=change.storage_charge,
        computation_charge=change.computation_charge,
        storage_rebate=change.storage_rebate,
        non_refundable_storage_fee=change.non_refundable_storage_fee,
        epoch_start_timestamp=time_of(change.epoch_start_timestamp_ms),
    )


def signature_message(signature: bytes) -> rpc.UserSignature:
    message = rpc.UserSignature(bcs=rpc.Bcs(name="UserSignatureBytes", value=signature))
    if signature and signature[0] == ED25519:
        message.scheme = rpc.SignatureScheme.ED25519
        message.simple = rpc.SimpleSignature(
            scheme=message.scheme, signature=signature[1:65], public_key=signature[65:]
        )
    return message


def executed_message(
    data: TransactionDataV1,
    signatures: tuple[bytes, ...],
    effects: TransactionEffectsV2,
    events: tuple[Event, ...],
    source: Source,
    mask: Mask,
) -> rpc.ExecutedTransaction:
    """A transaction with what came of it, the fields of `mask` only. Where it is in the ledger is left to the
    caller."""
    message = rpc.ExecutedTransaction(digest=format_digest(effects.transaction_digest))
    if "transaction" in mask:
        message.transaction = data_message(data)
    if "signatures" in mask:
        message.signatures = list(map(signature_message, signatures))
    if "effects" in mask:
        message.effects = effects_message(effects, source, mask.below("effects"))
    if "events" in mask:
        message.events = events_message(events, mask.below("events"), source.machine)
    if "balance_changes" in mask:
        message.balance_changes = _balance_messages(effects, source.find)
    if "objects" in mask:
        message.objects = _object_set(effects, source, mask.below("objects").below("objects"))
    return message


def record_message(
    record: TransactionRecord, ledger: Ledger, mask: Mask, *, final: bool = True
) -> rpc.ExecutedTransaction:
    """A transaction of the ledger; as long as it is not `final` its checkpoint is not told."""
    assert isinstance(record.data, TransactionDataV1)
    message = executed_message(
        record.data, record.signatures, record.outcome, record.events, ledger_source(ledger), mask
    )
    if final:
        message.checkpoint = record.checkpoint
        message.timestamp = time_of(record.timestamp_ms)
        message.transaction_index = record.index
    return mask.cut(message)


def _balance_messages(effects: TransactionEffectsV2, find: FindObject) -> list[rpc.BalanceChange]:
    return [
        rpc.BalanceChange(address=format_address(address), coin_type=str(coin), amount=str(amount))
        for (address, coin), amount in balance_changes(effects, find).items()
    ]


def _object_set(effects: TransactionEffectsV2, source: Source, mask: Mask) -> rpc.ObjectSet:
    """Every version of an object that went in or came out."""
    wanted: list[tuple[bytes, int]] = []
    for change in effects.changed_objects:
        if isinstance(change.before, sui.Existed):
            wanted.append((change.object_id, change.before.version))
        if isinstance(change.after, sui.ObjectWrite):
            wanted.append((change.object_id, effects.lamport_version))
        if isinstance(change.after, sui.PackageWrite):
            wanted.append((change.object_id, change.after.version))
    found = (source.find(object_id, version) for object_id, version in wanted)
    return rpc.ObjectSet(objects=[object_message(obj, mask, source.machine) for obj in found if obj is not None])


# checkpoints ------------------------------------------------------------------------------------------------
def checkpoint_message(record: CheckpointRecord, ledger: Ledger, mask: Mask) -> rpc.Checkpoint:
    """A checkpoint with the fields of `mask`."""
    summary = record.summary
    message = rpc.Checkpoint(sequence_number=summary.sequence_number, digest=format_digest(summary.digest()))
    if "summary" in mask:
        message.summary = _summary_message(summary, mask.below("summary"))
    if "contents" in mask:
        message.contents = _contents_message(record)
    if "transactions" in mask or "objects" in mask:
        _add_transactions(message, record, ledger, mask)
    return mask.cut(message)


def _add_transactions(message: rpc.Checkpoint, record: CheckpointRecord, ledger: Ledger, mask: Mask) -> None:
    assert isinstance(record.contents, CheckpointContentsV1)
    found = [ledger.store.transaction(entry.transaction) for entry in record.contents.transactions]
    records = [transaction for transaction in found if transaction is not None]
    if "transactions" in mask:
        inner = mask.below("transactions")
        message.transactions = [record_message(transaction, ledger, inner) for transaction in records]
    if "objects" in mask:
        inner = mask.below("objects").below("objects")
        sets = [_object_set(transaction.outcome, ledger_source(ledger), inner) for transaction in records]
        message.objects = rpc.ObjectSet(objects=[obj for one in sets for obj in one.objects])


def _summary_message(summary: sui.CheckpointSummary, mask: Mask) -> rpc.CheckpointSummary:
    previous = summary.previous_digest
    fields: dict[str, Callable[[], Any]] = {
        "bcs": lambda: rpc.Bcs(name="CheckpointSummary", value=summary.to_bytes()),
        "digest": lambda: format_digest(summary.digest()),
        "epoch": lambda: summary.epoch,
        "sequence_number": lambda: summary.sequence_number,
        "total_network_transactions": lambda: summary.total_transactions,
        "content_digest": lambda: format_digest(summary.content_digest),
        "previous_digest": lambda: None if previous is None else format_digest(previous),
        "epoch_rolling_gas_cost_summary": lambda: gas_cost_message(summary.epoch_rolling_gas_cost),
        "timestamp": lambda: time_of(summary.timestamp_ms),
        "version_specific_data": lambda: summary.version_specific_data,
    }
    return rpc.CheckpointSummary(**mask.chosen(fields))


def _contents_message(record: CheckpointRecord) -> rpc.CheckpointContents:
    contents = record.contents
    assert isinstance(contents, CheckpointContentsV1)
    return rpc.CheckpointContents(
        bcs=rpc.Bcs(name="CheckpointContents", value=contents.to_bytes()),
        digest=format_digest(contents.digest()),
        version=1,
        transactions=[
            rpc.CheckpointedTransactionInfo(
                transaction=format_digest(entry.transaction),
                effects=format_digest(entry.effects),
                signatures=list(map(signature_message, signatures)),
            )
            for entry, signatures in zip(contents.transactions, contents.signatures, strict=True)
        ],
    )
