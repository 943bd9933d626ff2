"""Random transactions against a small model of what they should do."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.chain.chain_check import check_money
from tests.chain.sandbox import Account, Playground, Program, Sandbox, publish
from walrus_localnet.chain.objects import id_of
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import AddressOwner, ObjectOwner

SIZES = st.integers(0, 1000)


@dataclass
class Model:
    """What the ledger should hold: toys by id with size and owner, boxes and fields with the toy in them."""

    size: dict[bytes, int] = field(default_factory=dict)
    owner: dict[bytes, str] = field(default_factory=dict)
    boxed: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)
    attached: dict[bytes, bytes] = field(default_factory=dict)

    def copy(self) -> Model:
        return Model(dict(self.size), dict(self.owner), dict(self.boxed), dict(self.attached))


class Machine(RuleBasedStateMachine):
    box: Sandbox
    play: Playground

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.saved: list[tuple[int, Model]] = []

    @initialize()
    def begin(self) -> None:
        self.box = Sandbox.open()
        self.play = publish(self.box)

    def teardown(self) -> None:
        self.box.close()

    # helpers -------------------------------------------------------------------------------------------------
    def who(self, name: str) -> Account:
        return {"alice": self.box.alice, "bob": self.box.bob}[name]

    def pick(self, seed: int, *, among: list[bytes]) -> bytes:
        return random.Random(seed).choice(sorted(among))

    def free(self, owner: str | None = None) -> list[bytes]:
        """Toys that belong to an account, not to a box or a field, and have no toy attached."""
        return [
            toy
            for toy, name in self.model.owner.items()
            if owner in (None, name) and toy not in self.model.attached.values()
        ]

    def toy_program(self, target: str, toy: bytes) -> tuple[Program, Account]:
        program = Program()
        result = program.call(self.play.package, target, program.owned(self.box.ref(toy)))
        account = self.who(self.model.owner[toy])
        if target == "toys::wrap":
            program.send(account.address, result)
        return program, account

    # rules ---------------------------------------------------------------------------------------------------
    @rule(name=st.sampled_from(["alice", "bob"]), amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=4))
    def pay(self, name: str, amounts: list[int]) -> None:
        sender, other = self.who(name), self.who("bob" if name == "alice" else "alice")
        before = self.box.balance(other)
        program = Program()
        program.send(other.address, *program.split(sui.GasCoin(), *amounts))
        self.box.succeed(program, sender)
        assert self.box.balance(other) == before + sum(amounts)

    @rule(name=st.sampled_from(["alice", "bob"]))
    def smash(self, name: str) -> None:
        account = self.who(name)
        coins = [self.box.ref(id_of(coin)) for coin in self.box.coins(account)]
        record = self.box.run(nothing(), account, gas=coins[:256])
        assert record.outcome.status == sui.Success()

    @rule(name=st.sampled_from(["alice", "bob"]), size=SIZES)
    def make(self, name: str, size: int) -> None:
        account, program = self.who(name), Program()
        toy = program.call(self.play.package, "toys::make", program.pure(str, "t"), program.pure(U64, size))
        program.send(account.address, toy)
        made = self.box.created(self.box.succeed(program, account), "Toy")[0]
        self.model.size[made], self.model.owner[made] = size, name

    @precondition(lambda self: self.free())
    @rule(seed=st.integers())
    def grow(self, seed: int) -> None:
        toy = self.pick(seed, among=self.free())
        program, account = self.toy_program("uses::twice", toy)
        self.box.succeed(program, account)
        self.model.size[toy] *= 2

    @precondition(lambda self: self.free())
    @rule(seed=st.integers())
    def send(self, seed: int) -> None:
        toy = self.pick(seed, among=self.free())
        owner = self.model.owner[toy]
        receiver = "bob" if owner == "alice" else "alice"
        program = Program()
        program.send(self.who(receiver).address, program.owned(self.box.ref(toy)))
        self.box.succeed(program, self.who(owner))
        self.model.owner[toy] = receiver

    @precondition(lambda self: self.free())
    @rule(seed=st.integers())
    def destroy(self, seed: int) -> None:
        toy = self.pick(seed, among=self.free())
        program, account = self.toy_program("toys::destroy", toy)
        self.box.succeed(program, account)
        del self.model.owner[toy], self.model.size[toy]

    @precondition(lambda self: self.free())
    @rule(seed=st.integers())
    def wrap(self, seed: int) -> None:
        toy = self.pick(seed, among=self.free())
        program, account = self.toy_program("toys::wrap", toy)
        holder = self.box.created(self.box.succeed(program, account), "Box")[0]
        self.model.boxed[holder] = (toy, self.model.owner.pop(toy))

    @precondition(lambda self: self.model.boxed)
    @rule(seed=st.integers())
    def unwrap(self, seed: int) -> None:
        holder = self.pick(seed, among=list(self.model.boxed))
        toy, owner = self.model.boxed.pop(holder)
        program = Program()
        shown = program.call(self.play.package, "toys::unwrap", program.owned(self.box.ref(holder)))
        program.send(self.who(owner).address, shown)
        self.box.succeed(program, self.who(owner))
        self.model.owner[toy] = owner

    @precondition(lambda self: len(self.free("alice")) > 1)
    @rule(seed=st.integers())
    def attach(self, seed: int) -> None:
        toy, parent = sorted(self.free("alice"))[:2]
        program = Program()
        arguments = (program.owned(self.box.ref(parent)), program.pure(U64, 1), program.owned(self.box.ref(toy)))
        program.call(self.play.package, "toys::attach", *arguments)
        self.box.succeed(program)
        del self.model.owner[toy]
        self.model.attached[toy] = parent

    @precondition(lambda self: self.model.attached)
    @rule(seed=st.integers())
    def detach(self, seed: int) -> None:
        toy = self.pick(seed, among=list(self.model.attached))
        parent = self.model.attached.pop(toy)
        program = Program()
        taken = program.call(
            self.play.package, "toys::detach", program.owned(self.box.ref(parent)), program.pure(U64, 1)
        )
        program.send(self.box.bob.address, taken)
        self.box.succeed(program)
        self.model.owner[toy] = "bob"

    @precondition(lambda self: self.free())
    @rule(seed=st.integers())
    def change_then_fail(self, seed: int) -> None:
        toy = self.pick(seed, among=self.free())
        program, account = self.toy_program("uses::twice", toy)
        program.send(self.box.bob.address, *program.split(sui.GasCoin(), 5))
        program.call(self.play.package, "toys::fail")
        self.box.fail(program, account)

    @rule()
    def remember(self) -> None:
        self.saved.append((self.box.ledger.head.summary.sequence_number, self.model.copy()))

    @precondition(lambda self: self.saved)
    @rule()
    def go_back(self) -> None:
        sequence, self.model = self.saved.pop()
        self.saved = [(number, model) for number, model in self.saved if number <= sequence]
        self.box.ledger.revert(sequence)

    # invariants ----------------------------------------------------------------------------------------------
    @invariant()
    def toys_are_where_they_should_be(self) -> None:
        if not hasattr(self, "play"):
            return
        for toy, name in self.model.owner.items():
            assert self.box.object(toy).owner == AddressOwner(self.who(name).address)
            assert int.from_bytes(self.box.contents(toy)[-8:], "little") == self.model.size[toy]
        for toy, parent in self.model.attached.items():
            owner = self.box.object(toy).owner
            assert isinstance(owner, ObjectOwner)
            assert self.box.object(owner.address).owner == ObjectOwner(parent)
        for holder, (toy, _) in self.model.boxed.items():
            assert self.box.ledger.store.latest(toy) is None
            assert toy in self.box.contents(holder)

    @invariant()
    def no_coin_is_made_or_lost(self) -> None:
        if hasattr(self, "play"):
            check_money(self.box.ledger)


def nothing() -> Program:
    """A command without effect."""
    program = Program()
    program.add(sui.MakeMoveVec(sui.U8Tag(), ()))
    return program


@pytest.fixture(autouse=True)
def warm(sui_ledger: Sandbox) -> None:
    """The machine has run before: it makes room on the stack once, which hypothesis does not like to see."""
    with sui_ledger.snapshot():
        publish(sui_ledger)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
