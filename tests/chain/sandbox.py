"""A ledger in memory and someone to sign: what tests need to send transactions without a network in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

from walrus_localnet.chain.clock import Clock
from walrus_localnet.chain.faucet import Faucet, faucet_address
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.local import open_ledger
from walrus_localnet.chain.objects import SUI_COIN, coin_balance, id_of, reference_of, type_of
from walrus_localnet.chain.records import TransactionRecord
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import (
    Argument,
    CallArg,
    Command,
    GasData,
    NoExpiration,
    Object,
    ObjectRef,
    ProgrammableTransaction,
    SharedOwner,
    TransactionDataV1,
    TypeTag,
    parse_address,
)

PLAYGROUND = Path(__file__).parent / "playground"
BUDGET = 1_000_000_000
PRICE = 1000
STD, SUI, CLOCK = parse_address("0x1"), parse_address("0x2"), parse_address("0x6")


class Program:
    """A programmable transaction in the making."""

    def __init__(self) -> None:
        self.inputs: list[CallArg] = []
        self.commands: list[Command] = []

    def pure(self, hint: Any, value: Any) -> Argument:
        return self.input(sui.Pure(encode(hint, value)))

    def input(self, argument: CallArg) -> Argument:
        self.inputs.append(argument)
        return sui.Input(len(self.inputs) - 1)

    def owned(self, reference: ObjectRef) -> Argument:
        return self.input(sui.ObjectInput(sui.ImmOrOwnedObject(reference)))

    def shared(self, obj: Object, *, mutable: bool = True) -> Argument:
        assert isinstance(obj.owner, SharedOwner)
        return self.input(sui.ObjectInput(sui.SharedObject(id_of(obj), obj.owner.initial_version, int(mutable))))

    def receiving(self, reference: ObjectRef) -> Argument:
        return self.input(sui.ObjectInput(sui.Receiving(reference)))

    def add(self, command: Command) -> Argument:
        self.commands.append(command)
        return sui.Result(len(self.commands) - 1)

    def call(
        self, package: bytes, target: str, *arguments: Argument, type_args: Sequence[TypeTag] = ()
    ) -> Argument:
        module, function = target.split("::")
        return self.add(sui.MoveCall(package, module, function, tuple(type_args), arguments))

    def send(self, recipient: bytes, *objects: Argument) -> Argument:
        return self.add(sui.TransferObjects(objects, self.input(sui.Pure(recipient))))

    def split(self, coin: Argument, *amounts: int) -> list[Argument]:
        self.add(sui.SplitCoins(coin, tuple(self.pure(U64, amount) for amount in amounts)))
        return [sui.NestedResult(len(self.commands) - 1, index) for index in range(len(amounts))]

    def build(self) -> ProgrammableTransaction:
        return ProgrammableTransaction(tuple(self.inputs), tuple(self.commands))


class Account:
    def __init__(self, seed: int) -> None:
        self.key = SigningKey(bytes([seed]) * 32)
        self.address = faucet_address(self.key)

    def sign(self, data: TransactionDataV1) -> bytes:
        return b"\0" + self.key.sign(data.signing_digest()).signature + bytes(self.key.verify_key)


class StoppedClock(Clock):
    def __init__(self, now: int) -> None:
        self.now = now

    def now_ms(self) -> int:
        return self.now

    def advance(self, duration_ms: int) -> None:
        self.now += duration_ms


@dataclass
class Sandbox:
    """`alice` and `bob` have SUI; time passes only when told."""

    ledger: Ledger
    faucet: Faucet
    alice: Account
    bob: Account
    clock: StoppedClock

    @classmethod
    def open(cls, directory: Path | None = None) -> Sandbox:
        ledger, key = open_ledger(directory)
        box = cls.over(ledger, Faucet(ledger, key))
        box.fund()
        return box

    @classmethod
    def over(cls, ledger: Ledger, faucet: Faucet) -> Sandbox:
        ledger.clock = clock = StoppedClock(ledger.head.summary.timestamp_ms)
        return cls(ledger, faucet, Account(1), Account(2), clock)

    def fund(self) -> None:
        for account in (self.alice, self.bob):
            if not self.coins(account):
                self.faucet.fund(account.address)

    # looking -------------------------------------------------------------------------------------------------
    def coins(self, account: Account) -> list[Object]:
        coins = self.ledger.store.owned(account.address, SUI_COIN)
        return sorted(coins, key=lambda coin: coin_balance(coin) or 0, reverse=True)

    def balance(self, account: Account) -> int:
        return sum(coin_balance(coin) or 0 for coin in self.coins(account))

    def object(self, object_id: bytes) -> Object:
        found = self.ledger.store.latest(object_id)
        assert found is not None
        return found

    def ref(self, object_id: bytes) -> ObjectRef:
        return reference_of(self.object(object_id))

    def contents(self, object_id: bytes) -> bytes:
        data = self.object(object_id).data
        assert isinstance(data, sui.MoveObject)
        return data.contents

    def created(self, record: TransactionRecord, name: str) -> list[bytes]:
        """Ids of the created objects whose type has this name."""
        ids = [c.object_id for c in record.outcome.changed_objects if isinstance(c.id_operation, sui.Created)]
        return [object_id for object_id in ids if self._named(object_id, name)]

    def _named(self, object_id: bytes, name: str) -> bool:
        struct = type_of(self.object(object_id))
        return struct is not None and struct.name == name

    # sending -------------------------------------------------------------------------------------------------
    def data(
        self,
        program: Program,
        account: Account | None = None,
        *,
        gas: Sequence[ObjectRef] | None = None,
        budget: int = BUDGET,
        price: int = PRICE,
        sponsor: Account | None = None,
    ) -> TransactionDataV1:
        sender = account or self.alice
        payer = sponsor or sender
        payment = tuple(gas) if gas is not None else (reference_of(self.coins(payer)[0]),)
        data = GasData(payment, payer.address, price, budget)
        return TransactionDataV1(program.build(), sender.address, data, NoExpiration())

    def run(self, program: Program, account: Account | None = None, **options: Any) -> TransactionRecord:
        """Execute, whatever comes of it."""
        sender, sponsor = account or self.alice, options.get("sponsor")
        data = self.data(program, sender, **options)
        return self.ledger.execute(data, tuple(who.sign(data) for who in (sender, sponsor) if who is not None))

    def succeed(self, program: Program, account: Account | None = None, **options: Any) -> TransactionRecord:
        record = self.run(program, account, **options)
        assert record.outcome.status == sui.Success(), record.outcome.status
        return record

    def fail(self, program: Program, account: Account | None = None, **options: Any) -> sui.Failure:
        status = self.run(program, account, **options).outcome.status
        assert isinstance(status, sui.Failure), status
        return status


@dataclass
class Playground:
    """The published package of `playground/` and what its publication made."""

    package: bytes
    cap: bytes
    counter: bytes
    badge: bytes
    record: TransactionRecord


def modules(folder: Path = PLAYGROUND) -> tuple[bytes, ...]:
    return tuple((folder / f"{name}.mv").read_bytes() for name in ("toys", "uses"))


def publish(box: Sandbox) -> Playground:
    program = Program()
    cap = program.add(sui.Publish(modules(), (STD, SUI)))
    program.send(box.alice.address, cap)
    record = box.succeed(program)
    package = next(c.object_id for c in record.outcome.changed_objects if isinstance(c.after, sui.PackageWrite))
    ids = {name: box.created(record, name)[0] for name in ("UpgradeCap", "Counter", "Badge")}
    return Playground(package, ids["UpgradeCap"], ids["Counter"], ids["Badge"], record)
