"""The ledger: transactions in, checkpoints out. One transaction a checkpoint, after a prologue that sets the
clock.

Everything is serial and synchronous; who serves it to others decides where it runs. Nothing enters the store but
whole checkpoints, so a transaction either has all its effects or never was.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from walrus_localnet.chain.admission import admit
from walrus_localnet.chain.checkpointing import next_checkpoint
from walrus_localnet.chain.clock import Clock
from walrus_localnet.chain.epochs import EpochSpan, current_epoch, epoch_span
from walrus_localnet.chain.errors import ChainDataError, LocalChainError
from walrus_localnet.chain.execution import Executed, Executor
from walrus_localnet.chain.limits import REFERENCE_GAS_PRICE
from walrus_localnet.chain.object_runtime import Context
from walrus_localnet.chain.objects import id_of
from walrus_localnet.chain.records import CheckpointRecord, Commit, TransactionRecord
from walrus_localnet.chain.signatures import check_signatures
from walrus_localnet.chain.store import Store
from walrus_localnet.chain.system import RANDOM_BYTES, SystemStep, end_epoch, renew_randomness, tick
from walrus_localnet.chain.validity import check_expiration, uses_randomness
from walrus_localnet.chain.view import PackageShelf, View
from walrus_localnet.vm import Machine
from walrus_sui.bcs.sui import (
    Object,
    ProgrammableTransaction,
    TransactionDataV1,
    TransactionEffectsV2,
)
from walrus_sui.bcs.sui.framework import RANDOM_ID

DAY_MS = 24 * 3600 * 1000
LAST_MS = 7000 * 365 * DAY_MS
"""As far as time may be moved, to about the year 8965: messages can tell none after 9999."""

Step = tuple[TransactionDataV1, tuple[bytes, ...], Executed]
"""A transaction, its signatures, and what came of it."""


@dataclass(frozen=True)
class Prepared:
    """What a checkpoint is to hold."""

    steps: tuple[Step, ...]
    timestamp_ms: int


@dataclass(frozen=True)
class Simulated:
    """What a transaction would do now. `objects` are the versions it would write."""

    data: TransactionDataV1
    executed: Executed
    objects: tuple[Object, ...]


class Ledger:
    """A network's state and the only way to change it.

    `on_checkpoint` is called with the new head, after every commit and when the ledger went back.
    """

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        head = store.latest_checkpoint()
        first = store.checkpoint(0)
        if head is None or first is None:
            raise ChainDataError("expected a ledger with a genesis checkpoint, got an empty one")
        self.store = store
        self.clock = clock or Clock(head.summary.timestamp_ms)
        self.entropy: Callable[[int], bytes] = os.urandom
        self.epoch_duration_ms = DAY_MS
        """What readers are told; who ends epochs on a timer says how long they are."""
        self._move_to(head)
        self.chain_id = first.summary.digest()
        self.genesis_ms = first.summary.timestamp_ms
        self.shelf = PackageShelf(store)
        self.machine = Machine(self.shelf)
        self.executor = Executor(self.machine, self.shelf)
        self.on_checkpoint: list[Callable[[CheckpointRecord], None]] = []

    def close(self) -> None:
        self.store.close()

    # transactions -------------------------------------------------------------------------------------------
    def execute(self, data: TransactionDataV1, signatures: tuple[bytes, ...]) -> TransactionRecord:
        """Run a signed transaction and commit it. The same transaction twice gives the stored result.

        Raises `TransactionRejected` if it may not enter; a failure while running is in the effects.
        """
        return self.commit(self.prepare(data, signatures))

    def prepare(self, data: TransactionDataV1, signatures: tuple[bytes, ...]) -> Prepared | TransactionRecord:
        """The first half of `execute`: what would be committed, or what was; nothing has changed yet."""
        check_signatures(data, signatures)
        stored = self.store.transaction(data.digest())
        if stored is not None:
            return stored
        view, timestamp = View(self.store), self._now()
        steps: list[Step] = [(step, (), done) for step, done in self._prologue(view, data, timestamp)]
        check_expiration(data.expiration, self.epoch, self.chain_id)
        executed = self.executor.execute(view, admit(view, data), self.context(data))
        return Prepared((*steps, (data, signatures, executed)), timestamp)

    def commit(self, prepared: Prepared | TransactionRecord) -> TransactionRecord:
        """The second half of `execute`: the ledger must be as it was for the first."""
        if isinstance(prepared, TransactionRecord):
            return prepared
        return self._commit(list(prepared.steps), prepared.timestamp_ms)[-1]

    def simulate(
        self,
        data: TransactionDataV1,
        gas: tuple[Object, ...] | None = None,
        *,
        keep_outputs: bool = False,
        checks: bool = True,
    ) -> Simulated:
        """What `execute` would do, without signatures. `gas` may stand in for payment the transaction does not
        name. Without `checks` it is tried out what cannot be executed: any function on anybody's objects."""
        view = View(self.store)
        self._prologue(view, data, self._now())
        check_expiration(data.expiration, self.epoch, self.chain_id)
        admitted = admit(view, data, gas, checks=checks)
        executed = self.executor.execute(
            view, admitted, self.context(data), keep_outputs=keep_outputs, checks=checks
        )
        return Simulated(data, executed, executed.written)

    def advance(self, duration_ms: int = 0) -> tuple[CheckpointRecord, bytes | None]:
        """Let time pass and make a checkpoint with nothing in it but the clock's new time.

        Returns the checkpoint and the digest of the system transaction, None if the clock already showed the time.
        Raises `LocalChainError` beyond `LAST_MS`.
        """
        if self._now() + duration_ms > LAST_MS:
            raise LocalChainError(f"expected a time of at most {LAST_MS} ms, got {self._now() + duration_ms}")
        self.clock.advance(duration_ms)
        timestamp = self._now()
        step = tick(View(self.store), self.epoch, self._next_round, timestamp)
        self._commit([] if step is None else [(step[0], (), step[1])], timestamp)
        return self.head, None if step is None else step[0].digest()

    def advance_epoch(self) -> int:
        """End the epoch with a checkpoint of its own; the number of the one that begins."""
        timestamp = self._now()
        data, executed = end_epoch(self.epoch, self.head.summary.epoch_rolling_gas_cost, timestamp)
        self._commit([(data, (), executed)], timestamp, ends_epoch=True)
        return self.epoch

    def revert(self, sequence: int) -> None:
        """Go back to the state right after checkpoint `sequence`, as if nothing had happened since.

        Raises `LocalChainError` if there is no such checkpoint.
        """
        found = self.store.checkpoint(sequence)
        if found is None:
            height = self.head.summary.sequence_number
            raise LocalChainError(f"expected a checkpoint of 0 to {height} to go back to, got {sequence}")
        self.store.revert(sequence)
        self._move_to(found)
        self._show(found)

    def _move_to(self, head: CheckpointRecord) -> None:
        self.head = head
        self.epoch = current_epoch(head)
        span = epoch_span(self.store, head, self.epoch)
        assert span is not None
        self.span = span

    @property
    def epoch_start_ms(self) -> int:
        return self.span.start_ms

    def span_of(self, epoch: int) -> EpochSpan | None:
        """None for an epoch that has not begun."""
        return self.span if epoch == self.epoch else epoch_span(self.store, self.head, epoch)

    def _now(self) -> int:
        return max(self.clock.now_ms(), self.head.summary.timestamp_ms)

    def context(self, data: TransactionDataV1) -> Context:
        sponsor = data.gas.owner if data.gas.owner != data.sender else None
        return Context(
            sender=data.sender,
            digest=data.digest(),
            epoch=self.epoch,
            epoch_timestamp_ms=self.epoch_start_ms,
            reference_gas_price=REFERENCE_GAS_PRICE,
            gas_price=data.gas.price,
            gas_budget=data.gas.budget,
            sponsor=sponsor,
        )

    @property
    def _next_round(self) -> int:
        return self.head.summary.sequence_number + 1

    def _prologue(self, view: View, data: TransactionDataV1, timestamp_ms: int) -> list[SystemStep]:
        """What the network itself does before a transaction: set the clock, renew randomness that is asked for.

        The view is left as these transactions leave it.
        """
        steps: list[SystemStep] = []
        clock = tick(view, self.epoch, self._next_round, timestamp_ms)
        if clock is not None:
            steps.append(clock)
        program = data.kind
        random = isinstance(program, ProgrammableTransaction) and uses_randomness(program)
        if random and view.latest(RANDOM_ID) is not None:
            steps.append(renew_randomness(view, self.epoch, self.entropy(RANDOM_BYTES)))
        for _, executed in steps:
            view.apply(executed.written)
        return steps

    def _commit(
        self, steps: list[Step], timestamp_ms: int, *, ends_epoch: bool = False
    ) -> tuple[TransactionRecord, ...]:
        executed: list[tuple[TransactionEffectsV2, tuple[bytes, ...]]] = [
            (step.effects, signatures) for _, signatures, step in steps
        ]
        checkpoint = next_checkpoint(self.head, self.epoch, executed, timestamp_ms, ends_epoch=ends_epoch)
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
        if ends_epoch:
            self._move_to(checkpoint)
        self._show(checkpoint)
        return records

    def _show(self, head: CheckpointRecord) -> None:
        self.head = head
        for listener in self.on_checkpoint:
            listener(head)
