"""Private entry functions take nothing that is entangled with a value which must be handed back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chain.sandbox import Program, Sandbox
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import Argument

RULES = Path(__file__).parent / "rules"


@dataclass
class Rules:
    """The published package of `rules/` and a program that uses it."""

    package: bytes
    saucer: bytes
    program: Program

    def call(self, function: str, *arguments: Argument) -> Argument:
        return self.program.call(self.package, f"rules::{function}", *arguments)


@pytest.fixture
def rules(box: Sandbox) -> Rules:
    made = box.publish(RULES)
    return Rules(made.package, box.created(made.record, "Saucer")[0], Program())


def finish(box: Sandbox, rules: Rules, *cups: Argument) -> None:
    for cup in cups:
        rules.call("smash", cup)
    box.succeed(rules.program)


def refused(box: Sandbox, rules: Rules, argument: int) -> None:
    kind = sui.InvalidArgumentToPrivateEntryFunction()
    assert box.fail(rules.program).error == sui.CommandArgumentError(argument, kind)


def test_while_a_loan_is_open_its_source_cannot_be_used(box: Sandbox, rules: Rules) -> None:
    cup = rules.call("cup")
    loan = rules.call("borrow", cup)
    rules.call("privately", cup)
    rules.call("repay", loan)
    rules.call("smash", cup)
    refused(box, rules, 0)


def test_after_the_loan_it_can(box: Sandbox, rules: Rules) -> None:
    cup = rules.call("cup")
    rules.call("repay", rules.call("borrow", cup))
    rules.call("privately", cup)
    finish(box, rules, cup)


def test_who_takes_the_loan_may_take_its_source(box: Sandbox, rules: Rules) -> None:
    cup = rules.call("cup")
    rules.call("privately_repay", cup, rules.call("borrow", cup))
    finish(box, rules, cup)


def test_one_of_two_loans_is_not_enough(box: Sandbox, rules: Rules) -> None:
    cup = rules.call("cup")
    first, second = rules.call("borrow", cup), rules.call("borrow", cup)
    rules.call("privately_repay", cup, first)
    rules.call("repay", second)
    rules.call("smash", cup)
    refused(box, rules, 0)


def test_public_functions_do_not_mind(box: Sandbox, rules: Rules) -> None:
    cup = rules.call("cup")
    loan = rules.call("borrow", cup)
    rules.call("openly", cup)
    rules.call("fill", cup, rules.program.pure(U64, 3))
    rules.call("repay", loan)
    finish(box, rules, cup)


def test_values_that_met_share_their_fate(box: Sandbox, rules: Rules) -> None:
    lender, witness, stranger = rules.call("cup"), rules.call("cup"), rules.call("cup")
    loan = rules.call("borrow", lender)
    rules.call("privately", stranger)
    rules.call("touch", lender, witness)
    rules.call("privately", witness)
    rules.call("repay", loan)
    for cup in (lender, witness, stranger):
        rules.call("smash", cup)
    refused(box, rules, 0)


def test_plain_numbers_entangle_nothing(box: Sandbox, rules: Rules) -> None:
    lender, other = rules.call("cup"), rules.call("cup")
    number = rules.program.pure(U64, 3)
    loan = rules.call("borrow", lender)
    rules.call("fill", lender, number)
    rules.call("fill", other, number)
    rules.call("privately", other)
    rules.call("repay", loan)
    finish(box, rules, lender, other)


def test_a_shared_object_that_was_taken_is_never_done_with(box: Sandbox, rules: Rules) -> None:
    cup = rules.call("cup")
    rules.call("pour_away", rules.program.shared(box.object(rules.saucer)), cup)
    rules.call("privately", cup)
    rules.call("smash", cup)
    refused(box, rules, 0)


def test_objects_that_nothing_is_borrowed_from_are_free(box: Sandbox, rules: Rules) -> None:
    cup = rules.call("cup")
    rules.program.send(box.alice.address, cup)
    (made,) = box.created(box.succeed(rules.program), "Cup")
    rules.program = Program()
    rules.call("privately", rules.program.owned(box.ref(made)))
    box.succeed(rules.program)
    assert int.from_bytes(box.contents(made)[32:], "little") == 1
