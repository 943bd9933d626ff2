"""How the commands of a transaction use its inputs, read off the signatures of the functions they call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from walrus_localnet.chain.objects import FRAMEWORK_SUI
from walrus_localnet.vm import Datatype, LinkError, Machine, Reference, Type
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Argument, Command
from walrus_sui.errors import BcsError


@dataclass
class Usage:
    """`mutable`: some command changes or takes the object. `received`: it is given as `Receiving<T>`."""

    mutable: bool = False
    received: bool = False


def usages(machine: Machine, commands: tuple[Command, ...], inputs: int) -> list[Usage]:
    """One entry an input. Raises `BcsError` for an argument that names no input, `LinkError` for no function."""
    found = [Usage() for _ in range(inputs)]
    for command in commands:
        for argument, type_ in _uses(machine, command):
            if not isinstance(argument, sui.Input):
                continue
            if argument.index >= inputs:
                raise BcsError(f"expected an input below {inputs}, got {argument.index}")
            _note(found[argument.index], type_)
    return found


def _note(usage: Usage, type_: Type | None) -> None:
    if isinstance(type_, Reference):
        usage.mutable |= type_.mutable
    elif isinstance(type_, Datatype) and is_receiving(type_):
        usage.received = True
    else:
        usage.mutable = True


def is_receiving(type_: Datatype) -> bool:
    return (type_.package, type_.module, type_.name) == (FRAMEWORK_SUI, "transfer", "Receiving")


def _uses(machine: Machine, command: Command) -> Iterator[tuple[Argument, Type | None]]:
    """Arguments with the parameter type they are given for; None where a command just takes them."""
    match command:
        case sui.MoveCall(package, module, function, _, arguments):
            parameters = machine.function(package, module, function).parameters
            if len(arguments) > len(parameters):
                raise LinkError(f"{module}::{function} takes {len(parameters)} arguments, got {len(arguments)}")
            yield from zip(arguments, parameters, strict=False)
        case sui.TransferObjects(objects, recipient):
            yield from ((argument, None) for argument in (*objects, recipient))
        case sui.SplitCoins(coin, amounts):
            yield from ((argument, None) for argument in (coin, *amounts))
        case sui.MergeCoins(target, sources):
            yield from ((argument, None) for argument in (target, *sources))
        case sui.MakeMoveVec(_, elements):
            yield from ((argument, None) for argument in elements)
        case sui.Upgrade(ticket=ticket):
            yield ticket, None
        case _:
            return
