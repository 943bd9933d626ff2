"""One transaction from its checked inputs to its effects (source: sui_localnet.md §4.5-§4.7).

The commands run over live values; then what they left is read off, and paid for. When a command fails, or the
budget does not suffice, nothing of that is kept: the gas is charged, mutable inputs move to the new version
unchanged.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from walrus_localnet.chain import gas
from walrus_localnet.chain.admission import Admitted, InputObject
from walrus_localnet.chain.effects import build_effects
from walrus_localnet.chain.object_runtime import Context, Placed, TransactionRuntime
from walrus_localnet.chain.objects import coin_balance, id_of, reference_of, type_of, with_version
from walrus_localnet.chain.ptb.arguments import Arguments
from walrus_localnet.chain.ptb.commands import CommandOutput, Commands
from walrus_localnet.chain.ptb.failure import CommandFailed, failure_of
from walrus_localnet.chain.ptb.publishing import Publisher
from walrus_localnet.chain.ptb.slots import Origin, PureSlot, ReceivingSlot, Slot, ValueSlot
from walrus_localnet.chain.view import PackageShelf, View
from walrus_localnet.chain.writes import Writes, collect
from walrus_localnet.vm import Machine, Meter, VmError, from_struct_tag
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    ConsensusAddressOwner,
    Event,
    ExecutionStatus,
    Failure,
    MoveObject,
    Object,
    SharedOwner,
    Success,
    TransactionEffectsV2,
)
from walrus_sui.bcs.sui.framework import SUI_COIN

ORDERED = (SharedOwner, ConsensusAddressOwner)
"""Owners of objects whose uses consensus would put in order."""


@dataclass(frozen=True)
class Executed:
    """What came of a transaction."""

    effects: TransactionEffectsV2
    events: tuple[Event, ...]
    written: tuple[Object, ...]
    removed: frozenset[bytes]
    outputs: tuple[CommandOutput, ...] = ()
    """What each command gave, if that was asked for."""


@dataclass
class Attempt:
    """The outcome of running the commands, before anything is paid."""

    status: ExecutionStatus
    writes: Writes
    events: tuple[Event, ...] = ()


class TakesLong(Exception):
    """A transaction was given up because it is not one that is soon done."""


class Executor:
    """Executes admitted transactions against a view; changes nothing but the objects it returns."""

    def __init__(self, machine: Machine, shelf: PackageShelf) -> None:
        self.machine = machine
        self.shelf = shelf
        self._patience: int | None = None

    @contextmanager
    def hurried(self, instructions: int) -> Iterator[None]:
        """Within this, what executes more instructions raises `TakesLong`, and what publishes does at once."""
        self._patience = instructions
        try:
            yield
        finally:
            self._patience = None

    def execute(
        self, view: View, admitted: Admitted, context: Context, *, keep_outputs: bool = False, checks: bool = True
    ) -> Executed:
        """Without `checks` commands may do what no transaction can: see `Arguments.checks`."""
        run = Run(self.machine, self.shelf, view, admitted, context)
        run.outputs = [] if keep_outputs else None
        run.checks = checks
        run.patience = self._patience
        try:
            return run.execute()
        finally:
            self.shelf.unpublished.clear()


class Run:
    """The execution of one transaction."""

    def __init__(
        self, machine: Machine, shelf: PackageShelf, view: View, admitted: Admitted, context: Context
    ) -> None:
        self.machine = machine
        self.shelf = shelf
        self.view = view
        self.admitted = admitted
        self.context = context
        self.budget = admitted.data.gas.budget
        self.lamport = admitted.lamport_version
        self.gas_id = id_of(admitted.gas[0])
        self.gas_total = sum(coin_balance(coin) or 0 for coin in admitted.gas)
        self.outputs: list[CommandOutput] | None = None
        self.checks = True
        self.patience: int | None = None

    def execute(self) -> Executed:
        price = self.admitted.data.gas.price
        meter = self._meter(gas.instruction_limit(self.budget, price))
        attempt = self._attempt(meter)
        if not meter.left and meter.limit == self.patience:
            raise TakesLong
        computation = min(gas.computation_cost(meter.used, price), self.budget)
        attempt, used = self._pay(attempt, computation)
        effects = build_effects(
            digest=self.admitted.digest,
            status=attempt.status,
            epoch=self.context.epoch,
            gas_used=used,
            gas_id=self.gas_id,
            writes=attempt.writes,
            read=[g.object for g in self._inputs() if not g.mutable and isinstance(g.object.owner, ORDERED)],
            events=attempt.events,
            dependencies={obj.previous_transaction for obj in self.admitted.touched},
            lamport=self.lamport,
        )
        writes = attempt.writes
        return Executed(
            effects,
            attempt.events,
            tuple(writes.objects.values()),
            frozenset(writes.removed),
            tuple(self.outputs or ()),
        )

    def _meter(self, limit: int) -> Meter:
        if self.patience is None or limit <= self.patience:
            return Meter(limit)
        if any(isinstance(command, sui.Publish | sui.Upgrade) for command in self.admitted.program.commands):
            raise TakesLong
        return Meter(self.patience)

    def _inputs(self) -> list[InputObject]:
        return [given for given in self.admitted.objects if given is not None]

    # running ------------------------------------------------------------------------------------------------
    def _attempt(self, meter: Meter) -> Attempt:
        runtime = TransactionRuntime(self.machine, self.view, self.context)
        runtime.inputs = {id_of(obj): obj for obj in self.admitted.touched}
        runtime.receivable = {id_of(g.object): reference_of(g.object) for g in self._inputs() if g.receiving}
        publisher = Publisher(self.machine, self.view, self.shelf, runtime, meter)
        command = 0
        try:
            slots = [self._slot(position) for position in range(len(self.admitted.objects))]
            arguments = Arguments(self.machine, slots, self._gas_slot(), checks=self.checks)
            commands = Commands(self.machine, runtime, arguments, meter, publisher)
            for command, item in enumerate(self.admitted.program.commands):  # noqa: B007 - told in the failure
                commands.run(item)
                if self.outputs is not None:
                    self.outputs.append(commands.last_output())
            commands.finish()
            return self._collect(runtime, commands.arguments, publisher)
        except CommandFailed as failed:
            return self._failed(failed.failure, command)
        except VmError as error:
            return self._failed(failure_of(error), command)

    def _slot(self, position: int) -> Slot:
        given = self.admitted.objects[position]
        if given is None:
            argument = self.admitted.program.inputs[position]
            assert isinstance(argument, sui.Pure)
            return PureSlot(argument.value)
        if given.receiving:
            return ReceivingSlot(reference_of(given.object))
        origin = Origin.SHARED if isinstance(given.object.owner, SharedOwner) else Origin.OWNED
        return self._object_slot(given.object, origin if given.mutable else Origin.READ_ONLY)

    def _object_slot(self, obj: Object, origin: Origin) -> ValueSlot:
        struct = type_of(obj)
        assert struct is not None
        assert isinstance(obj.data, MoveObject)
        type_ = from_struct_tag(struct)
        return ValueSlot(type_, [self.machine.from_bytes(type_, obj.data.contents)], origin)

    def _gas_slot(self) -> ValueSlot:
        """The gas coin with all payment in it; what the budget may take is out of the commands' reach."""
        spendable = self.gas_total - self.budget
        return ValueSlot(from_struct_tag(SUI_COIN), [[[[self.gas_id]], [spendable]]], Origin.GAS)

    def _collect(self, runtime: TransactionRuntime, arguments: Arguments, publisher: Publisher) -> Attempt:
        kept: dict[bytes, Placed] = {}
        for given, slot in zip(self.admitted.objects, arguments.inputs, strict=True):
            if given is None or not given.mutable or not isinstance(slot, ValueSlot):
                continue
            if slot.is_empty:
                runtime.taken.add(id_of(given.object))
            else:
                kept[id_of(given.object)] = _placed(given.object, slot)
        if not arguments.gas.is_empty:
            kept[self.gas_id] = _placed(self.admitted.gas[0], arguments.gas)
        (runtime.placed.get(self.gas_id) or kept[self.gas_id]).value[1][0] += self.budget
        writes = collect(self.machine, runtime, kept, publisher.published, self.lamport, self.admitted.digest)
        self._smash(writes)
        return Attempt(Success(), writes, tuple(runtime.events))

    def _failed(self, failure: sui.ExecutionFailure, command: int | None) -> Attempt:
        """Nothing but the gas, and new versions of whatever might have been changed."""
        writes = Writes()
        for given in self._inputs():
            if given.mutable:
                self._touch(writes, given.object)
        self._touch(writes, self.admitted.gas[0])
        writes.objects[self.gas_id] = _with_balance(writes.objects[self.gas_id], self.gas_total)
        self._smash(writes)
        return Attempt(Failure(failure, command), writes)

    def _touch(self, writes: Writes, obj: Object) -> None:
        writes.objects[id_of(obj)] = with_version(obj, self.lamport, self.admitted.digest)
        writes.before[id_of(obj)] = obj

    def _smash(self, writes: Writes) -> None:
        for coin in self.admitted.gas[1:]:
            writes.removed[id_of(coin)] = True
            writes.before[id_of(coin)] = coin

    # paying -------------------------------------------------------------------------------------------------
    def _pay(self, attempt: Attempt, computation: int) -> tuple[Attempt, sui.GasCostSummary]:
        """Charge the gas coin. What the budget cannot pay for does not happen."""
        writes = attempt.writes
        writes.objects = gas.charge_storage(writes)
        used = gas.cost_summary(computation, writes)
        if used.net > self.budget:
            if isinstance(attempt.status, Success):
                return self._pay(self._failed(sui.InsufficientGas(), None), computation)
            used = self._take_all(writes)
        coin = writes.objects[self.gas_id]
        writes.objects[self.gas_id] = _with_balance(coin, (coin_balance(coin) or 0) - used.net)
        return attempt, used

    def _take_all(self, writes: Writes) -> sui.GasCostSummary:
        """Not even a failure's storage can be paid: the whole budget goes. Deposits stay as they were, except that
        those of smashed gas coins are lost."""
        lost = sum(writes.before[object_id].storage_rebate for object_id in writes.removed)
        for object_id, obj in writes.objects.items():
            before = writes.before[object_id]
            writes.objects[object_id] = dataclasses.replace(obj, storage_rebate=before.storage_rebate)
        return sui.GasCostSummary(self.budget, 0, 0, lost)


def _placed(obj: Object, slot: ValueSlot) -> Placed:
    struct = type_of(obj)
    assert struct is not None
    return Placed(obj.owner, from_struct_tag(struct), slot.cell[0])


def _with_balance(coin: Object, balance: int) -> Object:
    assert isinstance(coin.data, MoveObject)
    contents = coin.data.contents[:32] + balance.to_bytes(8, "little")
    return dataclasses.replace(coin, data=dataclasses.replace(coin.data, contents=contents))
