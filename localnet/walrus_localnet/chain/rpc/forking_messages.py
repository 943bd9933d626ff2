"""The messages of `sui.forking.v1alpha`, which pysui does not ship; the TypeScript SDK has a client for them."""

from __future__ import annotations

from dataclasses import dataclass

import betterproto2


@dataclass(eq=False, repr=False)
class AdvanceClockRequest(betterproto2.Message):
    duration_ms: int | None = betterproto2.field(1, betterproto2.TYPE_UINT64, optional=True)


@dataclass(eq=False, repr=False)
class AdvanceClockResponse(betterproto2.Message):
    timestamp_ms: int = betterproto2.field(1, betterproto2.TYPE_UINT64)
    tx_digest: str = betterproto2.field(2, betterproto2.TYPE_STRING)


@dataclass(eq=False, repr=False)
class AdvanceCheckpointRequest(betterproto2.Message):
    pass


@dataclass(eq=False, repr=False)
class AdvanceCheckpointResponse(betterproto2.Message):
    checkpoint_sequence_number: int = betterproto2.field(1, betterproto2.TYPE_UINT64)
    timestamp_ms: int = betterproto2.field(2, betterproto2.TYPE_UINT64)


@dataclass(eq=False, repr=False)
class GetStatusRequest(betterproto2.Message):
    pass


@dataclass(eq=False, repr=False)
class GetStatusResponse(betterproto2.Message):
    epoch: int = betterproto2.field(1, betterproto2.TYPE_UINT64)
    checkpoint_sequence_number: int = betterproto2.field(2, betterproto2.TYPE_UINT64)
    timestamp_ms: int = betterproto2.field(3, betterproto2.TYPE_UINT64)
    forked_at_checkpoint: int = betterproto2.field(4, betterproto2.TYPE_UINT64)
