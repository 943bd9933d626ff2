"""Events are applied once, in order, across restarts; a list of checkpoints stands in for the chain's stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from walrus_node.chain.epoch_driver import EpochDriver
from walrus_node.chain.epochs import Epochs
from walrus_node.chain.follower import Follower
from walrus_node.chain.reactions import Reactions
from walrus_node.chain.registrations import Registrations
from walrus_node.database.blob_info import ValidBlob
from walrus_node.database.store import Cursor, Store
from walrus_node.metrics import Metrics
from walrus_node.sync.blob_sync import BlobSync
from walrus_sui.bcs.sui import Event, StructTag
from walrus_sui.chain import ChainEvent, Checkpoint
from walrus_sui.chain.events import (
    BlobCertified,
    BlobDeleted,
    BlobRegistered,
    EpochChangeDone,
    EpochChangeStart,
    ShardsReceived,
    WalrusEvent,
)
from walrus_sui.redstuff import BlobId

PACKAGE = bytes([7]) * 32
BLOB = bytes([1]) * 32
X, Y = bytes([2]) * 32, bytes([3]) * 32

STORY: list[list[WalrusEvent]] = [
    [],
    [EpochChangeStart(1), ShardsReceived(1, (1, 2))],
    [EpochChangeDone(1)],
    [BlobRegistered(1, BLOB, 5, 1, 4, True, X), BlobRegistered(1, BLOB, 5, 1, 6, True, Y)],
    [BlobCertified(1, BLOB, 4, True, X, False)],
    [],
    [BlobDeleted(1, BLOB, 4, X, True), BlobCertified(1, BLOB, 6, True, Y, False), EpochChangeStart(2)],
]


def checkpoint(sequence: int, events: list[WalrusEvent]) -> Checkpoint:
    foreign = Event(PACKAGE, "m", bytes(32), StructTag(bytes([9]) * 32, "events", "BlobRegistered", ()), b"junk")
    found = [ChainEvent(bytes([sequence]) * 32, 0, foreign)]
    for index, event in enumerate(events, 1):
        tag = StructTag(PACKAGE, "events", event.move_name, ())
        raw = Event(PACKAGE, "events", bytes(32), tag, event.to_bytes())
        found.append(ChainEvent(bytes([sequence]) * 32, index, raw))
    return Checkpoint(sequence, 0, tuple(found))


CHAIN = [checkpoint(sequence, events) for sequence, events in enumerate(STORY)]


@dataclass
class Recorder:
    """Notes what the follower tells the rest of the node."""

    entered: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    announced: list[bytes] = field(default_factory=list)
    woken: int = 0
    due: list[bytes] = field(default_factory=list)

    async def enter(self, epoch: int) -> None:
        self.entered.append(epoch)

    def begin(self, epoch: int) -> None:
        self.begun.append(epoch)

    async def announce(self, blob_id: BlobId) -> None:
        self.announced.append(bytes(blob_id))

    def wake(self) -> None:
        self.woken += 1

    def enqueue(self, blob_id: BlobId, delay: float) -> None:
        self.due.append(bytes(blob_id))


def follower(store: Store, recorder: Recorder) -> Follower:
    parts = (cast(Epochs, recorder), cast(EpochDriver, recorder), cast(Registrations, recorder))
    reactions = Reactions(*parts, cast(BlobSync, recorder))
    return Follower(store, PACKAGE, reactions, Metrics())


async def follow(following: Follower) -> None:
    for item in CHAIN[following.cursor.checkpoint :]:
        await following.apply(item)


EXPECTED = ValidBlob(1, 1, 6, 6, None, None, 1)


async def test_a_whole_story(store: Store) -> None:
    recorder = Recorder()
    following = follower(store, recorder)
    await follow(following)
    assert store.cursor() == Cursor(7, 0, 9, 2)
    assert store.blob_info(BLOB) == EXPECTED
    assert store.object_info(X) is None
    row = store.object_info(Y)
    assert row is not None
    assert (row.certified_epoch, row.end_epoch, row.event.transaction_digest) == (1, 6, bytes([6]) * 32)
    assert recorder.entered == recorder.begun == [1, 2]
    assert recorder.announced == [BLOB, BLOB]
    assert recorder.woken == 3
    assert recorder.due == [BLOB, BLOB]
    assert store.due_blobs() == [BLOB]


class Crash(Exception):
    pass


@pytest.mark.parametrize("survived", range(1, 11))
async def test_crashing_after_any_write_changes_nothing(
    tmp_path: Path, survived: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, writes, commit = Store.open(tmp_path), 0, Store.commit

    def crashing_commit(self: Store, *arguments: object) -> None:
        nonlocal writes
        if writes == survived:
            raise Crash
        writes += 1
        commit(self, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Store, "commit", crashing_commit)
        with pytest.raises(Crash):
            await follow(follower(store, Recorder()))
    store.close()

    again = Store.open(tmp_path)
    following = follower(again, Recorder())
    await follow(following)
    assert again.cursor() == Cursor(7, 0, 9, 2)
    assert again.blob_info(BLOB) == EXPECTED
    again.close()
