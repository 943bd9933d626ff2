"""Following the chain: every Walrus event once, in order, from where the node left off (protocol.md §3)."""

from __future__ import annotations

import logging
from dataclasses import replace

from walrus_node.blob_sync import UPLOAD_GRACE_SECONDS, BlobSync
from walrus_node.epoch_driver import EpochDriver
from walrus_node.epochs import Epochs
from walrus_node.objects import effects_of
from walrus_node.store import Cursor, Store
from walrus_sui.chain import Checkpoint, SuiClient
from walrus_sui.chain.checkpoints import ChainEvent
from walrus_sui.chain.events import (
    EpochChangeDone,
    EpochChangeStart,
    EpochParametersSelected,
    WalrusEvent,
    parse_event,
)
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import EventId

log = logging.getLogger(__name__)


class Follower:
    """Applies events to the store. The cursor moves with each event, in the same batch as its rows."""

    def __init__(self, store: Store, package: bytes, epochs: Epochs, driver: EpochDriver, sync: BlobSync) -> None:
        """`package` is the address that Walrus' types carry: its first version's."""
        self._store = store
        self._package = package
        self._epochs = epochs
        self._driver = driver
        self._sync = sync
        self.cursor = store.cursor()

    async def run(self, sui: SuiClient) -> None:
        """Follow for ever. Checkpoints come without gaps, through lost connections too."""
        self._epochs.begin(self.cursor.epoch)
        async for checkpoint in sui.checkpoints(self.cursor.checkpoint):
            await self.apply(checkpoint)

    async def apply(self, checkpoint: Checkpoint) -> None:
        """Apply what is new in one checkpoint."""
        done = self.cursor.event if checkpoint.sequence == self.cursor.checkpoint else 0
        for index, found in enumerate(checkpoint.events[done:], done):
            event = parse_event(found.event, self._package)
            if event is not None:
                await self._apply_event(event, found, Cursor(checkpoint.sequence, index + 1))
        self._advance(replace(self.cursor, checkpoint=checkpoint.sequence + 1, event=0))

    async def _apply_event(self, event: WalrusEvent, found: ChainEvent, position: Cursor) -> None:
        log.debug("%s", event)
        if isinstance(event, EpochChangeStart):
            await self._epochs.enter(event.epoch)
        epoch = event.epoch if isinstance(event, EpochChangeStart) else self.cursor.epoch
        effects = effects_of(event, EventId(found.transaction_digest, found.event_seq), self._store)
        cursor = replace(position, total=self.cursor.total + 1, epoch=epoch)
        self._store.commit(cursor, effects)
        self.cursor = cursor
        if isinstance(event, EpochChangeStart):
            self._epochs.begin(event.epoch)
        if isinstance(event, EpochParametersSelected | EpochChangeStart | EpochChangeDone):
            self._driver.wake()
        if effects is not None and effects.due:
            self._sync.enqueue(BlobId(effects.blob_id), UPLOAD_GRACE_SECONDS)

    def _advance(self, cursor: Cursor) -> None:
        self._store.commit(cursor)
        self.cursor = cursor
