"""The commands of a programmable transaction (source: sui_localnet.md §4.2, §4.5)."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.chain.object_runtime import TransactionRuntime, uid_of
from walrus_localnet.chain.ptb.arguments import Arguments
from walrus_localnet.chain.ptb.calls import MoveCaller
from walrus_localnet.chain.ptb.failure import CommandFailed, argument_error
from walrus_localnet.chain.ptb.publishing import UPGRADE_TICKET, Publisher
from walrus_localnet.chain.ptb.pure import is_pure
from walrus_localnet.chain.ptb.slots import PureSlot, ValueSlot
from walrus_localnet.vm import (
    ADDRESS,
    U8,
    U64,
    Ability,
    Datatype,
    LinkError,
    Machine,
    Meter,
    Type,
    Value,
    Vector,
)
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Argument, Command, TypeTag
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI

U64_LIMIT = 1 << 64
COMMAND_COST = 100
"""Instructions charged for every command beside those it executes."""


@dataclass(frozen=True)
class CommandOutput:
    """Values of one command as BCS: those it returned, and those it changed with the argument that gave them."""

    returned: tuple[tuple[Type, bytes], ...]
    changed: tuple[tuple[Argument, Type, bytes], ...]


class Commands:
    """Runs commands one after the other over the same slots. Raises `CommandFailed` or `VmError`."""

    def __init__(
        self,
        machine: Machine,
        runtime: TransactionRuntime,
        arguments: Arguments,
        meter: Meter,
        publisher: Publisher,
    ) -> None:
        self.machine = machine
        self.runtime = runtime
        self.arguments = arguments
        self.meter = meter
        self.publisher = publisher
        self.caller = MoveCaller(machine, runtime, arguments, meter)

    def run(self, command: Command) -> None:
        """Execute one command and keep its results."""
        self.arguments.next_command()
        self.meter.charge(COMMAND_COST)
        self.arguments.keep(self._dispatch(command))

    def last_output(self) -> CommandOutput:
        """What the last command returned, and what it left behind its `&mut` arguments."""
        results = ((slot.type, slot.cell[0]) for slot in self.arguments.results[-1])
        return CommandOutput(
            tuple((type_, self.machine.to_bytes(type_, value)) for type_, value in results),
            tuple(
                (argument, type_, self.machine.to_bytes(type_, cell[0]))
                for argument, type_, cell in self.arguments.changeable
                if cell
            ),
        )

    def _dispatch(self, command: Command) -> list[ValueSlot]:
        match command:
            case sui.MoveCall():
                return self.caller.call(command)
            case sui.TransferObjects(objects, recipient):
                return self._transfer(objects, recipient)
            case sui.SplitCoins(coin, amounts):
                return self._split(coin, amounts)
            case sui.MergeCoins(target, sources):
                return self._merge(target, sources)
            case sui.MakeMoveVec(element, elements):
                return self._make_vector(element, elements)
            case sui.Publish(modules, dependencies):
                return self.publisher.publish(modules, dependencies)
            case sui.Upgrade(modules, dependencies, package, ticket):
                value = self.arguments.take(ticket, 0, UPGRADE_TICKET)
                return self.publisher.upgrade(modules, dependencies, package, value)
            case _:
                raise CommandFailed(sui.FeatureNotYetSupported())

    def _transfer(self, objects: tuple[Argument, ...], recipient: Argument) -> list[ValueSlot]:
        values = []
        for index, argument in enumerate(objects):
            type_, value = self.arguments.take_any(argument, index)
            needed = Ability.KEY | Ability.STORE
            if not isinstance(type_, Datatype) or self.machine.abilities(type_) & needed != needed:
                raise argument_error(index, sui.InvalidTransferArgument())
            values.append((type_, value))
        address = self.arguments.take(recipient, len(objects), ADDRESS)
        for type_, value in values:
            self.runtime.transfer(type_, value, address)
        return []

    def _split(self, coin: Argument, amounts: tuple[Argument, ...]) -> list[ValueSlot]:
        type_ = self._coin_type(coin, 0)
        source = self.arguments.borrow(coin, 0, type_, mutable=True)
        results = []
        for index, argument in enumerate(amounts, 1):
            amount = self.arguments.take(argument, index, U64)
            if amount > source[1][0]:
                raise CommandFailed(sui.InsufficientCoinBalance())
            source[1][0] -= amount
            part = [[[self.runtime.fresh_id()]], [amount]]
            results.append(ValueSlot(type_, [part]))
        return results

    def _merge(self, target: Argument, sources: tuple[Argument, ...]) -> list[ValueSlot]:
        type_ = self._coin_type(target, 0)
        into = self.arguments.borrow(target, 0, type_, mutable=True)
        for index, argument in enumerate(sources, 1):
            coin = self.arguments.take(argument, index, type_)
            if into[1][0] + coin[1][0] >= U64_LIMIT:
                raise CommandFailed(sui.CoinBalanceOverflow())
            into[1][0] += coin[1][0]
            self.runtime.delete_uid(uid_of(coin))
        return []

    def _coin_type(self, argument: Argument, index: int) -> Datatype:
        type_ = self.arguments.type_of(argument, index)
        if isinstance(type_, Datatype) and (type_.package, type_.module, type_.name) == (
            FRAMEWORK_SUI,
            "coin",
            "Coin",
        ):
            return type_
        raise argument_error(index, sui.TypeMismatch())

    def _make_vector(self, element: TypeTag | None, elements: tuple[Argument, ...]) -> list[ValueSlot]:
        if element is not None:
            type_ = self._element_type(element)
        elif elements:
            type_ = self._object_type(elements[0])
        else:
            raise argument_error(0, sui.InvalidMakeMoveVecNonObjectArgument())
        values = [self._element(argument, index, type_) for index, argument in enumerate(elements)]
        vector: Value = bytearray(values) if type_ == U8 else values
        return [ValueSlot(Vector(type_), [vector])]

    def _element_type(self, tag: TypeTag) -> Type:
        type_ = self.caller.type_of(tag)
        try:
            self.machine.abilities(type_)
        except LinkError as error:
            raise CommandFailed(sui.TypeArgumentError(0, sui.TypeNotFound())) from error
        return type_

    def _object_type(self, argument: Argument) -> Type:
        """Without a stated type the vector holds objects of the first one's type."""
        type_ = self.arguments.type_of(argument, 0)
        if not self.machine.abilities(type_) & Ability.KEY:
            raise argument_error(0, sui.InvalidMakeMoveVecNonObjectArgument())
        return type_

    def _element(self, argument: Argument, index: int, type_: Type) -> Value:
        pure = isinstance(self.arguments.slot(argument, index), PureSlot)
        if pure and self.arguments.checks and not is_pure(type_):
            raise argument_error(index, sui.InvalidUsageOfPureArgument())
        return self.arguments.take(argument, index, type_)

    def finish(self) -> None:
        """No value may be left over that cannot simply be dropped."""
        if not self.arguments.checks:
            return
        for command, results in enumerate(self.arguments.results):
            for position, slot in enumerate(results):
                if not slot.is_empty and not self.machine.abilities(slot.type) & Ability.DROP:
                    raise CommandFailed(sui.UnusedValueWithoutDrop(command, position))
