"""JSON as inputs: the bytes follow from the parameters they are given for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chain.sandbox import Playground, Program, Sandbox
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.ptb.pure import OBJECT_ID, STRING
from walrus_localnet.chain.rpc.execution_service import ExecutionService
from walrus_localnet.chain.rpc.json import to_message
from walrus_localnet.chain.rpc.literals import literal_bytes
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.programs import program_message
from walrus_localnet.vm import ADDRESS, BOOL, U8, U64, Datatype, Type, Vector
from walrus_localnet.vm.types import U256
from walrus_sui.bcs import U64 as BCS_U64
from walrus_sui.bcs import encode, sui
from walrus_sui.bcs.sui import format_address, parse_address
from walrus_sui.errors import BcsError

OPTION = Datatype(parse_address("0x1"), "option", "Option", (U64,))
ONE = bytes(31) + b"\x01"


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (True, BOOL, b"\x01"),
        (7, U8, b"\x07"),
        ("7", U8, b"\x07"),
        (7, U64, b"\x07" + bytes(7)),
        (str(2**64 - 1), U64, b"\xff" * 8),
        (str(2**256 - 1), U256, b"\xff" * 32),
        ("0x1", ADDRESS, ONE),
        ("0x1", OBJECT_ID, ONE),
        ("späť", STRING, b"\x06sp\xc3\xa4\xc5\xa5"),
        ("AQI=", Vector(U8), b"\x02\x01\x02"),
        ([1, 2], Vector(U8), b"\x02\x01\x02"),
        ([["a"], []], Vector(Vector(STRING)), b"\x02\x01\x01a\x00"),
        (None, OPTION, b"\x00"),
        (3, OPTION, b"\x01\x03" + bytes(7)),
    ],
)
def test_what_the_bytes_are(value: Any, type_: Type, expected: bytes) -> None:
    assert literal_bytes(to_message(value), [type_]) == expected


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (256, U8), (-1, U8), (1.5, U8), ("x", U64), ("-1", U64), ("0x10", U64), (True, U64), (2**60, U64),
        ("²", U64), (1, BOOL), ("true", BOOL), (5, ADDRESS), ("nobody", ADDRESS), (5, STRING), ("%", Vector(U8)),
        (1, Vector(U8)), (None, U64), ({"a": 1}, U64), (float("inf"), U64), (float("nan"), U64),
        ({"id": "0x1"}, Datatype(ONE, "toys", "Toy")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(value: Any, type_: Type) -> None:
    with pytest.raises(BcsError, match="expected"):
        literal_bytes(to_message(value), [type_])


def test_a_literal_used_twice_must_be_the_same() -> None:
    assert literal_bytes(to_message("0x1"), [ADDRESS, OBJECT_ID]) == ONE
    with pytest.raises(BcsError, match="different bytes"):
        literal_bytes(to_message(7), [U8, U64])
    with pytest.raises(BcsError, match="none does"):
        literal_bytes(to_message(7), [])


async def test_a_transaction_of_literals_is_resolved(box: Sandbox, play: Playground) -> None:
    program = Program()
    given: list[Any] = ["walrus", 7, "12", None, [1, 2, 3], format_address(box.bob.address), play.counter.hex()]
    name, size, amount, option, numbers, recipient, counter = (program.pure(bytes, b"") for _ in given)
    toy = program.call(play.package, "toys::make", name, size)
    program.call(play.package, "toys::optional", option, counter)
    vector = program.add(sui.MakeMoveVec(sui.U64Tag(), (size, amount)))
    program.call(play.package, "toys::sum", vector, counter)
    program.call(play.package, "toys::sum", numbers, counter)
    program.add(sui.SplitCoins(sui.GasCoin(), (amount,)))
    program.add(sui.TransferObjects((toy, sui.NestedResult(5, 0)), recipient))
    message = program_message(program.build())
    literals = [rpc.Input(literal=to_message(value)) for value in given[:-1]]
    message.inputs = [*literals, rpc.Input(object_id=format_address(play.counter))]
    answer = await ExecutionService(box.ledger, CheckpointFeed(box.ledger)).simulate_transaction(
        rpc.SimulateTransactionRequest(
            transaction=rpc.Transaction(
                kind=rpc.TransactionKind(programmable_transaction=message),
                sender=format_address(box.alice.address),
            ),
            do_gas_selection=True,
            read_mask=protobuf.FieldMask(paths=["transaction.effects.status", "transaction.transaction"]),
        )
    )
    assert answer.transaction.effects.status.success
    resolved = answer.transaction.transaction.kind.programmable_transaction.inputs
    numbers_bcs = b"\x03" + b"".join(encode(BCS_U64, number) for number in (1, 2, 3))
    assert [item.pure for item in resolved[:-1]] == [
        b"\x06walrus", encode(BCS_U64, 7), encode(BCS_U64, 12), b"\x00", numbers_bcs, box.bob.address,
    ]  # fmt: skip
    assert resolved[-1].mutable
