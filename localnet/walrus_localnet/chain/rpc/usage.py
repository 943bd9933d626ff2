"""How the commands of a transaction use its inputs, read off the signatures of the functions they call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from walrus_localnet.chain.ptb.pure import is_receiving
from walrus_localnet.vm import ADDRESS, U64, LinkError, Machine, Reference, Type, from_tag, substitute
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Argument, Command
from walrus_sui.errors import BcsError


@dataclass
class Usage:
    """`mutable`: some command changes or takes the object. `received`: it is given as `Receiving<T>`. `types` are
    those the commands take it for."""

    mutable: bool = False
    received: bool = False
    types: list[Type] = field(default_factory=list)


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
    if type_ is not None:
        usage.types.append(type_.target if isinstance(type_, Reference) else type_)
    if isinstance(type_, Reference):
        usage.mutable |= type_.mutable
    elif type_ is not None and is_receiving(type_):
        usage.received = True
    else:
        usage.mutable = True


def _uses(machine: Machine, command: Command) -> Iterator[tuple[Argument, Type | None]]:
    """Arguments with the parameter type they are given for; None where a command just takes them."""
    match command:
        case sui.MoveCall(arguments=arguments):
            yield from zip(arguments, _parameters(machine, command), strict=False)
        case sui.TransferObjects(objects, recipient):
            yield from ((argument, None) for argument in objects)
            yield recipient, ADDRESS
        case sui.SplitCoins(coin, amounts):
            yield coin, None
            yield from ((amount, U64) for amount in amounts)
        case sui.MergeCoins(target, sources):
            yield from ((argument, None) for argument in (target, *sources))
        case sui.MakeMoveVec(element, elements):
            type_ = None if element is None else from_tag(element)
            yield from ((argument, type_) for argument in elements)
        case sui.Upgrade(ticket=ticket):
            yield ticket, None
        case _:
            return


def _parameters(machine: Machine, call: sui.MoveCall) -> list[Type]:
    info = machine.function(call.package, call.module, call.function)
    if len(call.arguments) > len(info.parameters):
        takes, got = len(info.parameters), len(call.arguments)
        raise LinkError(f"{call.module}::{call.function} takes {takes} arguments, got {got}")
    if len(call.type_args) != len(info.type_parameters):
        takes, got = len(info.type_parameters), len(call.type_args)
        raise LinkError(f"{call.module}::{call.function} takes {takes} type arguments, got {got}")
    type_args = [from_tag(tag) for tag in call.type_args]
    return [substitute(parameter, type_args) for parameter in info.parameters]
