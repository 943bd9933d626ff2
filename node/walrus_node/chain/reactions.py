"""Which part of the node hears of which event (protocol.md §3.2)."""

from __future__ import annotations

from walrus_node.chain.epoch_driver import EpochDriver
from walrus_node.chain.epochs import Epochs
from walrus_node.chain.registrations import Registrations
from walrus_node.database.objects import Effects
from walrus_node.sync.blob_sync import UPLOAD_GRACE_SECONDS, BlobSync
from walrus_sui.chain.events import (
    BlobRegistered,
    EpochChangeDone,
    EpochChangeStart,
    EpochParametersSelected,
    WalrusEvent,
)
from walrus_sui.redstuff import BlobId


class Reactions:
    """Tells the node's other parts about events, around the moment an event's rows are written."""

    def __init__(self, epochs: Epochs, driver: EpochDriver, registrations: Registrations, sync: BlobSync) -> None:
        self._epochs = epochs
        self._driver = driver
        self._registrations = registrations
        self._sync = sync

    def resume(self, epoch: int) -> None:
        """The node starts, and has seen `epoch` begin before."""
        self._epochs.begin(epoch)

    async def before(self, event: WalrusEvent) -> None:
        """The event is next; nothing of it is written yet, and after a crash here it comes again."""
        if isinstance(event, EpochChangeStart):
            await self._epochs.enter(event.epoch)

    async def after(self, event: WalrusEvent, effects: Effects | None) -> None:
        """The event's rows are written."""
        match event:
            case BlobRegistered():
                await self._registrations.announce(BlobId(event.blob_id))
            case EpochChangeStart():
                self._epochs.begin(event.epoch)
                self._driver.wake()
            case EpochParametersSelected() | EpochChangeDone():
                self._driver.wake()
        if effects is not None and effects.due:
            self._sync.enqueue(BlobId(effects.blob_id), UPLOAD_GRACE_SECONDS)
