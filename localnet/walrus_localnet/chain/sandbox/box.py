"""The sandbox: a ledger, people with money, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from walrus_localnet.chain.bootstrap import open_ledger
from walrus_localnet.chain.clock import Clock
from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.faucet import Faucet
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.limits import REFERENCE_GAS_PRICE
from walrus_localnet.chain.objects import coin_balance, reference_of, type_of
from walrus_localnet.chain.ptb.failure import describe
from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.sandbox.account import Account
from walrus_localnet.chain.sandbox.program import Program
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    Created,
    Failure,
    GasData,
    MoveObject,
    NoExpiration,
    Object,
    ObjectRef,
    PackageWrite,
    TransactionDataV1,
    format_address,
)
from walrus_sui.bcs.sui.framework import FRAMEWORK_STD, FRAMEWORK_SUI, SUI_COIN

BUDGET = 1_000_000_000


class StoppedClock(Clock):
    """Time passes only when told."""

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now

    def advance(self, duration_ms: int) -> None:
        self.now += duration_ms


@dataclass(frozen=True)
class Published:
    """A published package: its id, its `UpgradeCap`, and the transaction that made them."""

    package: bytes
    cap: bytes
    record: TransactionRecord


@dataclass
class Sandbox:
    """`alice` and `bob` have 1,000 SUI each; `account` makes others."""

    ledger: Ledger
    faucet: Faucet
    clock: StoppedClock
    alice: Account
    bob: Account

    @classmethod
    def open(cls, directory: Path | None = None) -> Sandbox:
        """In memory without a directory. Raises `ChainDataError`."""
        ledger, key = open_ledger(directory)
        return cls.over(ledger, Faucet(ledger, key))

    @classmethod
    def over(cls, ledger: Ledger, faucet: Faucet) -> Sandbox:
        """On a ledger that is there already, whose clock stops."""
        ledger.clock = clock = StoppedClock(ledger.head.summary.timestamp_ms)
        box = cls(ledger, faucet, clock, Account("alice"), Account("bob"))
        for account in (box.alice, box.bob):
            if not box.coins(account):
                faucet.fund(account.address)
        return box

    def close(self) -> None:
        self.ledger.close()

    def account(self, name: str) -> Account:
        """Someone new, with 1,000 SUI."""
        made = Account(name)
        self.faucet.fund(made.address)
        return made

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Whatever happens inside is undone at the end, in time proportional to it."""
        sequence, now = self.ledger.head.summary.sequence_number, self.clock.now
        try:
            yield
        finally:
            self.ledger.revert(sequence)
            self.clock.now = now

    # looking -------------------------------------------------------------------------------------------------
    def coins(self, account: Account) -> list[Object]:
        """SUI coins, largest first."""
        coins = self.ledger.store.owned(account.address, SUI_COIN)
        return sorted(coins, key=lambda coin: coin_balance(coin) or 0, reverse=True)

    def balance(self, account: Account) -> int:
        """MIST in all coins."""
        return sum(coin_balance(coin) or 0 for coin in self.coins(account))

    def object(self, object_id: bytes) -> Object:
        """The object as it is now. Raises `LocalChainError` if it is not there."""
        found = self.ledger.store.latest(object_id)
        if found is None:
            raise LocalChainError(f"expected object {format_address(object_id)}, got none")
        return found

    def ref(self, object_id: bytes) -> ObjectRef:
        return reference_of(self.object(object_id))

    def contents(self, object_id: bytes) -> bytes:
        """The BCS of a Move object. Raises `LocalChainError`."""
        data = self.object(object_id).data
        if not isinstance(data, MoveObject):
            raise LocalChainError(f"expected a Move object at {format_address(object_id)}, got a package")
        return data.contents

    def created(self, record: TransactionRecord, name: str) -> list[bytes]:
        """Ids of the objects a transaction created whose type has this name."""
        ids = [c.object_id for c in record.outcome.changed_objects if isinstance(c.id_operation, Created)]
        return [object_id for object_id in ids if self._is_named(object_id, name)]

    def _is_named(self, object_id: bytes, name: str) -> bool:
        struct = type_of(self.object(object_id))
        return struct is not None and struct.name == name

    # doing ---------------------------------------------------------------------------------------------------
    def data(
        self,
        program: Program,
        account: Account | None = None,
        *,
        gas: Sequence[ObjectRef] | None = None,
        budget: int = BUDGET,
        price: int = REFERENCE_GAS_PRICE,
        sponsor: Account | None = None,
    ) -> TransactionDataV1:
        """The transaction to sign; the sender, alice unless told, or the sponsor pays with the largest coin."""
        sender = account or self.alice
        payer = sponsor or sender
        payment = (reference_of(self.coins(payer)[0]),) if gas is None else tuple(gas)
        data = GasData(payment, payer.address, price, budget)
        return TransactionDataV1(program.build(), sender.address, data, NoExpiration())

    def run(
        self,
        program: Program,
        account: Account | None = None,
        *,
        gas: Sequence[ObjectRef] | None = None,
        budget: int = BUDGET,
        price: int = REFERENCE_GAS_PRICE,
        sponsor: Account | None = None,
    ) -> TransactionRecord:
        """Sign and execute, whatever comes of it. Raises `TransactionRejected` if it may not enter the ledger."""
        data = self.data(program, account, gas=gas, budget=budget, price=price, sponsor=sponsor)
        signers = [account or self.alice, *([] if sponsor is None else [sponsor])]
        return self.ledger.execute(data, tuple(signer.sign(data) for signer in signers))

    def succeed(
        self, program: Program, account: Account | None = None, *, sponsor: Account | None = None
    ) -> TransactionRecord:
        """Like `run`; raises `LocalChainError` for a transaction that failed."""
        record = self.run(program, account, sponsor=sponsor)
        if isinstance(record.outcome.status, Failure):
            failure = record.outcome.status
            raise LocalChainError(f"expected success, got {describe(failure.error)} in command {failure.command}")
        return record

    def fail(self, program: Program, account: Account | None = None) -> Failure:
        """Like `run`; raises `LocalChainError` for a transaction that did not fail."""
        status = self.run(program, account).outcome.status
        if not isinstance(status, Failure):
            raise LocalChainError("expected a failure, got success")
        return status

    def publish(
        self, modules: Path | Sequence[bytes], dependencies: Sequence[bytes] = (FRAMEWORK_STD, FRAMEWORK_SUI)
    ) -> Published:
        """Publish modules, or all `.mv` files of a folder, as alice, who gets the `UpgradeCap`."""
        code = (
            [path.read_bytes() for path in sorted(modules.glob("*.mv"))] if isinstance(modules, Path) else modules
        )
        program = Program()
        program.send(self.alice.address, program.add(sui.Publish(tuple(code), tuple(dependencies))))
        record = self.succeed(program)
        changes = record.outcome.changed_objects
        package = next(c.object_id for c in changes if isinstance(c.after, PackageWrite))
        return Published(package, self.created(record, "UpgradeCap")[0], record)

    def advance(self, duration_ms: int) -> None:
        """Let time pass, and the chain see it."""
        self.ledger.advance(duration_ms)
