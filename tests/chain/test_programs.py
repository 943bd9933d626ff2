"""Programmable transactions as messages and back; drafts that leave something to the server."""

from __future__ import annotations

import dataclasses

import pytest
from grpclib.exceptions import GRPCError
from hypothesis import given
from hypothesis import strategies as st

from tests.chain.sandbox import CLOCK, Playground, Program, Sandbox
from tests.chain.test_objects import new_toy
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.programs import argument_message, parse_command, program_message
from walrus_localnet.chain.rpc.resolve import draft_data
from walrus_localnet.chain.rpc.signed import all_signatures, signature_bytes
from walrus_localnet.chain.rpc.transactions import data_message, signature_message
from walrus_localnet.chain.simulation import simulate
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import Argument, Command, TransactionDataV1, TypeTag, format_address
from walrus_sui.errors import BcsError

U16 = st.integers(0, 2**16 - 1)
ARGUMENTS: st.SearchStrategy[Argument] = st.one_of(
    st.just(sui.GasCoin()), U16.map(sui.Input), U16.map(sui.Result), st.builds(sui.NestedResult, U16, U16)
)
MANY = st.lists(ARGUMENTS, max_size=4).map(tuple)
ADDRESSES = st.binary(min_size=32, max_size=32)
TAGS = st.sampled_from(["u8", "vector<address>", "0x2::coin::Coin<0x2::sui::SUI>"]).map(TypeTag.parse)
CODE = st.lists(st.binary(max_size=9), max_size=3).map(tuple)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(sui.MoveCall, ADDRESSES, st.just("m"), st.just("f"), st.lists(TAGS, max_size=2).map(tuple), MANY),
    st.builds(sui.TransferObjects, MANY, ARGUMENTS),
    st.builds(sui.SplitCoins, ARGUMENTS, MANY),
    st.builds(sui.MergeCoins, ARGUMENTS, MANY),
    st.builds(sui.MakeMoveVec, st.none() | TAGS, MANY),
    st.builds(sui.Publish, CODE, st.lists(ADDRESSES, max_size=2).map(tuple)),
    st.builds(sui.Upgrade, CODE, st.lists(ADDRESSES, max_size=2).map(tuple), ADDRESSES, ARGUMENTS),
)


@given(COMMANDS)
def test_commands_survive_as_messages(command: Command) -> None:
    program = sui.ProgrammableTransaction((), (command,))
    (message,) = program_message(program).commands
    assert parse_command(rpc.Command.parse(bytes(message))) == command


def everything(box: Sandbox, play: Playground) -> TransactionDataV1:
    toy, parcel = new_toy(box, play), new_toy(box, play, "parcel")
    program = Program()
    program.send(toy, program.owned(box.ref(parcel)))
    box.succeed(program)
    program = Program()
    given = program.owned(box.ref(toy))
    got = program.call(play.package, "toys::receive", given, program.receiving(box.ref(parcel)))
    counter = program.shared(box.object(play.counter))
    program.call(play.package, "toys::count", counter, program.shared(box.object(CLOCK), mutable=False))
    program.send(box.bob.address, got)
    return box.data(program)


def test_a_transaction_in_structure_is_the_same_as_its_bytes(box: Sandbox, play: Playground) -> None:
    data = everything(box, play)
    message = data_message(data)
    message.bcs = None
    assert draft_data(rpc.Transaction.parse(bytes(message)), box.ledger) == data


def test_objects_named_by_id_are_found(box: Sandbox, play: Playground) -> None:
    data = everything(box, play)
    message = data_message(data)
    message.bcs = None
    assert message.kind is not None
    assert message.kind.programmable_transaction is not None
    for item in message.kind.programmable_transaction.inputs:
        if item.object_id is not None:
            item.kind = item.version = item.digest = item.mutable = item.mutability = None
    assert draft_data(message, box.ledger) == data


def test_drafts_that_cannot_be(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    program.call(play.package, "toys::put_field", program.owned(box.ref(toy)), *[program.pure(U64, 1)] * 2)
    box.succeed(program)
    (child,) = box.ledger.store.owned(toy)
    child_id = format_address(child.data.contents[:32])  # type: ignore[attr-defined]
    for item, message in (
        (rpc.Input(), "none of them"),
        (rpc.Input(object_id="0x1234"), "got none"),
        (rpc.Input(object_id=child_id), "the child"),
        (rpc.Input(object_id=format_address(toy), version=1), "expected version"),
    ):
        draft = rpc.Transaction(
            kind=rpc.TransactionKind(
                programmable_transaction=rpc.ProgrammableTransaction(
                    inputs=[item],
                    commands=[rpc.Command(split_coins=rpc.SplitCoins(coin=argument_message(sui.Input(0))))],
                )
            )
        )
        with pytest.raises(BcsError, match=message):
            draft_data(draft, box.ledger)
    for nothing in (None, rpc.Transaction(), rpc.Transaction(kind=rpc.TransactionKind())):
        with pytest.raises(BcsError, match="programmable"):
            draft_data(nothing, box.ledger)
    with pytest.raises(BcsError, match="empty one"):
        parse_command(rpc.Command())
    with pytest.raises(BcsError, match="got none"):
        parse_command(rpc.Command(split_coins=rpc.SplitCoins()))


def test_gas_is_chosen_for_who_has_not(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.send(box.bob.address, program.split(sui.GasCoin(), 5)[0])
    data = box.data(program)
    undecided = dataclasses.replace(data, gas=sui.GasData((), box.alice.address, 0, 0))
    chosen = simulate(box.ledger, undecided, select_gas=True).data
    assert len(chosen.gas.payment) == len(box.coins(box.alice)) == 5
    assert chosen.gas.price == 1000
    record = box.ledger.execute(chosen, (box.alice.sign(chosen),))
    assert record.outcome.status == sui.Success()
    # the least computation, the deposit of one more coin (130 bytes at 7600), and 1000 units to spare
    assert chosen.gas.budget == 1_000_000 + 988_000 + 1_000_000
    imagined = simulate(box.ledger, undecided, select_gas=False)
    assert imagined.executed.effects.status == sui.Success()


def test_signatures_come_in_two_forms(box: Sandbox) -> None:
    raw = box.alice.sign_digest(bytes(32))
    message = signature_message(raw)
    assert signature_bytes(message) == raw
    message.bcs = None
    assert all_signatures([message]) == (raw,)
    for bad in ([], [message] * 3, [rpc.UserSignature()]):
        with pytest.raises(GRPCError):
            all_signatures(bad)


def test_pure_inputs_stay_as_they_are(box: Sandbox) -> None:
    program = Program()
    program.pure(U64, 7)
    message = program_message(program.build()).inputs[0]
    assert (message.kind, message.pure) == (rpc.InputInputKind.PURE, encode(U64, 7))
