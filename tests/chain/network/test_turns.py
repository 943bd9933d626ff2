"""Long executions: nobody else waits for one, and what comes of it is what comes of any other."""

from __future__ import annotations

import asyncio

import pytest

from tests.chain.rpc_client import call
from tests.chain.sandbox import PLAYGROUND, Playground, Program, Sandbox
from walrus_localnet.chain.execution import TakesLong
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.turns import SOON, Turns
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import TransactionDataV1

BUDGET = 100_000_000
"""MIST; pays for 5,000,000 instructions, some tenths of a second."""


def endless(box: Sandbox, play: Playground, budget: int = BUDGET) -> TransactionDataV1:
    program = Program()
    program.call(play.package, "toys::forever")
    return box.data(program, budget=budget)


def execution(box: Sandbox, data: TransactionDataV1) -> rpc.ExecuteTransactionRequest:
    return rpc.ExecuteTransactionRequest(
        transaction=rpc.Transaction(bcs=rpc.Bcs(value=data.to_bytes())),
        signatures=[rpc.UserSignature(bcs=rpc.Bcs(value=box.alice.sign(data)))],
    )


async def test_others_are_answered_while_a_transaction_runs_endlessly(
    network: LocalSui, box: Sandbox, play: Playground
) -> None:
    service = "TransactionExecutionService"
    data = endless(box, play, 4 * BUDGET)
    simulated = asyncio.create_task(
        call(
            network.url,
            service,
            "SimulateTransaction",
            rpc.SimulateTransactionRequest(transaction=rpc.Transaction(bcs=rpc.Bcs(value=data.to_bytes()))),
        )
    )
    executed = asyncio.create_task(call(network.url, service, "ExecuteTransaction", execution(box, data)))
    height = network.ledger.head.summary.sequence_number
    for _ in range(3):
        info = await call(network.url, "LedgerService", "GetServiceInfo", rpc.GetServiceInfoRequest())
        assert info.checkpoint_height == height
        assert not executed.done()
    for answer in await asyncio.gather(simulated, executed):
        error = answer.transaction.effects.status.error
        assert error.kind == rpc.ExecutionErrorExecutionErrorKind.INSUFFICIENT_GAS
    assert network.ledger.head.summary.sequence_number == height + 1


async def test_the_outcome_is_the_same_on_either_way(box: Sandbox, play: Playground) -> None:
    data = endless(box, play)
    signatures = (box.alice.sign(data),)
    before = box.ledger.head.summary.sequence_number
    aside = await Turns(box.ledger).execute(data, signatures)
    box.ledger.revert(before)
    at_once = box.ledger.execute(data, signatures)
    assert aside.outcome == at_once.outcome
    assert isinstance(aside.outcome.status, sui.Failure)
    assert aside.outcome.gas_used.computation_cost == BUDGET


async def test_a_hurried_execution_that_is_given_up_leaves_nothing(box: Sandbox, play: Playground) -> None:
    data, head = endless(box, play), box.ledger.head
    with pytest.raises(TakesLong), box.ledger.executor.hurried(SOON):
        box.ledger.execute(data, (box.alice.sign(data),))
    assert box.ledger.head is head
    box.publish(PLAYGROUND)  # what is not hurried may take its time


async def test_publishing_is_never_hurried(box: Sandbox) -> None:
    program = Program()
    code = tuple(path.read_bytes() for path in sorted(PLAYGROUND.glob("*.mv")))
    program.send(
        box.alice.address, program.add(sui.Publish(code, (sui.parse_address("0x1"), sui.parse_address("0x2"))))
    )
    data = box.data(program)
    with pytest.raises(TakesLong), box.ledger.executor.hurried(SOON):
        box.ledger.simulate(data)
    record = await Turns(box.ledger).execute(data, (box.alice.sign(data),))
    assert isinstance(record.outcome.status, sui.Success)


async def test_a_ledger_that_changed_meanwhile_is_asked_again(
    network: LocalSui, box: Sandbox, play: Playground
) -> None:
    data = endless(box, play)
    running = asyncio.create_task(Turns(box.ledger).execute(data, (box.alice.sign(data),)))
    await asyncio.sleep(0)  # it is in its thread now
    network.faucet.fund(box.bob.address)
    funded = network.ledger.head
    record = await running
    assert record.checkpoint == funded.summary.sequence_number + 1


async def test_giving_up_waiting_changes_nothing(box: Sandbox, play: Playground) -> None:
    turns, data, head = Turns(box.ledger), endless(box, play), box.ledger.head
    running = asyncio.create_task(turns.execute(data, (box.alice.sign(data),)))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert box.ledger.head is head
    assert (await turns.run(lambda: 5)) == 5
