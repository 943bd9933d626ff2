"""Programmable transactions as messages, and back (source: sui_localnet.md §1.5, §4.2)."""

from __future__ import annotations

from walrus_localnet.chain.rpc.messages import rpc
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    Argument,
    CallArg,
    Command,
    GasData,
    ObjectRef,
    ProgrammableTransaction,
    TypeTag,
    format_address,
    format_digest,
    parse_address,
    parse_digest,
)
from walrus_sui.errors import BcsError

_INPUT = rpc.InputInputKind
_ARGUMENT = rpc.ArgumentArgumentKind


# out --------------------------------------------------------------------------------------------------------
def program_message(program: ProgrammableTransaction) -> rpc.ProgrammableTransaction:
    return rpc.ProgrammableTransaction(
        inputs=list(map(_input_message, program.inputs)), commands=list(map(_command_message, program.commands))
    )


def gas_message(gas: GasData) -> rpc.GasPayment:
    return rpc.GasPayment(
        objects=list(map(reference_message, gas.payment)),
        owner=format_address(gas.owner),
        price=gas.price,
        budget=gas.budget,
    )


def reference_message(reference: ObjectRef) -> rpc.ObjectReference:
    return rpc.ObjectReference(
        object_id=format_address(reference.object_id),
        version=reference.version,
        digest=format_digest(reference.digest),
    )


def _input_message(argument: CallArg) -> rpc.Input:
    match argument:
        case sui.Pure(value):
            return rpc.Input(kind=_INPUT.PURE, pure=value)
        case sui.ObjectInput(sui.ImmOrOwnedObject(reference)):
            return _reference_input(_INPUT.IMMUTABLE_OR_OWNED, reference)
        case sui.ObjectInput(sui.Receiving(reference)):
            return _reference_input(_INPUT.RECEIVING, reference)
        case sui.ObjectInput(sui.SharedObject(object_id, version, mutability)):
            return rpc.Input(
                kind=_INPUT.SHARED,
                object_id=format_address(object_id),
                version=version,
                mutable=mutability == 1,
                mutability=rpc.InputMutability(mutability + 1),
            )
        case _:
            return rpc.Input(kind=_INPUT.FUNDS_WITHDRAWAL)


def _reference_input(kind: rpc.InputInputKind, reference: ObjectRef) -> rpc.Input:
    message = reference_message(reference)
    return rpc.Input(kind=kind, object_id=message.object_id, version=message.version, digest=message.digest)


def argument_message(argument: Argument) -> rpc.Argument:
    match argument:
        case sui.Input(index):
            return rpc.Argument(kind=_ARGUMENT.INPUT, input=index)
        case sui.Result(command):
            return rpc.Argument(kind=_ARGUMENT.RESULT, result=command)
        case sui.NestedResult(command, index):
            return rpc.Argument(kind=_ARGUMENT.RESULT, result=command, subresult=index)
        case _:
            return rpc.Argument(kind=_ARGUMENT.GAS)


def _arguments(arguments: tuple[Argument, ...]) -> list[rpc.Argument]:
    return list(map(argument_message, arguments))


def _command_message(command: Command) -> rpc.Command:
    match command:
        case sui.MoveCall(package, module, function, type_args, arguments):
            return rpc.Command(
                move_call=rpc.MoveCall(
                    package=format_address(package),
                    module=module,
                    function=function,
                    type_arguments=list(map(str, type_args)),
                    arguments=_arguments(arguments),
                )
            )
        case sui.TransferObjects(objects, recipient):
            return rpc.Command(
                transfer_objects=rpc.TransferObjects(
                    objects=_arguments(objects), address=argument_message(recipient)
                )
            )
        case sui.SplitCoins(coin, amounts):
            return rpc.Command(
                split_coins=rpc.SplitCoins(coin=argument_message(coin), amounts=_arguments(amounts))
            )
        case sui.MergeCoins(target, sources):
            return rpc.Command(
                merge_coins=rpc.MergeCoins(coin=argument_message(target), coins_to_merge=_arguments(sources))
            )
        case sui.MakeMoveVec(element, elements):
            text = None if element is None else str(element)
            return rpc.Command(
                make_move_vector=rpc.MakeMoveVector(element_type=text, elements=_arguments(elements))
            )
        case sui.Publish(modules, dependencies):
            return rpc.Command(
                publish=rpc.Publish(modules=list(modules), dependencies=list(map(format_address, dependencies)))
            )
        case sui.Upgrade(modules, dependencies, package, ticket):
            return rpc.Command(
                upgrade=rpc.Upgrade(
                    modules=list(modules),
                    dependencies=list(map(format_address, dependencies)),
                    package=format_address(package),
                    ticket=argument_message(ticket),
                )
            )
        case _:
            return rpc.Command()


# in ---------------------------------------------------------------------------------------------------------
def parse_command(message: rpc.Command) -> Command:
    """Raises `BcsError` for a command that is empty or malformed."""
    if message.move_call is not None:
        call = message.move_call
        return sui.MoveCall(
            parse_address(call.package or ""),
            call.module or "",
            call.function or "",
            tuple(map(TypeTag.parse, call.type_arguments)),
            _parse_arguments(call.arguments),
        )
    if message.transfer_objects is not None:
        transfer = message.transfer_objects
        return sui.TransferObjects(_parse_arguments(transfer.objects), parse_argument(transfer.address))
    if message.split_coins is not None:
        return sui.SplitCoins(
            parse_argument(message.split_coins.coin), _parse_arguments(message.split_coins.amounts)
        )
    if message.merge_coins is not None:
        merge = message.merge_coins
        return sui.MergeCoins(parse_argument(merge.coin), _parse_arguments(merge.coins_to_merge))
    if message.make_move_vector is not None:
        vector = message.make_move_vector
        element = TypeTag.parse(vector.element_type) if vector.element_type else None
        return sui.MakeMoveVec(element, _parse_arguments(vector.elements))
    if message.publish is not None:
        return sui.Publish(tuple(message.publish.modules), tuple(map(parse_address, message.publish.dependencies)))
    if message.upgrade is not None:
        upgrade = message.upgrade
        dependencies = tuple(map(parse_address, upgrade.dependencies))
        package = parse_address(upgrade.package or "")
        return sui.Upgrade(tuple(upgrade.modules), dependencies, package, parse_argument(upgrade.ticket))
    raise BcsError("expected a command, got an empty one")


def _parse_arguments(messages: list[rpc.Argument]) -> tuple[Argument, ...]:
    return tuple(map(parse_argument, messages))


def parse_argument(message: rpc.Argument | None) -> Argument:
    if message is None:
        raise BcsError("expected an argument, got none")
    if message.kind == _ARGUMENT.GAS:
        return sui.GasCoin()
    if message.kind == _ARGUMENT.INPUT:
        return sui.Input(message.input or 0)
    if message.kind == _ARGUMENT.RESULT:
        command = message.result or 0
        return sui.Result(command) if message.subresult is None else sui.NestedResult(command, message.subresult)
    raise BcsError(f"expected gas, an input or a result as argument, got kind {message.kind}")


def parse_reference(message: rpc.ObjectReference | rpc.Input) -> ObjectRef:
    """Raises `BcsError` unless id, version and digest are all there."""
    if not message.object_id or message.version is None or not message.digest:
        raise BcsError("expected an object reference of id, version and digest, got an incomplete one")
    return ObjectRef(parse_address(message.object_id), message.version, parse_digest(message.digest))
