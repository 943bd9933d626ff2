"""Programmable transactions, built command by command (source: sui_localnet.md §4.2).

    tx = TransactionBuilder()
    (coin,) = tx.split_coins(tx.gas, [1_000])
    tx.transfer_objects([coin], recipient)

The builder does no I/O: objects are named by id, and `kind()` is told afterwards how each can be used. All
encoding is by `walrus_sui.bcs`, so what is signed is what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from walrus_sui import bcs
from walrus_sui.bcs.sui import (
    Argument,
    CallArg,
    Command,
    DatatypeTag,
    GasCoin,
    ImmOrOwnedObject,
    Input,
    MakeMoveVec,
    MergeCoins,
    MoveCall,
    NestedResult,
    ObjectArg,
    ObjectInput,
    ObjectRef,
    ProgrammableTransaction,
    Publish,
    Pure,
    Receiving,
    Result,
    SharedObject,
    SplitCoins,
    StructTag,
    TransferObjects,
    TypeTag,
    Upgrade,
    format_address,
)
from walrus_sui.bcs.sui.framework import CLOCK_ID, RANDOM_ID
from walrus_sui.errors import ObjectNotFound

READ_ONLY, MUTABLE = 0, 1


@dataclass(frozen=True)
class CommandResult:
    """What a command returns: the whole of it as an argument, or one value of several by index."""

    command: int
    arity: int | None = None

    def __getitem__(self, index: int) -> NestedResult:
        if self.arity is not None and not 0 <= index < self.arity:
            raise IndexError(f"expected an index below {self.arity}, got {index}")
        return NestedResult(self.command, index)

    def __iter__(self) -> Iterator[NestedResult]:
        """The values one by one; only a command that says how many it returns can be taken apart so."""
        if self.arity is None:
            raise TypeError("expected a command of known arity, got a call; use result[i]")
        return (self[index] for index in range(self.arity))


Usable = Argument | CommandResult
Shape = tuple[object, ...]
"""Equal for transactions that cost about the same."""
AnyType = TypeTag | StructTag


@dataclass(frozen=True)
class SharedVersion:
    """How a shared object is named in a transaction: by the version at which it was first shared."""

    initial_version: int


@dataclass
class _ObjectUse:
    object_id: bytes
    mutable: bool
    receiving: bool


class TransactionBuilder:
    """A list of inputs and commands.

    `gas_budget` (MIST) skips the estimate by simulation when given. A `routine` transaction is simulated only
    until one of its shape went through: then its cost is known. Should it fail nevertheless, its gas is paid for.
    """

    gas = GasCoin()

    def __init__(self, *, gas_budget: int | None = None, routine: bool = False) -> None:
        self.gas_budget = gas_budget
        self.routine = routine
        self._inputs: list[Pure | _ObjectUse] = []
        self._objects: dict[bytes, int] = {}
        self._commands: list[Command] = []

    def pure(self, hint: Any, value: Any) -> Input:
        """A plain value of the BCS type `hint`, e.g. `pure(bcs.U64, 5)` or `pure(bytes, signature)`."""
        return self._add(Pure(bcs.encode(hint, value)))

    def address(self, value: bytes) -> Input:
        return self.pure(bcs.Bytes32, value)

    def object(self, object_id: bytes, *, mutable: bool = True) -> Input:
        """An object by id, owned, shared or immutable.

        `mutable=False` lets transactions that only read a shared object run in parallel. Asked for twice it is one
        input, mutable if either use is. Clock and randomness are always read-only.
        """
        mutable = mutable and object_id not in (CLOCK_ID, RANDOM_ID)
        return self._use(object_id, mutable=mutable, receiving=False)

    def receiving(self, object_id: bytes) -> Input:
        """An object that was sent to another object, as the `Receiving` argument to take it out."""
        return self._use(object_id, mutable=False, receiving=True)

    def move_call(
        self,
        package: bytes,
        module: str,
        function: str,
        *,
        type_args: Sequence[AnyType] = (),
        arguments: Sequence[Usable] = (),
    ) -> CommandResult:
        """Call a Move function. The transaction context is no argument: the chain passes it."""
        tags = tuple(_type_tag(tag) for tag in type_args)
        return self._run(MoveCall(package, module, function, tags, _arguments(arguments)))

    def split_coins(self, coin: Usable, amounts: Sequence[int | Usable]) -> CommandResult:
        """Split one coin an amount (smallest unit) off `coin`; the rest stays in it."""
        values = [self.pure(bcs.U64, amount) if isinstance(amount, int) else amount for amount in amounts]
        return self._run(SplitCoins(_argument(coin), _arguments(values)), arity=len(values))

    def merge_coins(self, target: Usable, sources: Sequence[Usable]) -> None:
        self._run(MergeCoins(_argument(target), _arguments(sources)))

    def transfer_objects(self, objects: Sequence[Usable], recipient: bytes | Usable) -> None:
        address = self.address(recipient) if isinstance(recipient, bytes) else recipient
        self._run(TransferObjects(_arguments(objects), _argument(address)))

    def make_move_vec(self, element: AnyType | None, elements: Sequence[Usable]) -> CommandResult:
        """A vector of arguments; `element` is its type, needed when it is empty or not of objects."""
        return self._run(MakeMoveVec(None if element is None else _type_tag(element), _arguments(elements)))

    def publish(self, modules: Sequence[bytes], dependencies: Sequence[bytes]) -> CommandResult:
        """Publish modules, given in dependency order. Returns the `UpgradeCap`."""
        return self._run(Publish(tuple(modules), tuple(dependencies)))

    def upgrade(
        self, modules: Sequence[bytes], dependencies: Sequence[bytes], package: bytes, ticket: Usable
    ) -> CommandResult:
        """Publish modules as the next version of `package`. Returns the `UpgradeReceipt`."""
        return self._run(Upgrade(tuple(modules), tuple(dependencies), package, _argument(ticket)))

    @property
    def object_ids(self) -> tuple[bytes, ...]:
        """Every object named so far."""
        return tuple(self._objects)

    @property
    def uses_gas_coin(self) -> bool:
        """Whether a command takes the gas coin itself, so that its value matters beyond the budget."""
        return any(self.gas in arguments_of(command) for command in self._commands)

    @property
    def shape(self) -> Shape:
        """What transactions that cost about the same have in common: the commands, and how much is written."""
        size = sum(len(entry.value) for entry in self._inputs if isinstance(entry, Pure))
        return (size.bit_length(), *map(_outline, self._commands))

    def kind(self, objects: Mapping[bytes, ObjectRef | SharedVersion]) -> ProgrammableTransaction:
        """The transaction's inputs and commands, with every object as `objects` says it can be used.

        Raises `ObjectNotFound` for an object that `objects` does not hold.
        """
        return ProgrammableTransaction(
            tuple(_call_arg(entry, objects) for entry in self._inputs), tuple(self._commands)
        )

    def _use(self, object_id: bytes, *, mutable: bool, receiving: bool) -> Input:
        index = self._objects.get(object_id)
        if index is None:
            self._objects[object_id] = len(self._inputs)
            return self._add(_ObjectUse(object_id, mutable, receiving))
        use = self._inputs[index]
        if isinstance(use, _ObjectUse):
            use.mutable |= mutable
            use.receiving |= receiving
        return Input(index)

    def _add(self, entry: Pure | _ObjectUse) -> Input:
        self._inputs.append(entry)
        return Input(len(self._inputs) - 1)

    def _run(self, command: Command, *, arity: int | None = None) -> CommandResult:
        self._commands.append(command)
        return CommandResult(len(self._commands) - 1, arity)


def _call_arg(entry: Pure | _ObjectUse, objects: Mapping[bytes, ObjectRef | SharedVersion]) -> CallArg:
    if isinstance(entry, Pure):
        return entry
    found = objects.get(entry.object_id)
    if found is None:
        raise ObjectNotFound(f"expected object {format_address(entry.object_id)} on chain, got none")
    return ObjectInput(_object_arg(entry, found))


def _object_arg(use: _ObjectUse, found: ObjectRef | SharedVersion) -> ObjectArg:
    if isinstance(found, SharedVersion):
        return SharedObject(use.object_id, found.initial_version, MUTABLE if use.mutable else READ_ONLY)
    return Receiving(found) if use.receiving else ImmOrOwnedObject(found)


def _type_tag(tag: AnyType) -> TypeTag:
    return DatatypeTag(tag) if isinstance(tag, StructTag) else tag


def _argument(usable: Usable) -> Argument:
    return Result(usable.command) if isinstance(usable, CommandResult) else usable


def _arguments(usables: Sequence[Usable]) -> tuple[Argument, ...]:
    return tuple(_argument(usable) for usable in usables)


def _outline(command: Command) -> tuple[object, ...]:
    """A command without the values it is given."""
    if isinstance(command, MoveCall):
        return command.package, command.module, command.function, command.type_args, len(command.arguments)
    return type(command), len(arguments_of(command))


def arguments_of(command: Command) -> tuple[Argument, ...]:
    """Everything that a command uses."""
    match command:
        case MoveCall(arguments=arguments):
            return arguments
        case TransferObjects(objects, recipient):
            return (*objects, recipient)
        case SplitCoins(coin, amounts):
            return (coin, *amounts)
        case MergeCoins(target, sources):
            return (target, *sources)
        case MakeMoveVec(elements=elements):
            return elements
    return ()
