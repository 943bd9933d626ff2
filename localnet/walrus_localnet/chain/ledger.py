"""The ledger: transactions in, checkpoints out. One transaction a checkpoint, after a prologue that sets the
clock.

Everything is serial and synchronous; who serves it to others decides where it runs. Nothing enters the store but
whole checkpoints, so a transaction either has all its effects or never was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from walrus_localnet.chain.admission import admit
from walrus_localnet.chain.checkpointing import next_checkpoint
from walrus_localnet.chain.clock import Clock
from walrus_localnet.chain.effects import build_effects
from walrus_localnet.chain.errors import ChainDataError, LocalChainError
from walrus_localnet.chain.execution import Executed, Executor
from walrus_localnet.chain.genesis import system_transaction
from walrus_localnet.chain.limits import EPOCH, REFERENCE_GAS_PRICE
from walrus_localnet.chain.object_runtime import Context
from walrus_localnet.chain.objects import CLOCK_ID, id_of, version_of, with_version
from walrus_localnet.chain.records import CheckpointRecord, Commit, TransactionRecord
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

Step = tuple[TransactionDataV1, tuple[bytes, ...], Executed]
"""A transaction, its signatures, and what came of it."""


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

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        head = store.latest_checkpoint()
        first = store.checkpoint(0)
        if head is None or first is None:
            raise ChainDataError("expected a ledger with a genesis checkpoint, got an empty one")
        self.store = store
        self.clock = clock or Clock(head.summary.timestamp_ms)
        self.head = head
        self.chain_id = first.summary.digest()
        self.genesis_ms = first.summary.timestamp_ms
        self.shelf = PackageShelf(store)
        self.machine = Machine(self.shelf)
        self.executor = Executor(self.machine, self.shelf)
        self.on_checkpoint: list[Callable[[Commit], None]] = []

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
        timestamp = self._now()
        prologue = self._prologue(view, timestamp)
        if prologue is not None:
            view.apply(prologue[1].written)
        executed = self.executor.execute(view, admit(view, data), self.context(data))
        steps: list[Step] = [(data, signatures, executed)]
        if prologue is not None:
            steps.insert(0, (prologue[0], (), prologue[1]))
        return self._commit(steps, timestamp)[-1]

    def simulate(
        self, data: TransactionDataV1, gas: tuple[Object, ...] | None = None, *, keep_outputs: bool = False
    ) -> Simulated:
        """What `execute` would do, without signatures. `gas` may stand in for payment the transaction does not
        name."""
        view = View(self.store)
        prologue = self._prologue(view, self._now())
        if prologue is not None:
            view.apply(prologue[1].written)
        admitted = admit(view, data, gas)
        executed = self.executor.execute(view, admitted, self.context(data), keep_outputs=keep_outputs)
        return Simulated(data, executed, executed.written)

    def advance(self, duration_ms: int = 0) -> tuple[CheckpointRecord, bytes | None]:
        """Let time pass and make a checkpoint with nothing in it but the clock's new time.

        Returns the checkpoint and the digest of the system transaction, None if the clock already showed the time.
        """
        self.clock.advance(duration_ms)
        timestamp = self._now()
        prologue = self._prologue(View(self.store), timestamp)
        steps: list[Step] = [] if prologue is None else [(prologue[0], (), prologue[1])]
        self._commit(steps, timestamp)
        return self.head, None if prologue is None else prologue[0].digest()

    def revert(self, sequence: int) -> None:
        """Go back to the state right after checkpoint `sequence`, as if nothing had happened since.

        Raises `LocalChainError` if there is no such checkpoint.
        """
        found = self.store.checkpoint(sequence)
        if found is None:
            height = self.head.summary.sequence_number
            raise LocalChainError(f"expected a checkpoint of 0 to {height} to go back to, got {sequence}")
        self.store.revert(sequence)
        self.head = found

    def _now(self) -> int:
        return max(self.clock.now_ms(), self.head.summary.timestamp_ms)

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

    def _commit(self, steps: list[Step], timestamp_ms: int) -> tuple[TransactionRecord, ...]:
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
