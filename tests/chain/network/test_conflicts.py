"""Several clients at once: of transactions that exclude each other one is executed, and every one in one epoch."""

from __future__ import annotations

import asyncio

from grpclib.const import Status
from grpclib.exceptions import GRPCError

from tests.chain.chain_check import Audit, check_money
from tests.chain.network.test_turns import endless, execution
from tests.chain.rpc_client import call
from tests.chain.sandbox import Playground, Program, Sandbox
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.objects import reference_of
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import TransactionDataV1

EFFECTS = protobuf.FieldMask(paths=["effects.epoch", "effects.status", "checkpoint"])


async def executed(network: LocalSui, box: Sandbox, data: TransactionDataV1) -> rpc.ExecutedTransaction | Status:
    """What a client of its own is told."""
    request = execution(box, data)
    request.read_mask = EFFECTS
    try:
        answer = await call(network.url, "TransactionExecutionService", "ExecuteTransaction", request)
    except GRPCError as error:
        return error.status if "is not available for consumption" in (error.message or "") else Status.UNKNOWN
    transaction = answer.transaction
    assert isinstance(transaction, rpc.ExecutedTransaction)
    return transaction


async def test_a_coin_is_spent_once_whoever_is_first(network: LocalSui, box: Sandbox) -> None:
    prize, *gas = map(reference_of, box.coins(box.alice))
    rivals = [box.account(name) for name in ("carol", "dave", "eve", "frank")]
    transactions = []
    for rival, coin in zip(rivals, gas, strict=True):
        program = Program()
        program.send(rival.address, program.owned(prize))
        transactions.append(box.data(program, gas=[coin]))
    answers = await asyncio.gather(*(executed(network, box, data) for data in transactions))
    assert sorted(answer is Status.INVALID_ARGUMENT for answer in answers) == [False, True, True, True]
    assert sorted(len(box.coins(rival)) for rival in rivals) == [5, 5, 5, 6]
    # who was refused paid nothing, and may spend the same gas on something else
    assert len(box.coins(box.alice)) == 4
    check_money(network.ledger)


async def test_one_transaction_sent_by_many_is_executed_once(network: LocalSui, box: Sandbox) -> None:
    program = Program()
    program.send(box.bob.address, *program.split(sui.GasCoin(), 5))
    data = box.data(program)
    answers = await asyncio.gather(*(executed(network, box, data) for _ in range(8)))
    assert {answer.checkpoint for answer in answers if isinstance(answer, rpc.ExecutedTransaction)} == {
        network.ledger.head.summary.sequence_number
    }
    assert len(box.coins(box.bob)) == 6


async def test_every_transaction_is_of_the_epoch_of_its_checkpoint(
    network: LocalSui, box: Sandbox, play: Playground
) -> None:
    """Epochs end while transactions come in, and while one runs that takes long."""
    long = asyncio.create_task(executed(network, box, endless(box, play)))
    people = [box.account(name) for name in ("carol", "dave", "eve")]

    async def pay(number: int) -> rpc.ExecutedTransaction | Status:
        program = Program()
        program.send(people[number].address, *program.split(sui.GasCoin(), 5))
        gas = [reference_of(box.coins(box.alice)[1 + number])]
        return await executed(network, box, box.data(program, gas=gas))

    payments = []
    for number in range(len(people)):
        payments.append(asyncio.create_task(pay(number)))
        await asyncio.sleep(0)
        network.ledger.advance_epoch()
    answers = await asyncio.gather(*payments, long)
    for answer in answers:
        assert isinstance(answer, rpc.ExecutedTransaction)
        assert answer.effects is not None
        assert answer.checkpoint is not None
        checkpoint = network.ledger.store.checkpoint(answer.checkpoint)
        assert checkpoint is not None
        assert answer.effects.epoch == checkpoint.summary.epoch
    assert network.ledger.epoch == len(people)
    Audit().follow(network.ledger)
    check_money(network.ledger)
