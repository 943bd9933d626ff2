"""What is refused without a look at any object: form, size, time. The limits are those of Sui's protocol."""

from __future__ import annotations

import dataclasses

import pytest

from tests.chain.sandbox import STD, Program, Sandbox
from walrus_localnet.chain.errors import NotOffered, TransactionRejected
from walrus_localnet.chain.rpc.expirations import expiration_message, parse_expiration
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import DatatypeTag, StructTag, TypeTag, U8Tag, U64Tag, VectorTag
from walrus_sui.errors import BcsError

AMOUNT = sui.Pure(encode(U64, 1))
ONE = sui.Input(0)


def of(*commands: sui.Command, inputs: tuple[sui.CallArg, ...] = (AMOUNT,)) -> Program:
    program = Program()
    program.inputs += inputs
    program.commands += commands
    return program


def options(*inner: TypeTag) -> TypeTag:
    return DatatypeTag(StructTag(STD, "option", "Option", inner))


def nested(levels: int) -> TypeTag:
    tag: TypeTag = U64Tag()
    for _ in range(levels):
        tag = VectorTag(tag)
    return tag


def empty_vector(*type_args: TypeTag) -> sui.Command:
    return sui.MoveCall(STD, "vector", "empty", type_args, ())


def refused(box: Sandbox, program: Program) -> str:
    head = box.ledger.head
    with pytest.raises(TransactionRejected) as caught:
        box.run(program)
    assert box.ledger.head is head
    return caught.value.message


@pytest.mark.parametrize(
    "command",
    [
        sui.TransferObjects((), ONE),
        sui.SplitCoins(sui.GasCoin(), ()),
        sui.MergeCoins(sui.GasCoin(), ()),
        sui.MakeMoveVec(None, ()),
        sui.Publish((), ()),
        sui.Upgrade((), (), STD, ONE),
    ],
    ids=lambda command: type(command).__name__,
)
def test_commands_with_nothing_to_do(box: Sandbox, command: sui.Command) -> None:
    assert refused(box, of(command)) == "expected command 0 to have something to work on, got nothing"


def test_a_vector_of_a_stated_type_may_be_empty(box: Sandbox) -> None:
    box.succeed(of(sui.MakeMoveVec(U64Tag(), ())))


@pytest.mark.parametrize(
    "kind", [sui.MoveCall, sui.TransferObjects, sui.SplitCoins, sui.MergeCoins, sui.MakeMoveVec]
)
def test_a_command_takes_511_arguments_at_most(box: Sandbox, kind: type[sui.Command]) -> None:
    def command(count: int) -> sui.Command:
        many = (ONE,) * count
        match kind:
            case sui.MoveCall:
                return sui.MoveCall(STD, "vector", "empty", (U8Tag(),), many)
            case sui.TransferObjects:
                return sui.TransferObjects(many, ONE)
            case sui.SplitCoins:
                return sui.SplitCoins(sui.GasCoin(), many)
            case sui.MergeCoins:
                return sui.MergeCoins(sui.GasCoin(), many)
            case _:
                return sui.MakeMoveVec(U64Tag(), many)

    assert refused(box, of(command(512))) == "expected fewer than 512 arguments of a command, got 512"
    box.run(of(command(511)), budget=10**10)  # whatever comes of it


@pytest.mark.parametrize(
    "tags",
    [(U8Tag(),) * 16, (nested(15),), (options(*[U64Tag()] * 15),), (options(U8Tag()),) * 8, (nested(400),)],
    ids=["many", "deep", "wide", "together", "very deep"],
)
def test_types_in_types_count(box: Sandbox, tags: tuple[TypeTag, ...]) -> None:
    message = "expected fewer than 16 type arguments of a command, got 16"
    assert refused(box, of(empty_vector(*tags))) == message
    assert refused(box, of(sui.MakeMoveVec(tags[0], ()), empty_vector(*tags))) == message


def test_fifteen_types_are_fine(box: Sandbox) -> None:
    box.succeed(of(empty_vector(nested(14))))


def test_transactions_have_limits(box: Sandbox) -> None:
    nothing = sui.MakeMoveVec(U8Tag(), ())
    assert refused(box, of(*[nothing] * 1025)) == "expected at most 1024 commands, got 1025"
    box.succeed(of(*[nothing] * 1024))
    long = sui.Pure(bytes(16 * 1024))
    assert (
        refused(box, of(nothing, inputs=(long,))) == "expected fewer than 16384 bytes of a pure input, got 16384"
    )
    parts = (sui.Pure(bytes(16_000)),) * 9
    assert "expected at most 131072 bytes, got" in refused(box, of(nothing, inputs=parts))
    assert refused(box, of()) == "expected at least one command, got none"
    publishing = [sui.Publish((b"x",), ())] * 6
    assert refused(box, of(*publishing)) == "expected at most 5 packages to publish, got 6"


def test_values_are_no_objects(box: Sandbox) -> None:
    """More than 2,048 inputs may be values; of objects there may be no more, and gas is one."""
    nothing = sui.MakeMoveVec(U8Tag(), ())
    box.succeed(of(nothing, inputs=(AMOUNT,) * 3000))
    shared = sui.ObjectInput(sui.SharedObject(bytes(32), 1, 0))
    assert refused(box, of(nothing, inputs=(shared,) * 2048)) == "expected at most 2048 input objects, got 2049"


def during(box: Sandbox, first: int | None, last: int | None, chain: bytes | None = None) -> sui.ValidDuring:
    return sui.ValidDuring(first, last, None, None, chain or box.ledger.chain_id, 7)


def executed(box: Sandbox, expiration: sui.Expiration) -> None:
    program = Program()
    program.send(box.bob.address, *program.split(sui.GasCoin(), 5))
    data = dataclasses.replace(box.data(program), expiration=expiration)
    box.ledger.execute(data, (box.alice.sign(data),))


def test_a_validity_of_two_epochs(box: Sandbox) -> None:
    executed(box, during(box, 0, 1))
    box.ledger.advance_epoch()
    executed(box, during(box, 0, 1))
    executed(box, during(box, 1, 1))
    box.ledger.advance_epoch()
    with pytest.raises(TransactionRejected, match="expected a validity that includes epoch 2, got 0 to 1"):
        executed(box, during(box, 0, 1))
    with pytest.raises(TransactionRejected, match="expected a validity that includes epoch 2, got 3 to 4"):
        executed(box, during(box, 3, 4))


@pytest.mark.parametrize(("first", "last"), [(0, 2), (1, 0), (None, 0), (0, None), (None, None)])
def test_validities_of_no_or_many_epochs(box: Sandbox, first: int | None, last: int | None) -> None:
    with pytest.raises(TransactionRejected, match=f"of one epoch, or of two that follow, got {first} to {last}"):
        executed(box, during(box, first, last))


def test_validities_elsewhere_and_by_the_clock(box: Sandbox) -> None:
    with pytest.raises(TransactionRejected, match="expected a transaction for the chain"):
        executed(box, during(box, 0, 0, bytes(32)))
    with pytest.raises(NotOffered, match="expirations by timestamp"):
        executed(box, sui.ValidDuring(0, 0, 5, None, box.ledger.chain_id, 7))


@pytest.mark.parametrize(
    "expiration",
    [sui.NoExpiration(), sui.ExpiresAfterEpoch(9), sui.ValidDuring(3, 4, None, None, b"\x07" * 32, 5)],
    ids=lambda expiration: type(expiration).__name__,
)
def test_expirations_survive_as_messages(expiration: sui.Expiration) -> None:
    assert parse_expiration(expiration_message(expiration)) == expiration


def test_a_validity_needs_its_chain_and_nonce() -> None:
    message = expiration_message(sui.ValidDuring(3, 4, None, None, b"\x07" * 32, 5))
    message.nonce = None
    with pytest.raises(BcsError, match="expected a validity with its chain and nonce"):
        parse_expiration(message)
