"""Following the chain: every Walrus event once, in order, from where the node left off (protocol.md §3)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace

from walrus_node.chain.reactions import Reactions
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_node.metrics import Metrics
from walrus_sui.chain import Checkpoint, SuiClient
from walrus_sui.chain.checkpoints import ChainEvent
from walrus_sui.chain.events import EpochChangeStart, WalrusEvent, parse_event
from walrus_sui.errors import ChainError
from walrus_sui.storage import EventId

log = logging.getLogger(__name__)

_RETRY_SECONDS = 2.0


class Follower:
    """Applies events to the store. The cursor moves with each event, in the same batch as its rows."""

    def __init__(self, store: Store, package: bytes, reactions: Reactions, metrics: Metrics) -> None:
        """`package` is the address that Walrus' types carry: its first version's."""
        self._store = store
        self._package = package
        self._reactions = reactions
        self._metrics = metrics
        self.cursor = store.cursor()

    async def run(self, sui: SuiClient) -> None:
        """Follow for ever. Checkpoints come without gaps, through lost connections too."""
        self._reactions.resume(self.cursor.epoch)
        while True:
            try:
                async with aclosing(sui.checkpoints(self.cursor.checkpoint)) as checkpoints:
                    async for checkpoint in checkpoints:
                        await self.apply(checkpoint)
            except ChainError as error:
                log.error("stopped following the chain, going on in %.0f s: %s", _RETRY_SECONDS, error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def apply(self, checkpoint: Checkpoint) -> None:
        """Apply what is new in one checkpoint."""
        done = self.cursor.event if checkpoint.sequence == self.cursor.checkpoint else 0
        behind = replace(self.cursor, checkpoint=checkpoint.sequence + 1, event=0)
        known = [
            (index, event, found)
            for index, found in enumerate(checkpoint.events[done:], done)
            if (event := parse_event(found.event, self._package)) is not None
        ]
        for index, event, found in known:
            # the last one takes the cursor behind the checkpoint: one write for both
            position = behind if index == known[-1][0] else Cursor(checkpoint.sequence, index + 1)
            with self._metrics.event_seconds.labels(event.move_name).time():
                await self._apply_event(event, found, position)
        if not known:
            self._advance(behind)

    async def _apply_event(self, event: WalrusEvent, found: ChainEvent, position: Cursor) -> None:
        log.debug("%s", event)
        await self._reactions.before(event)
        epoch = event.epoch if isinstance(event, EpochChangeStart) else self.cursor.epoch
        effects = effects_of(event, EventId(found.transaction_digest, found.event_seq), self._store)
        cursor = replace(position, total=self.cursor.total + 1, epoch=epoch)
        self._store.commit(cursor, effects)
        self.cursor = cursor
        self._metrics.events.labels(event.move_name).inc()
        await self._reactions.after(event, effects)

    def _advance(self, cursor: Cursor) -> None:
        self._store.commit(cursor)
        self.cursor = cursor
