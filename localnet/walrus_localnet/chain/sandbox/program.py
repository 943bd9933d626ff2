"""Writing down what a transaction shall do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from walrus_localnet.chain.objects import CLOCK_SINCE, id_of
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import (
    Argument,
    CallArg,
    Command,
    ConsensusAddressOwner,
    Object,
    ObjectRef,
    ProgrammableTransaction,
    SharedOwner,
    TypeTag,
)
from walrus_sui.bcs.sui.framework import CLOCK_ID


class Program:
    """A programmable transaction in the making: inputs and commands in the order they are added."""

    def __init__(self) -> None:
        self.inputs: list[CallArg] = []
        self.commands: list[Command] = []

    def pure(self, hint: Any, value: Any) -> Argument:
        """A value in the BCS of a type annotation, e.g. `pure(U64, 5)` or `pure(tuple[str, ...], ("a", "b"))`."""
        return self.input(sui.Pure(encode(hint, value)))

    def address(self, address: bytes) -> Argument:
        return self.input(sui.Pure(address))

    def input(self, argument: CallArg) -> Argument:
        self.inputs.append(argument)
        return sui.Input(len(self.inputs) - 1)

    def owned(self, reference: ObjectRef) -> Argument:
        """An object of the sender's, or an immutable one."""
        return self.input(sui.ObjectInput(sui.ImmOrOwnedObject(reference)))

    def shared(self, obj: Object, *, mutable: bool = True) -> Argument:
        """A shared object, or one of the sender as a party. Raises `ValueError` for any other."""
        match obj.owner:
            case SharedOwner(version) | ConsensusAddressOwner(version, _):
                return self.input(sui.ObjectInput(sui.SharedObject(id_of(obj), version, int(mutable))))
            case owner:
                raise ValueError(f"expected a shared object, got one with {owner}")

    def clock(self) -> Argument:
        """The network's `Clock`."""
        return self.input(sui.ObjectInput(sui.SharedObject(CLOCK_ID, CLOCK_SINCE, 0)))

    def receiving(self, reference: ObjectRef) -> Argument:
        """An object that was sent to another object."""
        return self.input(sui.ObjectInput(sui.Receiving(reference)))

    def add(self, command: Command) -> Argument:
        """The result of the command, if it has exactly one."""
        self.commands.append(command)
        return sui.Result(len(self.commands) - 1)

    def call(
        self, package: bytes, target: str, *arguments: Argument, type_args: Sequence[TypeTag] = ()
    ) -> Argument:
        """Call `target`, a `module::function` of the package."""
        module, function = target.split("::")
        return self.add(sui.MoveCall(package, module, function, tuple(type_args), arguments))

    def send(self, recipient: bytes, *objects: Argument) -> None:
        self.add(sui.TransferObjects(objects, self.address(recipient)))

    def split(self, coin: Argument, *amounts: int) -> list[Argument]:
        """New coins out of one."""
        self.add(sui.SplitCoins(coin, tuple(self.pure(U64, amount) for amount in amounts)))
        return [sui.NestedResult(len(self.commands) - 1, index) for index in range(len(amounts))]

    def build(self) -> ProgrammableTransaction:
        return ProgrammableTransaction(tuple(self.inputs), tuple(self.commands))
