"""Checkpoints: the chain of what was executed, one link a commit (source: sui_localnet.md §4.8)."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_localnet.chain.limits import PROTOCOL_VERSION
from walrus_localnet.chain.records import CheckpointRecord
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    CheckpointContentsV1,
    CheckpointSummary,
    EndOfEpochData,
    ExecutionDigests,
    GasCostSummary,
    TransactionEffectsV2,
)

NO_GAS = GasCostSummary(0, 0, 0, 0)


def next_checkpoint(
    previous: CheckpointRecord | None,
    epoch: int,
    executed: Sequence[tuple[TransactionEffectsV2, tuple[bytes, ...]]],
    timestamp_ms: int,
    *,
    ends_epoch: bool = False,
) -> CheckpointRecord:
    """The checkpoint of `executed` transactions (effects and signatures, in order) after `previous`.

    Committee signatures are left out: a local network has no validators.
    """
    contents = CheckpointContentsV1(
        tuple(ExecutionDigests(effects.transaction_digest, effects.digest()) for effects, _ in executed),
        tuple(signatures for _, signatures in executed),
    )
    last = None if previous is None else previous.summary
    rolling = last.epoch_rolling_gas_cost if last is not None and last.epoch == epoch else NO_GAS
    for effects, _ in executed:
        rolling = _sum(rolling, effects.gas_used)
    summary = CheckpointSummary(
        epoch=epoch,
        sequence_number=0 if last is None else last.sequence_number + 1,
        total_transactions=(0 if last is None else last.total_transactions) + len(executed),
        content_digest=contents.digest(),
        previous_digest=None if last is None else last.digest(),
        epoch_rolling_gas_cost=rolling,
        timestamp_ms=timestamp_ms,
        commitments=(),
        end_of_epoch=EndOfEpochData((), PROTOCOL_VERSION, ()) if ends_epoch else None,
        version_specific_data=b"\0\0",
    )
    return CheckpointRecord(summary, contents)


def _sum(one: GasCostSummary, other: GasCostSummary) -> GasCostSummary:
    return sui.GasCostSummary(
        one.computation_cost + other.computation_cost,
        one.storage_cost + other.storage_cost,
        one.storage_rebate + other.storage_rebate,
        one.non_refundable_storage_fee + other.non_refundable_storage_fee,
    )
