"""Random transactions against a small model of ownership and money: what should work does, what should not leaves
no trace but its fee, and after every step each object is where it should be, once."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.chain.chain_check import Audit, check_money
from tests.chain.model import Model, Outcome, Place, Toy
from tests.chain.sandbox import SUI, Account, Playground, Program, Sandbox, publish
from tests.scale import cases
from walrus_localnet.chain.errors import TransactionRejected
from walrus_localnet.chain.objects import id_of, version_of
from walrus_localnet.chain.records import TransactionRecord
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import (
    AddressOwner,
    Argument,
    ConsensusAddressOwner,
    ImmutableOwner,
    ObjectOwner,
    SharedOwner,
    StructTag,
    Success,
    TypeTag,
    format_address,
)

SEEDS = st.integers(0, 2**32)
SIZES = st.integers(0, 1000)
KEYS = st.integers(1, 3)
PEOPLE = st.sampled_from(["alice", "bob"])


class Machine(RuleBasedStateMachine):
    box: Sandbox
    play: Playground

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.audit = Audit()
        self.saved: list[tuple[int, Model, Audit]] = []

    @initialize()
    def begin(self) -> None:
        self.box = Sandbox.open()
        self.play = publish(self.box)
        self.model.money = {name: self.box.balance(self.who(name)) for name in ("alice", "bob")}

    def teardown(self) -> None:
        self.box.close()

    # helpers -------------------------------------------------------------------------------------------------
    def who(self, name: str) -> Account:
        return {"alice": self.box.alice, "bob": self.box.bob}[name]

    def other(self, name: str) -> str:
        return "bob" if name == "alice" else "alice"

    def any_toy(self, seed: int) -> bytes:
        """One of all there are, wherever they are. In order of making: ids differ from run to run."""
        return random.Random(seed).choice(list(self.model.toys))

    def owned(self, name: str) -> list[bytes]:
        toys = self.model.toys.items()
        return [i for i, toy in toys if (toy.place, toy.holder) == (Place.OWNED, name)]

    def given(self, program: Program, toy: bytes) -> Argument:
        """The toy as an input in the form it asks for. One that is wrapped or attached is tried as if owned."""
        found = self.model.toys[toy]
        if found.place in (Place.SHARED, Place.PARTY):
            return program.shared(self.box.object(toy))
        alive = self.box.ledger.store.latest(toy) is not None
        return program.owned(self.box.ref(toy) if alive else sui.ObjectRef(toy, 1, bytes(32)))

    def call(self, program: Program, function: str, *arguments: Argument) -> Argument:
        return program.call(self.play.package, function, *arguments)

    def attempt(self, program: Program, name: str, expected: Outcome) -> TransactionRecord | None:
        """Run as someone; the outcome, the versions and the fee must be as expected."""
        account, before = self.who(name), self.box.ledger.head
        versions = [version_of(obj) for obj in self.inputs(program)]
        purse = version_of(self.box.coins(account)[0])
        try:
            record = self.box.run(program, account)
        except TransactionRejected:
            assert expected is Outcome.REFUSED
            assert self.box.ledger.head == before
            return None
        done = Outcome.DONE if isinstance(record.outcome.status, Success) else Outcome.FAILED
        assert done is expected, record.outcome.status
        assert record.outcome.lamport_version == 1 + max([purse, *versions])
        self.model.money[name] -= record.outcome.gas_used.net
        return record if done is Outcome.DONE else None

    def inputs(self, program: Program) -> list[sui.Object]:
        objects = [item.object for item in program.inputs if isinstance(item, sui.ObjectInput)]
        ids = [i.object_id if isinstance(i, sui.SharedObject) else i.reference.object_id for i in objects]  # type: ignore[attr-defined]
        return [found for i in ids if (found := self.box.ledger.store.latest(i)) is not None]

    # money ---------------------------------------------------------------------------------------------------
    @rule(name=PEOPLE, amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=4))
    def pay(self, name: str, amounts: list[int]) -> None:
        program = Program()
        program.send(self.who(self.other(name)).address, *program.split(sui.GasCoin(), *amounts))
        self.attempt(program, name, Outcome.DONE)
        self.model.money[name] -= sum(amounts)
        self.model.money[self.other(name)] += sum(amounts)

    @rule(name=PEOPLE)
    def smash(self, name: str) -> None:
        account = self.who(name)
        coins = [self.box.ref(id_of(coin)) for coin in self.box.coins(account)]
        record = self.box.run(nothing(), account, gas=coins[:256])
        assert record.outcome.status == Success()
        self.model.money[name] -= record.outcome.gas_used.net

    @rule(name=PEOPLE)
    def pay_too_much(self, name: str) -> None:
        program = Program()
        program.send(self.who(name).address, *program.split(sui.GasCoin(), 10**18))
        self.attempt(program, name, Outcome.FAILED)

    # toys come and go ----------------------------------------------------------------------------------------
    @rule(name=PEOPLE, size=SIZES, shared=st.booleans())
    def make(self, name: str, size: int, shared: bool) -> None:
        program = Program()
        toy = self.call(program, "toys::make", program.pure(str, "t"), program.pure(U64, size))
        if shared:
            self.call(program, "toys::share_it", toy)
        else:
            program.send(self.who(name).address, toy)
        record = self.attempt(program, name, Outcome.DONE)
        assert record is not None
        (made,) = self.box.created(record, "Toy")
        place = Place.SHARED if shared else Place.OWNED
        self.model.toys[made] = Toy(size, place, None if shared else name)

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def destroy(self, seed: int, name: str) -> None:
        """What is held by it stays, out of reach."""
        toy, program = self.any_toy(seed), Program()
        self.call(program, "toys::destroy", self.given(program, toy))
        if self.attempt(program, name, self.model.ending(toy, name)):
            del self.model.toys[toy]

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def grow(self, seed: int, name: str) -> None:
        toy, program = self.any_toy(seed), Program()
        self.call(program, "uses::twice", self.given(program, toy))
        if self.attempt(program, name, self.model.borrowing(toy, name)):
            self.model.toys[toy].size *= 2

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def change_then_fail(self, seed: int, name: str) -> None:
        toy, program = self.any_toy(seed), Program()
        self.call(program, "uses::twice", self.given(program, toy))
        program.send(self.box.bob.address, *program.split(sui.GasCoin(), 5))
        self.call(program, "toys::fail")
        done = self.model.borrowing(toy, name)
        self.attempt(program, name, Outcome.FAILED if done is Outcome.DONE else done)

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def look(self, seed: int, name: str) -> None:
        """Anything an address can give may be read, frozen and shared ones by everybody."""
        toy, program = self.any_toy(seed), Program()
        self.call(program, "toys::size", self.given(program, toy))
        frozen = self.model.toys[toy].place is Place.FROZEN
        self.attempt(program, name, Outcome.DONE if frozen else self.model.borrowing(toy, name))

    # toys move -----------------------------------------------------------------------------------------------
    def move(self, toy: bytes, name: str, act: Callable[[Program, Argument], None]) -> TransactionRecord | None:
        program = Program()
        act(program, self.given(program, toy))
        return self.attempt(program, name, self.model.keeping(toy, name))

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def send(self, seed: int, name: str) -> None:
        toy, friend = self.any_toy(seed), self.other(name)
        if self.move(toy, name, lambda program, given: program.send(self.who(friend).address, given)):
            self.model.toys[toy].place, self.model.toys[toy].holder = Place.OWNED, friend

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def give_to_a_party(self, seed: int, name: str) -> None:
        """To the other, or once more to oneself."""
        toy = self.any_toy(seed)
        receiver = name if seed % 2 else self.other(name)

        def act(program: Program, given: Argument) -> None:
            party = program.call(SUI, "party::single_owner", program.address(self.who(receiver).address))
            kind = TypeTag.parse(f"{format_address(self.play.package)}::toys::Toy")
            program.call(SUI, "transfer::public_party_transfer", given, party, type_args=[kind])

        before = self.box.ledger.store.latest(toy)
        if self.move(toy, name, act):
            again = self.model.toys[toy].place is Place.PARTY and self.model.toys[toy].holder == receiver
            self.model.toys[toy].place, self.model.toys[toy].holder = Place.PARTY, receiver
            after = self.box.object(toy)
            assert isinstance(after.owner, ConsensusAddressOwner)
            assert before is not None
            assert after.owner == before.owner if again else after.owner.start_version == version_of(after)

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def freeze(self, seed: int, name: str) -> None:
        toy = self.any_toy(seed)
        if self.move(toy, name, lambda program, given: void(self.call(program, "toys::freeze_it", given))):
            self.model.toys[toy].place, self.model.toys[toy].holder = Place.FROZEN, None

    @precondition(lambda self: self.owned("alice"))
    @rule(seed=SEEDS)
    def share_too_late(self, seed: int) -> None:
        """Only a new object can be shared."""
        toy, program = random.Random(seed).choice(self.owned("alice")), Program()
        self.call(program, "toys::share_it", program.owned(self.box.ref(toy)))
        self.attempt(program, "alice", Outcome.FAILED)

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE)
    def wrap(self, seed: int, name: str) -> None:
        toy = self.any_toy(seed)

        def act(program: Program, given: Argument) -> None:
            program.send(self.who(name).address, self.call(program, "toys::wrap", given))

        record = self.move(toy, name, act)
        if record is not None:
            (holder,) = self.box.created(record, "Box")
            self.model.boxes[holder] = (name, toy)
            self.model.toys[toy].place, self.model.toys[toy].holder = Place.BOXED, holder

    @precondition(lambda self: self.model.boxes)
    @rule(seed=SEEDS, name=PEOPLE, end=st.booleans())
    def unwrap(self, seed: int, name: str, end: bool) -> None:
        holder = random.Random(seed).choice(list(self.model.boxes))
        owner, toy = self.model.boxes[holder]
        program = Program()
        box = program.owned(self.box.ref(holder))
        if end:
            self.call(program, "toys::unwrap_and_destroy", box)
        else:
            program.send(self.who(name).address, self.call(program, "toys::unwrap", box))
        if self.attempt(program, name, Outcome.DONE if owner == name else Outcome.REFUSED):
            del self.model.boxes[holder]
            self.model.toys[toy].place, self.model.toys[toy].holder = Place.OWNED, name
            if end:
                del self.model.toys[toy]

    # toys in toys --------------------------------------------------------------------------------------------
    @precondition(lambda self: self.model.toys and len(self.owned("alice")) > 1)
    @rule(seed=SEEDS, key=KEYS)
    def attach(self, seed: int, key: int) -> None:
        parent, toy = self.any_toy(seed), self.owned("alice")[seed % len(self.owned("alice"))]
        if parent == toy:
            return
        program = Program()
        arguments = self.given(program, parent), program.pure(U64, key), program.owned(self.box.ref(toy))
        self.call(program, "toys::attach", *arguments)
        expected = self.model.borrowing(parent, "alice")
        taken = any(self.model.toys[i].key == key for i in self.model.inside(parent, Place.ATTACHED))
        if taken and expected is Outcome.DONE:
            expected = Outcome.FAILED
        if self.attempt(program, "alice", expected):
            found = self.model.toys[toy]
            found.place, found.holder, found.key = Place.ATTACHED, parent, key

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE, key=KEYS)
    def detach(self, seed: int, name: str, key: int) -> None:
        parent, program = self.any_toy(seed), Program()
        taken = self.call(program, "toys::detach", self.given(program, parent), program.pure(U64, key))
        program.send(self.who(name).address, taken)
        held = [i for i in self.model.inside(parent, Place.ATTACHED) if self.model.toys[i].key == key]
        expected = self.model.borrowing(parent, name)
        if not held and expected is Outcome.DONE:
            expected = Outcome.FAILED
        if self.attempt(program, name, expected):
            self.model.toys[held[0]].place, self.model.toys[held[0]].holder = Place.OWNED, name

    @precondition(lambda self: self.model.toys)
    @rule(seed=SEEDS, name=PEOPLE, key=KEYS, value=SIZES, put=st.booleans())
    def field(self, seed: int, name: str, key: int, value: int, put: bool) -> None:
        """Put a number into a field that is not there, or take one out that is."""
        toy, program = self.any_toy(seed), Program()
        found, number = self.model.toys[toy], program.pure(U64, key)
        if put:
            self.call(program, "toys::put_field", self.given(program, toy), number, program.pure(U64, value))
        else:
            self.call(program, "toys::take_field", self.given(program, toy), number)
        expected = self.model.borrowing(toy, name)
        if expected is Outcome.DONE and (key in found.fields) is put:
            expected = Outcome.FAILED
        if self.attempt(program, name, expected):
            if put:
                found.fields[key] = value
            else:
                del found.fields[key]

    @precondition(lambda self: len(self.owned("bob")) > 0)
    @rule(seed=SEEDS)
    def send_to_a_toy(self, seed: int) -> None:
        toy, parent = random.Random(seed).choice(self.owned("bob")), self.any_toy(seed)
        if parent == toy:
            return
        program = Program()
        program.send(parent, program.owned(self.box.ref(toy)))
        self.attempt(program, "bob", Outcome.DONE)
        self.model.toys[toy].place, self.model.toys[toy].holder = Place.SENT, parent

    @precondition(lambda self: any(toy.place is Place.SENT for toy in self.model.toys.values()))
    @rule(seed=SEEDS, name=PEOPLE, rightly=st.booleans())
    def receive(self, seed: int, name: str, rightly: bool) -> None:
        """By the toy it was sent to; another one gets nothing."""
        chance = random.Random(seed)
        toy = chance.choice([i for i, toy in self.model.toys.items() if toy.place is Place.SENT])
        holder = self.model.toys[toy].holder
        parent = holder if rightly and holder in self.model.toys else self.any_toy(seed)
        if parent == toy:
            return
        assert isinstance(parent, bytes)
        program = Program()
        given = self.given(program, parent)
        got = self.call(program, "toys::receive", given, program.receiving(self.box.ref(toy)))
        program.send(self.who(name).address, got)
        expected = self.model.borrowing(parent, name)
        if parent != holder and expected is Outcome.DONE:
            expected = Outcome.FAILED
        if self.attempt(program, name, expected):
            self.model.toys[toy].place, self.model.toys[toy].holder = Place.OWNED, name

    # time ----------------------------------------------------------------------------------------------------
    @rule()
    def remember(self) -> None:
        state = self.model.copy(), self.audit.copy()
        self.saved.append((self.box.ledger.head.summary.sequence_number, *state))

    @precondition(lambda self: self.saved)
    @rule()
    def go_back(self) -> None:
        sequence, self.model, self.audit = self.saved.pop()
        self.box.ledger.revert(sequence)

    # invariants ----------------------------------------------------------------------------------------------
    @precondition(lambda self: hasattr(self, "play"))
    @invariant()
    def toys_are_where_they_should_be(self) -> None:
        for object_id, toy in self.model.toys.items():
            if toy.place is Place.BOXED:
                assert isinstance(toy.holder, bytes)
                assert self.box.ledger.store.latest(object_id) is None
                assert object_id in self.box.contents(toy.holder)
                continue
            assert int.from_bytes(self.box.contents(object_id)[-8:], "little") == toy.size
            self.check_owner(self.box.object(object_id).owner, toy)

    def check_owner(self, owner: sui.Owner, toy: Toy) -> None:
        match toy.place:
            case Place.OWNED:
                assert isinstance(toy.holder, str)
                assert owner == AddressOwner(self.who(toy.holder).address)
            case Place.PARTY:
                assert isinstance(toy.holder, str)
                assert isinstance(owner, ConsensusAddressOwner)
                assert owner.address == self.who(toy.holder).address
            case Place.SENT:
                assert owner == AddressOwner(toy.holder)  # type: ignore[arg-type]
            case Place.ATTACHED:
                assert isinstance(owner, ObjectOwner)
                assert self.box.object(owner.address).owner == ObjectOwner(toy.holder)  # type: ignore[arg-type]
            case _:
                assert isinstance(owner, SharedOwner if toy.place is Place.SHARED else ImmutableOwner)

    @precondition(lambda self: hasattr(self, "play"))
    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        toys = self.box.ledger.store.of_type(str(StructTag(self.play.package, "toys", "Toy", ())))
        expected = {i for i, toy in self.model.toys.items() if toy.place is not Place.BOXED}
        assert {id_of(toy) for toy in toys} == expected
        self.audit.follow(self.box.ledger)

    @precondition(lambda self: hasattr(self, "play"))
    @invariant()
    def money_is_where_it_should_be(self) -> None:
        assert {name: self.box.balance(self.who(name)) for name in self.model.money} == self.model.money
        check_money(self.box.ledger)


def nothing() -> Program:
    """A command without effect."""
    program = Program()
    program.add(sui.MakeMoveVec(sui.U8Tag(), ()))
    return program


def void(_: Argument) -> None:
    """For calls that return nothing."""


@pytest.fixture(autouse=True)
def warm(sui_ledger: Sandbox) -> None:
    """The machine has run before: it makes room on the stack once, which hypothesis does not like to see."""
    with sui_ledger.snapshot():
        publish(sui_ledger)


TestMachine = pytest.mark.fuzz(Machine.TestCase)
TestMachine.settings = settings(max_examples=cases(10, 500), stateful_step_count=cases(25, 50), deadline=None)
