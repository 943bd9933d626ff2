"""Damaged transactions, properly signed: each is refused, fails, or does what it then says; nothing breaks."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chain.chain_check import check_money, check_writes
from tests.chain.sandbox import CLOCK, STD, SUI, Playground, Program, Sandbox, modules
from tests.chain.test_objects import make, new_toy
from tests.scale import cases
from walrus_localnet.chain.errors import TransactionRejected
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import Argument, Command, ProgrammableTransaction, TransactionData, TransactionDataV1
from walrus_sui.errors import BcsError

pytestmark = pytest.mark.fuzz
QUIET = settings(
    max_examples=cases(150, 5_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def samples(box: Sandbox, play: Playground) -> list[TransactionDataV1]:
    """A few valid transactions that use about everything."""
    toy, parcel = new_toy(box, play), new_toy(box, play, "parcel")
    program = Program()
    program.send(toy, program.owned(box.ref(parcel)))
    box.succeed(program)

    calls = Program()
    given = calls.owned(box.ref(toy))
    got = calls.call(play.package, "toys::receive", given, calls.receiving(box.ref(parcel)))
    counter = calls.shared(box.object(play.counter))
    calls.call(play.package, "toys::count", counter, calls.shared(box.object(CLOCK), mutable=False))
    calls.call(play.package, "toys::put_field", given, calls.pure(U64, 1), calls.pure(U64, 2))
    calls.call(play.package, "toys::optional", calls.pure(U64 | None, 3), counter)
    boxed = calls.call(play.package, "toys::wrap", make(calls, play))
    calls.send(box.bob.address, got, boxed)

    coins = Program()
    one, two = coins.split(sui.GasCoin(), 10, 20)
    half = coins.call(play.package, "uses::half", one, type_args=[sui.TypeTag.parse("0x2::sui::SUI")])
    coins.add(sui.MergeCoins(two, (half,)))
    numbers = coins.add(sui.MakeMoveVec(sui.U64Tag(), (coins.pure(U64, 1), coins.pure(U64, 2))))
    coins.call(play.package, "toys::sum", numbers, coins.shared(box.object(play.counter)))
    coins.send(box.bob.address, one, two)

    code = Program()
    code.send(box.alice.address, code.add(sui.Publish(modules(), (STD, SUI))))
    return [box.data(program, budget=50_000_000) for program in (calls, coins, code)]


def attempt(box: Sandbox, data: TransactionData) -> None:
    """Execute as alice; if it enters the ledger, what it wrote is what its effects say."""
    assert isinstance(data, TransactionDataV1)
    with box.snapshot():
        before = box.ledger.head
        try:
            record = box.ledger.execute(data, (box.alice.sign(data),))
        except TransactionRejected:
            assert box.ledger.head == before
            return
        check_writes(box.ledger, record.outcome)
        check_money(box.ledger)


@QUIET
@given(
    which=st.integers(0, 2), flips=st.lists(st.tuples(st.integers(0), st.integers(1, 255)), min_size=1, max_size=3)
)
def test_flipped_bits(
    box: Sandbox, samples: list[TransactionDataV1], which: int, flips: list[tuple[int, int]]
) -> None:
    raw = bytearray(samples[which].to_bytes())
    for position, value in flips:
        raw[position % len(raw)] ^= value
    try:
        data = TransactionData.from_bytes(raw)
    except BcsError:
        return
    attempt(box, data)


ARGUMENTS: st.SearchStrategy[Argument] = st.one_of(
    st.just(sui.GasCoin()),
    st.integers(0, 12).map(sui.Input),
    st.integers(0, 8).map(sui.Result),
    st.builds(sui.NestedResult, st.integers(0, 8), st.integers(0, 2)),
)


@QUIET
@given(which=st.integers(0, 2), data=st.data())
def test_commands_in_another_order_with_other_arguments(
    box: Sandbox, samples: list[TransactionDataV1], which: int, data: st.DataObject
) -> None:
    sample = samples[which]
    assert isinstance(sample.kind, ProgrammableTransaction)
    others = [command for item in samples for command in commands_of(item)]
    chosen = data.draw(st.lists(st.sampled_from([*sample.kind.commands, *others]), min_size=1, max_size=8))
    commands = tuple(redirected(command, data) for command in chosen)
    kind = dataclasses.replace(sample.kind, commands=commands)
    attempt(box, dataclasses.replace(sample, kind=kind))


def commands_of(data: TransactionDataV1) -> tuple[Command, ...]:
    assert isinstance(data.kind, ProgrammableTransaction)
    return data.kind.commands


def redirected(command: Command, data: st.DataObject) -> Command:
    """The command with some of its arguments replaced."""

    def other(argument: Argument) -> Argument:
        return data.draw(ARGUMENTS) if data.draw(st.booleans()) else argument

    match command:
        case sui.MoveCall():
            return dataclasses.replace(command, arguments=tuple(map(other, command.arguments)))
        case sui.TransferObjects(objects, recipient):
            return sui.TransferObjects(tuple(map(other, objects)), other(recipient))
        case sui.SplitCoins(coin, amounts):
            return sui.SplitCoins(other(coin), tuple(map(other, amounts)))
        case sui.MergeCoins(target, sources):
            return sui.MergeCoins(other(target), tuple(map(other, sources)))
        case sui.MakeMoveVec(element, elements):
            return sui.MakeMoveVec(element, tuple(map(other, elements)))
        case _:
            return command
