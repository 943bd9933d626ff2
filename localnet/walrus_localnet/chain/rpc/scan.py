"""Walking through the ledger: positions, bounds, when to stop (source: comments in Sui's query protocol)."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.refusals import invalid

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
_BREATH = 100
"""Checkpoints read before others get their turn."""
_CURSOR = struct.Struct(">QII")
_END = rpc.QueryEndReason


@dataclass(frozen=True, order=True)
class Position:
    """Where something is in the ledger: checkpoint, transaction in it, event in that."""

    checkpoint: int
    transaction: int = 0
    event: int = 0

    def cursor(self) -> bytes:
        return _CURSOR.pack(self.checkpoint, self.transaction, self.event)

    @classmethod
    def parse(cls, cursor: bytes) -> Position:
        """Raises `GRPCError` for bytes that are no cursor of ours."""
        try:
            return cls(*_CURSOR.unpack(cursor))
        except struct.error:
            raise invalid("expected a cursor from an earlier answer, got something else") from None


@dataclass(frozen=True)
class Span:
    """What a query covers: checkpoints `first` to `last`, positions strictly between `after` and `before`."""

    first: int
    last: int
    after: Position | None
    before: Position | None
    descending: bool
    limit: int
    end: rpc.QueryEndReason
    """Why the scan ends when it finds no more."""

    @classmethod
    def of(cls, request: Any, height: int) -> Span:
        """Raises `GRPCError` for bounds that cannot be."""
        options = request.options or rpc.QueryOptions()
        after = Position.parse(options.after) if options.after else None
        before = Position.parse(options.before) if options.before else None
        descending = options.ordering == rpc.Ordering.DESCENDING
        stop = height + 1 if request.end_checkpoint is None else min(request.end_checkpoint, height + 1)
        first = max(request.start_checkpoint or 0, after.checkpoint if after else 0)
        last = min(stop - 1, before.checkpoint if before else stop - 1)
        bound, asked = (after, request.start_checkpoint) if descending else (before, request.end_checkpoint)
        end = _END.CURSOR_BOUND if bound else _END.LEDGER_TIP if asked is None else _END.CHECKPOINT_BOUND
        limit = min(options.limit or DEFAULT_LIMIT, MAX_LIMIT)
        return cls(first, last, after, before, descending, limit, end)

    def __contains__(self, position: Position) -> bool:
        above = self.after is None or position > self.after
        return above and (self.before is None or position < self.before)

    def checkpoints(self) -> Iterable[int]:
        forward = range(self.first, self.last + 1)
        return reversed(forward) if self.descending else forward

    def watermark(self, position: Position) -> rpc.Watermark:
        """Everything on this side of the position's checkpoint has been covered."""
        covered = position.checkpoint + 1 if self.descending else position.checkpoint - 1
        within = self.first <= covered <= self.last
        return rpc.Watermark(cursor=position.cursor(), checkpoint=covered if within else None)

    def last_watermark(self, position: Position | None) -> rpc.Watermark:
        edge = self.first if self.descending else max(self.last, 0)
        corner = Position(edge) if self.descending else Position(edge, 2**32 - 1, 2**32 - 1)
        reached = corner if position is None else max(position, corner)
        if self.descending:
            reached = corner
        return rpc.Watermark(cursor=reached.cursor(), checkpoint=edge if self.first <= self.last else None)


Read = Callable[[int], Iterable[tuple[Position, T]]]
"""The matching items of a checkpoint, in order."""


async def scan(span: Span, read: Read[T]) -> AsyncIterator[tuple[T | None, rpc.Watermark, rpc.QueryEnd | None]]:
    """Every item in the span with the watermark it stands at; the last one says why it is the last."""
    found, last = 0, None
    for count, checkpoint in enumerate(span.checkpoints(), 1):
        if count % _BREATH == 0:
            await asyncio.sleep(0)
        items = list(read(checkpoint))
        for position, item in reversed(items) if span.descending else items:
            if position not in span:
                continue
            found, last = found + 1, position
            end = rpc.QueryEnd(reason=_END.ITEM_LIMIT) if found == span.limit else None
            yield item, span.watermark(position), end
            if end is not None:
                return
    yield None, span.last_watermark(last), rpc.QueryEnd(reason=span.end)
