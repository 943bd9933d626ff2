"""What the network itself does: epochs, and randomness for those who ask."""

from __future__ import annotations

import dataclasses

import pytest

from tests.chain.sandbox import Playground, Program, Sandbox
from walrus_localnet.chain.epochs import epoch_span
from walrus_localnet.chain.errors import TransactionRejected
from walrus_localnet.chain.system import RandomField, RandomState, random_field_id
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Argument
from walrus_sui.bcs.sui.framework import RANDOM_ID


def roll(box: Sandbox, play: Playground, program: Program) -> Argument:
    counter = program.shared(box.object(play.counter))
    return program.call(play.package, "toys::roll", program.shared(box.object(RANDOM_ID), mutable=False), counter)


def counter(box: Sandbox, play: Playground) -> tuple[int, int]:
    contents = box.contents(play.counter)
    return int.from_bytes(contents[32:40], "little"), int.from_bytes(contents[40:48], "little")


def random_state(box: Sandbox) -> RandomField:
    state = RandomState.from_bytes(box.contents(RANDOM_ID))
    return RandomField.from_bytes(box.contents(random_field_id(state)))


def test_every_roll_has_randomness_of_its_own(box: Sandbox, play: Playground) -> None:
    seen = set()
    for number in range(4):
        program = Program()
        roll(box, play, program)
        record = box.succeed(program)
        seen.add(counter(box, play)[0])
        state = random_state(box).value
        assert (state.round, len(state.random_bytes)) == (number, 32)
        first, *_ = box.ledger.store.transactions_of(record.checkpoint)
        assert isinstance(first.data, sui.TransactionDataV1)
        assert first.data.kind == sui.RandomnessStateUpdate(0, number, state.random_bytes, 1)
    assert len(seen) == 4


def test_randomness_follows_the_source_it_is_drawn_from(box: Sandbox, play: Playground) -> None:
    box.ledger.entropy = lambda size: b"\x11" * size
    program = Program()
    roll(box, play, program)
    box.succeed(program)
    assert random_state(box).value.random_bytes == b"\x11" * 32


def test_nothing_may_be_undone_after_a_roll(box: Sandbox, play: Playground) -> None:
    program = Program()
    coin = program.split(sui.GasCoin(), 5)[0]
    roll(box, play, program)
    program.send(box.bob.address, coin)
    box.succeed(program)
    program = Program()
    roll(box, play, program)
    program.call(play.package, "toys::fail")
    with pytest.raises(TransactionRejected, match="after a call that uses Random"):
        box.run(program)


def test_epochs_end_at_command(box: Sandbox, play: Playground) -> None:
    last_height = box.ledger.head.summary.sequence_number
    box.clock.advance(5000)
    assert box.ledger.advance_epoch() == 1
    ended = box.ledger.head.summary
    assert (ended.epoch, ended.sequence_number) == (0, last_height + 1)
    assert ended.end_of_epoch is not None
    program = Program()
    program.call(play.package, "toys::epoch_of", program.shared(box.object(play.counter)))
    record = box.succeed(program)
    assert record.outcome.epoch == 1
    assert counter(box, play) == (1, ended.timestamp_ms)
    assert box.ledger.head.summary.epoch == 1
    assert box.ledger.head.summary.epoch_rolling_gas_cost == record.outcome.gas_used

    zero = epoch_span(box.ledger.store, box.ledger.head, 0)
    one = epoch_span(box.ledger.store, box.ledger.head, 1)
    assert zero is not None
    assert one is not None
    assert (zero.first, zero.last, zero.end_ms) == (0, ended.sequence_number, ended.timestamp_ms)
    assert (one.first, one.last, one.start_ms) == (ended.sequence_number + 1, None, ended.timestamp_ms)
    assert epoch_span(box.ledger.store, box.ledger.head, 2) is None

    box.ledger.revert(last_height)
    assert (box.ledger.epoch, box.ledger.epoch_start_ms) == (0, box.ledger.genesis_ms)


def test_what_has_expired_is_refused(box: Sandbox) -> None:
    program = Program()
    program.send(box.bob.address, program.split(sui.GasCoin(), 5)[0])
    data = dataclasses.replace(box.data(program), expiration=sui.ExpiresAfterEpoch(0))
    box.ledger.advance_epoch()
    with pytest.raises(TransactionRejected, match="expiration of epoch 1"):
        box.ledger.execute(data, (box.alice.sign(data),))
    data = dataclasses.replace(data, expiration=sui.ExpiresAfterEpoch(1))
    box.ledger.execute(data, (box.alice.sign(data),))


def test_randomness_begins_anew_with_an_epoch(box: Sandbox, play: Playground) -> None:
    for _ in range(2):
        program = Program()
        roll(box, play, program)
        box.succeed(program)
    box.ledger.advance_epoch()
    program = Program()
    roll(box, play, program)
    box.succeed(program)
    state = random_state(box).value
    assert (state.epoch, state.round) == (1, 0)
