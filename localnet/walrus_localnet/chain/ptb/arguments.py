"""Arguments of commands: taking and borrowing the values they name, under Sui's rules (source: sui_localnet.md
§4.2).

A value is moved when a command takes it, unless its type has `copy`; a reference lives for one command and
excludes any other use of the same value if one of the two is mutable. Objects given read-only can only be borrowed
immutably.
"""

from __future__ import annotations

from walrus_localnet.chain.ptb.cliques import Cliques
from walrus_localnet.chain.ptb.failure import argument_error
from walrus_localnet.chain.ptb.pure import is_pure, is_receiving, parse_pure
from walrus_localnet.chain.ptb.slots import Origin, PureSlot, ReceivingSlot, Slot, ValueSlot, copied
from walrus_localnet.vm import Ability, Cell, InvalidValue, Machine, Type, Value
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Argument, GasCoin, Input, NestedResult, Result


class Arguments:
    """All slots of one transaction: gas coin, inputs, results of commands.

    Without `checks`, as in simulations that are to find out rather than to rehearse, a pure input may be a value
    of any type, calls may go to any function, and what is left over is dropped.
    """

    def __init__(self, machine: Machine, inputs: list[Slot], gas: ValueSlot, *, checks: bool = True) -> None:
        self.checks = checks
        self.machine = machine
        self.inputs = inputs
        self.gas = gas
        self.results: list[list[ValueSlot]] = []
        self.cliques = Cliques(machine)
        self.changeable: list[tuple[Argument, Type, Cell]] = []
        """What the running command holds by `&mut`."""
        self._borrowed: dict[int, bool] = {}

    def next_command(self) -> None:
        """References of the last command are gone."""
        self._borrowed.clear()
        self.changeable.clear()
        self.cliques.begin()

    def keep(self, results: list[ValueSlot]) -> None:
        """What the running command gave."""
        self.results.append(results)
        self.cliques.end(results)

    def slot(self, argument: Argument, index: int) -> Slot:
        """The place `argument` names; `index` is its position in the command, for errors."""
        match argument:
            case GasCoin():
                return self.gas
            case Input(position):
                if position >= len(self.inputs):
                    raise argument_error(index, sui.IndexOutOfBounds(position))
                return self.inputs[position]
            case Result(command):
                if len(self._result(command, index)) != 1:
                    raise argument_error(index, sui.InvalidResultArity(command))
                return self.results[command][0]
            case NestedResult(command, position):
                if position >= len(self._result(command, index)):
                    raise argument_error(index, sui.SecondaryIndexOutOfBounds(command, position))
                return self.results[command][position]
            case _:
                raise argument_error(index, sui.InvalidValueUsage())

    def _result(self, command: int, index: int) -> list[ValueSlot]:
        if command >= len(self.results):
            raise argument_error(index, sui.IndexOutOfBounds(command))
        return self.results[command]

    def take(self, argument: Argument, index: int, type_: Type) -> Value:
        """A value of exactly `type_`, by value."""
        slot = self.slot(argument, index)
        if isinstance(slot, PureSlot):
            return self._pure(slot, index, type_)
        if isinstance(slot, ReceivingSlot):
            return self._receiving(slot, index, type_)
        if not slot.is_empty and slot.type != type_:
            raise argument_error(index, sui.TypeMismatch())
        if isinstance(argument, GasCoin):
            raise argument_error(index, sui.InvalidGasCoinUsage())
        return self.take_any(argument, index)[1]

    def take_any(self, argument: Argument, index: int) -> tuple[Type, Value]:
        """A value of whatever type is there, by value. The gas coin may go this way."""
        slot = self.slot(argument, index)
        if not isinstance(slot, ValueSlot):
            raise argument_error(index, sui.TypeMismatch())
        if slot.is_empty:
            raise argument_error(index, sui.InvalidValueUsage())
        if slot.origin is Origin.READ_ONLY:
            raise argument_error(index, sui.InvalidObjectByValue())
        copy = bool(self.machine.abilities(slot.type) & Ability.COPY)
        if self._borrowed.get(id(slot), False) or (not copy and id(slot) in self._borrowed):
            raise argument_error(index, sui.CannotMoveBorrowedValue())
        self.cliques.use(slot, index, moved=None if copy else slot.type)
        return slot.type, copied(slot.cell[0]) if copy else slot.cell.pop()

    def borrow(self, argument: Argument, index: int, type_: Type, mutable: bool) -> Value:
        """A reference to a value of exactly `type_` for the running command."""
        slot = self.slot(argument, index)
        if isinstance(slot, ReceivingSlot):
            raise argument_error(index, sui.TypeMismatch())
        if isinstance(slot, PureSlot):
            cell = self._pure_cell(slot, index, type_)
        else:
            cell = self._value_cell(slot, index, type_, mutable)
        self._note_borrow(slot, index, mutable)
        if mutable or not isinstance(slot, PureSlot):
            self.cliques.use(slot, index)
        if mutable:
            self.changeable.append((argument, type_, cell))
        return self.machine.borrow(cell, type_, mutable)

    def type_of(self, argument: Argument, index: int) -> Type:
        """The type of a value that is there. Pure inputs have none."""
        slot = self.slot(argument, index)
        if not isinstance(slot, ValueSlot):
            raise argument_error(index, sui.TypeMismatch())
        if slot.is_empty:
            raise argument_error(index, sui.InvalidValueUsage())
        return slot.type

    def _value_cell(self, slot: ValueSlot, index: int, type_: Type, mutable: bool) -> Cell:
        if slot.is_empty:
            raise argument_error(index, sui.InvalidValueUsage())
        if slot.type != type_:
            raise argument_error(index, sui.TypeMismatch())
        if mutable and slot.origin is Origin.READ_ONLY:
            raise argument_error(index, sui.InvalidObjectByMutRef())
        return slot.cell

    def _note_borrow(self, slot: Slot, index: int, mutable: bool) -> None:
        before = self._borrowed.get(id(slot))
        if before is not None and (mutable or before):
            raise argument_error(index, sui.CannotWriteToExtendedReference())
        self._borrowed[id(slot)] = mutable

    def _pure(self, slot: PureSlot, index: int, type_: Type) -> Value:
        if type_ in slot.borrowed:
            return copied(slot.borrowed[type_][0])
        if self.checks and not is_pure(type_):
            raise argument_error(index, sui.InvalidUsageOfPureArgument())
        try:
            return parse_pure(self.machine, type_, slot.data)
        except InvalidValue as error:
            raise argument_error(index, sui.InvalidBcsBytes()) from error

    def _pure_cell(self, slot: PureSlot, index: int, type_: Type) -> Cell:
        if type_ not in slot.borrowed:
            slot.borrowed[type_] = [self._pure(slot, index, type_)]
        return slot.borrowed[type_]

    def _receiving(self, slot: ReceivingSlot, index: int, type_: Type) -> Value:
        if not is_receiving(type_):
            raise argument_error(index, sui.TypeMismatch())
        if slot.used:
            raise argument_error(index, sui.InvalidValueUsage())
        slot.used = True
        return [[slot.reference.object_id], slot.reference.version]
