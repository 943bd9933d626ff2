"""What transactions cost. Expected numbers are Sui's formulas worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chain.sandbox import Playground, Program, Sandbox
from tests.chain.test_objects import make, new_toy
from walrus_localnet.chain.bootstrap import open_ledger
from walrus_localnet.chain.errors import TransactionRejected
from walrus_localnet.chain.faucet import Faucet
from walrus_localnet.chain.genesis import FAUCET_FUNDS
from walrus_localnet.chain.objects import coin_balance, id_of, reference_of
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import GasCostSummary

GAS_COIN_DEPOSIT = 988_000  # 130 bytes at 7600 MIST


def test_a_transfer_costs_the_minimum_and_the_deposits(box: Sandbox) -> None:
    before = box.balance(box.alice)
    program = Program()
    program.send(box.bob.address, program.split(sui.GasCoin(), 5)[0])
    used = box.succeed(program).outcome.gas_used
    # one coin more; of the gas coin's old deposit 99 % come back, rounded
    assert used == GasCostSummary(1_000_000, 2 * GAS_COIN_DEPOSIT, 978_120, 9_880)
    assert box.balance(box.alice) == before - used.net - 5


def test_deposits_come_back_when_objects_go(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    # toy: 45 bytes of contents; type: 1 for the variant, 32 + 5 + 4 + 1; then 1 + 8 + 80
    deposit = 7600 * (45 + 1 + 32 + 5 + 4 + 1 + 1 + 8 + 80)
    assert box.object(toy).storage_rebate == deposit
    program = Program()
    program.call(play.package, "toys::destroy", program.owned(box.ref(toy)))
    used = box.succeed(program).outcome.gas_used
    held = deposit + GAS_COIN_DEPOSIT
    assert used.storage_cost == GAS_COIN_DEPOSIT
    assert used.storage_rebate + used.non_refundable_storage_fee == held
    assert used.storage_rebate == (held * 99 + 50) // 100


def test_several_gas_coins_become_one(box: Sandbox) -> None:
    coins = box.coins(box.alice)
    before = box.balance(box.alice)
    program = Program()
    program.split(sui.GasCoin(), 1)
    program.send(box.bob.address, sui.NestedResult(0, 0))
    record = box.run(program, gas=[reference_of(coin) for coin in coins])
    assert [id_of(coin) for coin in box.coins(box.alice)] == [id_of(coins[0])]
    assert box.balance(box.alice) == before - 1 - record.outcome.gas_used.net
    gone = {c.object_id for c in record.outcome.changed_objects if c.id_operation == sui.Deleted()}
    assert gone == {id_of(coin) for coin in coins[1:]}


def test_a_failure_charges_gas_and_changes_nothing_else(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    contents, before = box.contents(toy), box.balance(box.alice)
    program = Program()
    program.call(play.package, "uses::twice", program.owned(box.ref(toy)))
    program.send(box.bob.address, program.split(sui.GasCoin(), 100)[0])
    program.call(play.package, "toys::fail")
    record = box.run(program)
    failure = record.outcome.status
    assert isinstance(failure, sui.Failure)
    assert failure.command == 3
    assert isinstance(failure.error, sui.MoveAbort)
    assert failure.error.code == 7
    assert failure.error.location.function_name == "fail"
    assert failure.error.location.module == sui.ModuleId(play.package, "toys")
    assert box.contents(toy) == contents
    assert box.ref(toy).version == record.outcome.lamport_version
    assert record.outcome.gas_used.net > 0
    assert box.balance(box.alice) == before - record.outcome.gas_used.net
    assert record.events == ()


def test_an_endless_loop_ends_with_its_budget(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::forever")
    record = box.run(program, budget=20_000_000)
    assert record.outcome.status == sui.Failure(sui.InsufficientGas(), 0)
    assert record.outcome.gas_used.computation_cost == 20_000_000
    assert record.outcome.gas_used.net == 20_000_000


def test_storage_beyond_the_budget_does_not_happen(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.send(box.bob.address, *program.split(sui.GasCoin(), *[1] * 30))
    record = box.run(program, budget=10_000_000)
    assert record.outcome.status == sui.Failure(sui.InsufficientGas(), None)
    assert [c.id_operation for c in record.outcome.changed_objects] == [sui.NoIdOperation()]


def test_runtime_errors_say_where(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::divide", program.pure(U64, 0))
    error = box.fail(program).error
    assert isinstance(error, sui.MovePrimitiveRuntimeError)
    assert error.location is not None
    assert error.location.function_name == "divide"


def test_recursion_has_an_end(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::deep", program.pure(U64, 2**40))
    assert isinstance(box.fail(program).error, sui.MovePrimitiveRuntimeError)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"price": 999}, "gas price"),
        ({"price": 100_001}, "gas price"),
        ({"budget": 999_999}, "gas budget"),
        ({"budget": 50_000_000_001}, "gas budget"),
        ({"gas": []}, "gas coins"),
    ],
)
def test_gas_that_does_not_fit(box: Sandbox, options: dict[str, Any], message: str) -> None:
    program = Program()
    program.split(sui.GasCoin(), 1)
    with pytest.raises(TransactionRejected, match=message):
        box.run(program, **options)


def test_coins_worth_less_than_the_budget(box: Sandbox) -> None:
    program = Program()
    program.send(box.alice.address, program.split(sui.GasCoin(), 1000)[0])
    small = box.created(box.succeed(program), "Coin")[0]
    with pytest.raises(TransactionRejected, match="worth the budget"):
        box.run(program, gas=[box.ref(small)], budget=10**9)


def test_gas_is_not_paid_with_anything_else(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    make(program, play)
    with pytest.raises(TransactionRejected, match="SUI coin"):
        box.run(program, gas=[box.ref(toy)])


def test_a_sponsor_pays(box: Sandbox, play: Playground) -> None:
    mine, theirs = box.balance(box.alice), box.balance(box.bob)
    program = Program()
    program.send(box.alice.address, make(program, play))
    record = box.succeed(program, sponsor=box.bob)
    assert box.balance(box.alice) == mine
    assert box.balance(box.bob) == theirs - record.outcome.gas_used.net
    data = box.data(program, sponsor=box.bob)
    with pytest.raises(TransactionRejected, match="signatures"):
        box.ledger.execute(data, (box.alice.sign(data),))


def test_not_even_a_failure_can_be_paid() -> None:
    """The coin of genesis carries no deposit yet; the least budget does not pay for the one it would get."""
    ledger, key = open_ledger(None)
    faucet = Faucet(ledger, key)
    (coin,) = ledger.store.owned(faucet.address)
    program = Program()
    program.send(b"\2" * 32, program.split(sui.GasCoin(), 1)[0])
    payment = sui.GasData((reference_of(coin),), faucet.address, 1000, 1_000_000)
    data = sui.TransactionDataV1(program.build(), faucet.address, payment, sui.NoExpiration())
    signature = b"\0" + key.sign(data.signing_digest()).signature + bytes(key.verify_key)
    record = ledger.execute(data, (signature,))
    assert record.outcome.status == sui.Failure(sui.InsufficientGas(), None)
    assert record.outcome.gas_used == GasCostSummary(1_000_000, 0, 0, 0)
    (left,) = ledger.store.owned(faucet.address)
    assert coin_balance(left) == FAUCET_FUNDS - 1_000_000
    assert left.storage_rebate == 0
    ledger.close()
