"""Commands of programmable transactions and the rules for their arguments."""

from __future__ import annotations

import pytest

from tests.chain.sandbox import CLOCK, STD, SUI, Playground, Program, Sandbox, modules
from tests.chain.test_objects import make, new_toy, toy_size
from walrus_localnet.chain.errors import TransactionRejected
from walrus_localnet.chain.objects import coin_balance, reference_of
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import Argument, CommandArgumentError, ExecutionFailure, TypeTag

SUI_TAG = TypeTag.parse("0x2::sui::SUI")


def counter_value(box: Sandbox, play: Playground) -> int:
    return int.from_bytes(box.contents(play.counter)[32:40], "little")


def test_coins_are_split_merged_and_sent(box: Sandbox) -> None:
    program = Program()
    one, two, three = program.split(sui.GasCoin(), 10, 20, 30)
    program.add(sui.MergeCoins(one, (two, three)))
    program.send(box.bob.address, one)
    record = box.succeed(program)
    coin = box.created(record, "Coin")
    assert [coin_balance(box.object(object_id)) for object_id in coin] == [60]


def test_the_whole_gas_coin_can_be_sent(box: Sandbox) -> None:
    before = box.balance(box.bob)
    gas = box.coins(box.alice)[0]
    program = Program()
    program.send(box.bob.address, sui.GasCoin())
    record = box.succeed(program)
    assert box.balance(box.bob) == before + (coin_balance(gas) or 0) - record.outcome.gas_used.net


def test_the_budget_cannot_be_spent(box: Sandbox) -> None:
    gas = box.coins(box.alice)[0]
    program = Program()
    program.send(box.bob.address, program.split(sui.GasCoin(), coin_balance(gas) or 0)[0])
    assert box.fail(program) == sui.Failure(sui.InsufficientCoinBalance(), 0)


def test_move_calls_halve_coins_of_any_type(box: Sandbox, play: Playground) -> None:
    program = Program()
    coin = program.split(sui.GasCoin(), 100)[0]
    half = program.call(play.package, "uses::half", coin, type_args=[SUI_TAG])
    program.send(box.bob.address, coin, half)
    coins = box.created(box.succeed(program), "Coin")
    assert [coin_balance(box.object(object_id)) for object_id in coins] == [50, 50]


@pytest.mark.parametrize(("value", "expected"), [(None, 99), (5, 5)])
def test_options_are_pure(box: Sandbox, play: Playground, value: int | None, expected: int) -> None:
    program = Program()
    option = program.pure(U64 | None, value)
    program.call(play.package, "toys::optional", option, program.shared(box.object(play.counter)))
    box.succeed(program)
    assert counter_value(box, play) == expected


def test_vectors_are_made_of_pure_values_and_of_objects(box: Sandbox, play: Playground) -> None:
    program = Program()
    counter = program.shared(box.object(play.counter))
    numbers = program.add(sui.MakeMoveVec(sui.U64Tag(), tuple(program.pure(U64, n) for n in (1, 2, 4))))
    program.call(play.package, "toys::sum", numbers, counter)
    box.succeed(program)
    assert counter_value(box, play) == 7

    toy = new_toy(box, play, size=10)
    program = Program()
    counter = program.shared(box.object(play.counter))
    toys = program.add(sui.MakeMoveVec(None, (program.owned(box.ref(toy)), make(program, play, size=20))))
    program.call(play.package, "toys::total_size", toys, counter)
    box.succeed(program)
    assert counter_value(box, play) == 30


def test_bytes_make_a_vector_of_u8(box: Sandbox) -> None:
    program = Program()
    values = tuple(program.input(sui.Pure(bytes([value]))) for value in (1, 2))
    text = program.add(sui.MakeMoveVec(sui.U8Tag(), values))
    program.call(STD, "string::utf8", text)
    box.succeed(program)


def test_private_entry_functions_can_be_called(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::only_entry", program.shared(box.object(play.counter)))
    box.succeed(program)
    assert counter_value(box, play) == 1000


def test_a_value_that_must_be_handed_back(box: Sandbox, play: Playground) -> None:
    program = Program()
    loan = program.call(play.package, "toys::borrow_loan", program.pure(U64, 1))
    program.call(play.package, "toys::repay", loan)
    box.succeed(program)

    program = Program()
    program.call(play.package, "toys::borrow_loan", program.pure(U64, 1))
    assert box.fail(program).error == sui.UnusedValueWithoutDrop(0, 0)


def failure(
    box: Sandbox, play: Playground, target: str, *arguments: Argument, program: Program
) -> ExecutionFailure:
    program.call(play.package, target, *arguments)
    return box.fail(program).error


def test_functions_that_may_not_be_called(box: Sandbox, play: Playground) -> None:
    program = Program()
    counter = program.shared(box.object(play.counter))
    assert failure(box, play, "toys::not_for_you", counter, program=program) == sui.NonEntryFunctionInvoked()
    assert failure(box, play, "toys::init", program=Program()) == sui.NonEntryFunctionInvoked()
    assert failure(box, play, "toys::nothing", program=Program()) == sui.FunctionNotFound()
    assert failure(box, play, "nowhere::nothing", program=Program()) == sui.FunctionNotFound()


@pytest.mark.parametrize("function", ["transfer::transfer", "transfer::share_object", "event::emit"])
def test_only_its_module_sends_and_announces_what_it_defines(box: Sandbox, function: str) -> None:
    coin = TypeTag.parse("0x2::coin::Coin<0x2::sui::SUI>")
    program = Program()
    arguments = [program.owned(reference_of(box.coins(box.alice)[-1]))]
    if function == "transfer::transfer":
        arguments.append(program.address(box.bob.address))
    program.call(SUI, function, *arguments, type_args=(coin,))
    assert box.fail(program).error == sui.NonEntryFunctionInvoked()


def test_wrong_arguments_are_named(box: Sandbox, play: Playground) -> None:
    def wrong(index: int, kind: sui.ArgumentErrorKind) -> CommandArgumentError:
        return CommandArgumentError(index, kind)

    program = Program()
    assert failure(box, play, "toys::make", program=program) == sui.ArityMismatch()
    program = Program()
    bad_text = program.pure(bytes, b"\xff")
    result = failure(box, play, "toys::make", bad_text, program.pure(U64, 1), program=program)
    assert result == wrong(0, sui.InvalidBcsBytes())
    program = Program()
    short = program.input(sui.Pure(b"\1"))
    result = failure(box, play, "toys::make", program.pure(str, "x"), short, program=program)
    assert result == wrong(1, sui.InvalidBcsBytes())
    program = Program()
    pure = program.pure(U64, 1)
    assert failure(box, play, "toys::destroy", pure, program=program) == wrong(0, sui.InvalidUsageOfPureArgument())
    program = Program()
    badge = program.owned(box.ref(play.badge))
    assert failure(box, play, "toys::destroy", badge, program=program) == wrong(0, sui.TypeMismatch())
    program = Program()
    assert failure(box, play, "toys::destroy", sui.Input(3), program=program) == wrong(0, sui.IndexOutOfBounds(3))
    program = Program()
    assert failure(box, play, "toys::destroy", sui.Result(0), program=program) == wrong(0, sui.IndexOutOfBounds(0))
    program = Program()
    assert failure(box, play, "uses::twice", sui.GasCoin(), program=program) == wrong(0, sui.TypeMismatch())


def test_type_arguments_are_checked(box: Sandbox, play: Playground) -> None:
    def run(*type_args: TypeTag) -> ExecutionFailure:
        program = Program()
        one, two = program.split(sui.GasCoin(), 1, 1)
        program.call(play.package, "toys::same", one, two, type_args=type_args)
        return box.fail(program).error

    assert run() == sui.TypeArityMismatch()
    assert run(sui.U64Tag()) == sui.TypeArgumentError(0, sui.ConstraintNotSatisfied())
    assert run(TypeTag.parse("0x2::sui::NOTHING")) == sui.TypeArgumentError(0, sui.TypeNotFound())


def test_a_moved_value_is_gone(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::destroy", given)
    program.call(play.package, "toys::size", given)
    assert box.fail(program) == sui.Failure(CommandArgumentError(0, sui.InvalidValueUsage()), 1)
    assert toy_size(box, toy) == 3


def test_a_value_is_not_borrowed_mutably_twice(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::attach", given, program.pure(U64, 1), given)
    assert box.fail(program).error == CommandArgumentError(2, sui.CannotMoveBorrowedValue())
    tag = TypeTag.parse(f"0x{play.package.hex()}::toys::Toy")
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::same", given, given, type_args=[tag])
    box.succeed(program)


def test_only_objects_with_store_are_sent(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.send(box.bob.address, program.owned(box.ref(play.badge)))
    assert box.fail(program).error == CommandArgumentError(0, sui.InvalidTransferArgument())


def test_the_gas_coin_is_not_taken_by_calls(box: Sandbox) -> None:
    program = Program()
    program.call(SUI, "pay::keep", sui.GasCoin(), type_args=[SUI_TAG])
    assert box.fail(program).error == CommandArgumentError(0, sui.InvalidGasCoinUsage())
    program = Program()
    coin = program.split(sui.GasCoin(), 5)[0]
    program.add(sui.MergeCoins(coin, (sui.GasCoin(),)))
    assert box.fail(program).error == CommandArgumentError(1, sui.InvalidGasCoinUsage())


def test_results_must_be_named_as_they_are(box: Sandbox) -> None:
    program = Program()
    program.split(sui.GasCoin(), 1, 2)
    program.send(box.bob.address, sui.Result(0))
    assert box.fail(program).error == CommandArgumentError(0, sui.InvalidResultArity(0))
    program = Program()
    program.split(sui.GasCoin(), 1)
    program.send(box.bob.address, sui.NestedResult(0, 1))
    assert box.fail(program).error == CommandArgumentError(0, sui.SecondaryIndexOutOfBounds(0, 1))


def test_the_clock_cannot_be_given_mutably(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::size", program.shared(box.object(CLOCK)))
    with pytest.raises(TransactionRejected, match="read-only"):
        box.run(program)


@pytest.mark.parametrize(
    ("dependencies", "error"),
    [
        ((STD,), sui.VmVerificationOrDeserializationError()),
        ((SUI,), sui.PublishUpgradeMissingDependency()),
        ((STD, SUI, b"\x55" * 32), sui.PublishUpgradeMissingDependency()),
    ],
)
def test_packages_with_wrong_dependencies(
    box: Sandbox, dependencies: tuple[bytes, ...], error: ExecutionFailure
) -> None:
    program = Program()
    program.send(box.alice.address, program.add(sui.Publish(modules(), dependencies)))
    assert box.fail(program).error == error


def test_packages_that_are_no_packages(box: Sandbox, play: Playground) -> None:
    for code in ((b"garbage",), (modules()[0][:-10],)):
        program = Program()
        program.send(box.alice.address, program.add(sui.Publish(code, (STD, SUI))))
        assert box.fail(program).error == sui.VmVerificationOrDeserializationError()
    published = box.object(play.package).data
    assert isinstance(published, sui.MovePackage)
    program = Program()
    program.send(box.alice.address, program.add(sui.Publish(tuple(published.modules.values()), (STD, SUI))))
    assert box.fail(program).error == sui.PublishErrorNonZeroAddress()


def test_payment_that_is_an_input_too(box: Sandbox) -> None:
    gas = reference_of(box.coins(box.alice)[0])
    program = Program()
    program.send(box.bob.address, program.owned(gas))
    with pytest.raises(TransactionRejected, match="more than once"):
        box.run(program, gas=[gas])


def test_encoding_of_the_amount_matters(box: Sandbox) -> None:
    program = Program()
    program.add(sui.SplitCoins(sui.GasCoin(), (program.input(sui.Pure(encode(U64, 1) + b"\0")),)))
    assert box.fail(program).error == CommandArgumentError(1, sui.InvalidBcsBytes())
