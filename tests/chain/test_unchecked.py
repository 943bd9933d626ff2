"""Simulations without checks find out what no transaction may do, and leave no trace."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chain.sandbox import STD, SUI, Playground, Program, Sandbox
from tests.chain.test_objects import new_toy
from walrus_localnet.chain.errors import TransactionRejected
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.rpc.execution_service import ExecutionService
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.programs import program_message
from walrus_localnet.chain.simulation import simulate
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import Argument, GasData, NoExpiration, Success, TransactionDataV1, TypeTag

SUI_TAG = TypeTag.parse("0x2::sui::SUI")


def run(box: Sandbox, program: Program, *, checks: bool = False) -> Any:
    """The simulation's outcome; who sends and pays is left open, as it does not matter."""
    data = TransactionDataV1(program.build(), box.alice.address, GasData((), bytes(32), 0, 0), NoExpiration())
    before = box.ledger.head
    executed = simulate(box.ledger, data, select_gas=False, keep_outputs=True, checks=checks).executed
    assert box.ledger.head == before
    return executed


def returned(executed: Any, command: int = -1) -> list[bytes]:
    assert executed.effects.status == Success(), executed.effects.status
    return [value for _, value in executed.outputs[command].returned]


def test_any_function_can_be_called(box: Sandbox, play: Playground) -> None:
    program = Program()
    counter = program.shared(box.object(play.counter))
    program.call(play.package, "toys::not_for_you", counter)
    assert isinstance(run(box, program, checks=True).effects.status, sui.Failure)
    assert run(box, program).effects.status == Success()


def test_references_come_back_as_what_they_refer_to(box: Sandbox) -> None:
    program = Program()
    program.call(STD, "string::as_bytes", program.pure(str, "walrus"))
    coin = box.coins(box.alice)[0]
    program.call(SUI, "coin::balance", program.owned(sui.ObjectRef(*_reference(coin))), type_args=[SUI_TAG])
    executed = run(box, program)
    assert returned(executed, 0) == [b"\x06walrus"]
    assert returned(executed, 1) == [encode(U64, 200 * 10**9)]
    status = run(box, program, checks=True).effects.status
    assert status == sui.Failure(sui.InvalidPublicFunctionReturnType(0), 0)


def test_values_of_any_type_are_made_of_bytes(box: Sandbox, play: Playground) -> None:
    """Here a toy that was never made."""
    program = Program()
    toy = program.input(sui.Pure(bytes(32) + b"\x03new" + encode(U64, 5)))
    program.call(play.package, "toys::size", toy)
    assert returned(run(box, program)) == [encode(U64, 5)]
    status = run(box, program, checks=True).effects.status
    assert status == sui.Failure(sui.CommandArgumentError(0, sui.InvalidUsageOfPureArgument()), 0)


def test_bytes_that_are_no_value_still_fail(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::size", program.input(sui.Pure(b"too short")))
    status = run(box, program).effects.status
    assert status == sui.Failure(sui.CommandArgumentError(0, sui.InvalidBcsBytes()), 0)


def test_objects_of_others_can_be_used(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    program.send(box.bob.address, program.owned(box.ref(toy)))
    box.succeed(program)
    program = Program()
    program.call(play.package, "uses::twice", program.owned(box.ref(toy)))
    assert run(box, program).effects.status == Success()
    with pytest.raises(TransactionRejected, match="to be owned by"):
        run(box, program, checks=True)


def test_what_is_left_over_is_dropped(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::borrow_loan", program.pure(U64, 5))
    assert run(box, program).effects.status == Success()
    assert isinstance(run(box, program, checks=True).effects.status, sui.Failure)


def test_a_child_is_no_input_even_so(box: Sandbox, play: Playground) -> None:
    parent, child = new_toy(box, play), new_toy(box, play)
    program = Program()
    program.call(play.package, "toys::attach", *_attachment(program, box.ref(parent), box.ref(child)))
    box.succeed(program)
    program = Program()
    program.call(play.package, "toys::size", program.owned(box.ref(child)))
    with pytest.raises(TransactionRejected, match="a child of"):
        run(box, program)


def test_gas_is_counted_but_not_paid(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::deep", program.pure(U64, 10))
    assert run(box, program).effects.gas_used.computation_cost > 0


async def test_it_is_asked_for_by_the_request(box: Sandbox, play: Playground) -> None:
    """Objects may be named by id alone, and gas selection is ignored."""
    program = Program()
    program.call(play.package, "toys::not_for_you", program.shared(box.object(play.counter)))
    message = program_message(program.build())
    for item in message.inputs:
        item.kind, item.version, item.digest = None, None, None
    service = ExecutionService(box.ledger, CheckpointFeed(box.ledger))
    for checks in rpc.SimulateTransactionRequestTransactionChecks:
        answer = await service.simulate_transaction(
            rpc.SimulateTransactionRequest(
                transaction=rpc.Transaction(
                    kind=rpc.TransactionKind(programmable_transaction=message),
                    sender=sui.format_address(box.alice.address),
                ),
                checks=checks,
                do_gas_selection=True,
                read_mask=protobuf.FieldMask(paths=["transaction.effects.status", "transaction.transaction"]),
            )
        )
        unchecked = checks == rpc.SimulateTransactionRequestTransactionChecks.DISABLED
        assert answer.transaction.effects.status.success is unchecked
        assert bool(answer.transaction.transaction.gas_payment.objects) is not unchecked


def _attachment(program: Program, parent: sui.ObjectRef, child: sui.ObjectRef) -> tuple[Argument, ...]:
    return program.owned(parent), program.pure(U64, 1), program.owned(child)


def _reference(obj: sui.Object) -> tuple[bytes, int, bytes]:
    assert isinstance(obj.data, sui.MoveObject)
    return obj.data.contents[:32], obj.data.version, obj.digest()
