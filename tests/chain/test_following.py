"""Many who follow the checkpoints: each is told all, and what is told to many is made once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.chain.rpc_client import call
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.records import CheckpointRecord
from walrus_localnet.chain.rpc import subscription_service
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.subscription_service import SubscriptionService
from walrus_localnet.chain.rpc.wire import Encoded
from walrus_sui.bcs.sui import format_digest

NARROW = ("sequence_number", "transactions.digest")
WIDE = ("*",)


async def follow(network: LocalSui, paths: tuple[str, ...], answers: int) -> list[Any]:
    request = rpc.SubscribeCheckpointsRequest(read_mask=protobuf.FieldMask(paths=list(paths)))
    found = await call(network.url, "SubscriptionService", "SubscribeCheckpoints", request, answers)
    return [answer.checkpoint for answer in found]


class Listening:
    """Counts how often a checkpoint is told, and how often one is made a message for that."""

    def __init__(self, listeners: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told = 0
        self.made: list[int] = []
        self.all_there = asyncio.Event()
        share, make = SubscriptionService._shared, subscription_service.checkpoint_message

        def counted_share(service: SubscriptionService, *given: Any) -> Encoded:
            self.told += 1
            if self.told == listeners:
                self.all_there.set()
            return share(service, *given)

        def counted_make(record: CheckpointRecord, *given: Any) -> rpc.Checkpoint:
            self.made.append(record.summary.sequence_number)
            return make(record, *given)

        monkeypatch.setattr(SubscriptionService, "_shared", counted_share)
        monkeypatch.setattr(subscription_service, "checkpoint_message", counted_make)


async def test_each_is_told_what_it_asked_for_and_all_of_it_is_made_once(
    network: LocalSui, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = Listening(7, monkeypatch)
    first = network.ledger.head.summary.sequence_number
    narrow = [asyncio.create_task(follow(network, NARROW, 4)) for _ in range(5)]
    wide = [asyncio.create_task(follow(network, WIDE, 4)) for _ in range(2)]
    await listening.all_there.wait()
    for _ in range(3):
        network.ledger.advance(1)
    numbers = list(range(first, first + 4))
    for task in (*narrow, *wide):
        assert [checkpoint.sequence_number for checkpoint in await task] == numbers
    assert listening.told == 7 * 4
    assert sorted(listening.made) == sorted(2 * numbers)  # once a mask
    for checkpoint in await narrow[0]:
        assert checkpoint.digest is None
        assert checkpoint.summary is None
    for checkpoint in await wide[0]:
        record = network.ledger.store.checkpoint(checkpoint.sequence_number)
        assert record is not None
        assert checkpoint.digest == format_digest(record.summary.digest())
        assert checkpoint.summary.bcs.value == record.summary.to_bytes()


async def test_after_a_revert_the_same_numbers_tell_of_other_checkpoints(network: LocalSui) -> None:
    before = network.ledger.head.summary.sequence_number
    network.ledger.advance(1)
    (old,) = await follow(network, WIDE, 1)
    network.ledger.revert(before)
    network.ledger.advance(1000)
    (new,) = await follow(network, WIDE, 1)
    assert old.sequence_number == new.sequence_number == before + 1
    assert old.digest != new.digest
    assert new.digest == format_digest(network.ledger.head.summary.digest())
