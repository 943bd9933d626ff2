"""`ForkingService`: time at the caller's command, as the TypeScript SDK knows it (sui_localnet.md §4.11)."""

from __future__ import annotations

from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.rpc.forking_messages import (
    AdvanceCheckpointRequest,
    AdvanceCheckpointResponse,
    AdvanceClockRequest,
    AdvanceClockResponse,
    GetStatusRequest,
    GetStatusResponse,
)
from walrus_localnet.chain.rpc.refusals import invalid
from walrus_sui.bcs.sui import format_digest

MAX_ADVANCE_MS = 100 * 365 * 24 * 3600 * 1000
"""A hundred years."""


class ForkingService:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def advance_clock(self, request: AdvanceClockRequest) -> AdvanceClockResponse:
        duration = 1 if request.duration_ms is None else request.duration_ms
        if not 1 <= duration <= MAX_ADVANCE_MS:
            raise invalid(f"expected a duration of 1 to {MAX_ADVANCE_MS} ms, got {duration}")
        try:
            checkpoint, digest = self.ledger.advance(duration)
        except LocalChainError as error:
            raise invalid(error.message) from error
        text = "" if digest is None else format_digest(digest)
        return AdvanceClockResponse(timestamp_ms=checkpoint.summary.timestamp_ms, tx_digest=text)

    async def advance_checkpoint(self, request: AdvanceCheckpointRequest) -> AdvanceCheckpointResponse:
        summary = self.ledger.advance()[0].summary
        return AdvanceCheckpointResponse(
            checkpoint_sequence_number=summary.sequence_number, timestamp_ms=summary.timestamp_ms
        )

    async def get_status(self, request: GetStatusRequest) -> GetStatusResponse:
        """The fork point is this network's own first checkpoint."""
        summary = self.ledger.head.summary
        return GetStatusResponse(
            epoch=self.ledger.epoch,
            checkpoint_sequence_number=summary.sequence_number,
            timestamp_ms=summary.timestamp_ms,
            forked_at_checkpoint=0,
        )
