"""The ledger: transactions in, checkpoints out. One transaction a checkpoint, after a prologue that sets the
clock.

Everything is serial and synchronous; who serves it to others decides where it runs. Nothing enters the store but
whole checkpoints, so a transaction either has all its effects or never was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from walrus_localnet.chain.admission import admit
from walrus_localnet.chain.checkpointing import next_checkpoint
from walrus_localnet.chain.effects import build_effects
from walrus_localnet.chain.errors import ChainDataError
from walrus_localnet.chain.execution import Executed, Executor
from walrus_localnet.chain.genesis import genesis_commit, system_transaction
from walrus_localnet.chain.limits import EPOCH, REFERENCE_GAS_PRICE
from walrus_localnet.chain.object_runtime import Context
from walrus_localnet.chain.objects import CLOCK_ID, id_of, version_of, with_version
from walrus_localnet.chain.records import Commit, TransactionRecord
from walrus_localnet.chain.signatures import check_signatures
from walrus_localnet.chain.store import Store
from walrus_localnet.chain.view import PackageShelf, View
from walrus_localnet.chain.writes import Writes
from walrus_localnet.vm import Machine
from walrus_sui.bcs.sui import (
    ConsensusCommitPrologue,
    GasCostSummary,
    MoveObject,
    Object,
    Success,
    TransactionDataV1,
    TransactionEffectsV2,
)


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Simulated:
    """What a transaction would do now. `objects` are the versions it would write."""

    data: TransactionDataV1
    executed: Executed
    objects: tuple[Object, ...]


class Ledger:
    """A network's state and the only way to change it.

    `on_checkpoint` is called after every commit with what was committed.
    """

    def __init__(self, store: Store, clock: Callable[[], int] = wall_clock_ms) -> None:
        head = store.latest_checkpoint()
        first = store.checkpoint(0)
        if head is None or first is None:
            raise ChainDataError("expected a ledger with a genesis checkpoint, got an empty one")
        self.store = store
        self.clock = clock
        self.head = head
        self.chain_id = first.summary.digest()
        self.genesis_ms = first.summary.timestamp_ms
        self.shelf = PackageShelf(store)
        self.machine = Machine(self.shelf)
        self.executor = Executor(self.machine, self.shelf)
        self.on_checkpoint: list[Callable[[Commit], None]] = []

    @classmethod
    def open(
        cls,
        directory: Path | None,
        framework: Callable[[], Mapping[bytes, tuple[bytes, ...]]],
        faucet: bytes,
        clock: Callable[[], int] = wall_clock_ms,
    ) -> Ledger:
        """The ledger in `directory`, begun anew if there is none; in memory without a directory."""
        store = Store(directory)
        if store.latest_checkpoint() is None:
            store.commit(genesis_commit(framework(), faucet, clock()))
        return cls(store, clock)

    def close(self) -> None:
        self.store.close()

    # transactions -------------------------------------------------------------------------------------------
    def execute(self, data: TransactionDataV1, signatures: tuple[bytes, ...]) -> TransactionRecord:
        """Run a signed transaction and commit it. The same transaction twice gives the stored result.

        Raises `TransactionRejected` if it may not enter; a failure while running is in the effects.
        """
        check_signatures(data, signatures)
        stored = self.store.transaction(data.digest())
        if stored is not None:
            return stored
        view = View(self.store)
        timestamp = max(self.clock(), self.head.summary.timestamp_ms)
        prologue = self._prologue(view, timestamp)
        if prologue is not None:
            view.apply(prologue[1].written)
        executed = self.executor.execute(view, admit(view, data), self.context(data))
        steps = [(data, signatures, executed)]
        if prologue is not None:
            steps.insert(0, (prologue[0], (), prologue[1]))
        return self._commit(steps, timestamp)[-1]

    def simulate(
        self, data: TransactionDataV1, gas: tuple[Object, ...] | None = None, *, keep_outputs: bool = False
    ) -> Simulated:
        """What `execute` would do, without signatures. `gas` may stand in for payment the transaction does not
        name."""
        view = View(self.store)
        prologue = self._prologue(view, max(self.clock(), self.head.summary.timestamp_ms))
        if prologue is not None:
            view.apply(prologue[1].written)
        admitted = admit(view, data, gas)
        executed = self.executor.execute(view, admitted, self.context(data), keep_outputs=keep_outputs)
        return Simulated(data, executed, executed.written)

    def context(self, data: TransactionDataV1) -> Context:
        sponsor = data.gas.owner if data.gas.owner != data.sender else None
        return Context(
            sender=data.sender,
            digest=data.digest(),
            epoch=EPOCH,
            epoch_timestamp_ms=self.genesis_ms,
            reference_gas_price=REFERENCE_GAS_PRICE,
            gas_price=data.gas.price,
            gas_budget=data.gas.budget,
            sponsor=sponsor,
        )

    def _prologue(self, view: View, timestamp_ms: int) -> tuple[TransactionDataV1, Executed] | None:
        """The system transaction that moves the Clock, None when it already shows this millisecond."""
        clock = view.latest(CLOCK_ID)
        assert clock is not None
        assert isinstance(clock.data, MoveObject)
        shown = int.from_bytes(clock.data.contents[32:40], "little")
        if shown >= timestamp_ms:
            return None
        data = system_transaction(
            ConsensusCommitPrologue(EPOCH, self.head.summary.sequence_number + 1, timestamp_ms)
        )
        lamport = version_of(clock) + 1
        contents = CLOCK_ID + timestamp_ms.to_bytes(8, "little")
        moved = with_version(clock, lamport, data.digest())
        assert isinstance(moved.data, MoveObject)
        moved = replace(moved, data=replace(moved.data, contents=contents))
        writes = Writes(objects={CLOCK_ID: moved}, before={CLOCK_ID: clock})
        effects = build_effects(
            digest=data.digest(),
            status=Success(),
            epoch=EPOCH,
            gas_used=GasCostSummary(0, 0, 0, 0),
            gas_id=None,
            writes=writes,
            read=[],
            events=(),
            dependencies={clock.previous_transaction},
            lamport=lamport,
        )
        return data, Executed(effects, (), (moved,), frozenset())

    def _commit(
        self, steps: list[tuple[TransactionDataV1, tuple[bytes, ...], Executed]], timestamp_ms: int
    ) -> tuple[TransactionRecord, ...]:
        executed: list[tuple[TransactionEffectsV2, tuple[bytes, ...]]] = [
            (step.effects, signatures) for _, signatures, step in steps
        ]
        checkpoint = next_checkpoint(self.head, EPOCH, executed, timestamp_ms)
        sequence = checkpoint.summary.sequence_number
        records = tuple(
            TransactionRecord(data, signatures, step.effects, step.events, sequence, index, timestamp_ms)
            for index, (data, signatures, step) in enumerate(steps)
        )
        written: dict[bytes, tuple[Object, ...]] = {}
        removed: set[bytes] = set()
        for _, _, step in steps:
            for obj in step.written:
                written[id_of(obj)] = (*written.get(id_of(obj), ()), obj)
            removed |= step.removed
        commit = Commit(checkpoint, records, written, frozenset(removed))
        self.store.commit(commit)
        self.head = checkpoint
        for listener in self.on_checkpoint:
            listener(commit)
        return records
