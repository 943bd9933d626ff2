"""How a transaction failed, as messages (source: sui_localnet.md §4.5)."""

from __future__ import annotations

from typing import Any

from walrus_localnet.chain.clever import CleverError, clever_error
from walrus_localnet.chain.packages import parsed
from walrus_localnet.chain.ptb.failure import describe
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.vm import Machine
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import ExecutionFailure, ExecutionStatus, Failure, MoveLocation, format_address


def status_message(status: ExecutionStatus, machine: Machine) -> rpc.ExecutionStatus:
    """The machine has the code an abort came from, and with it what the abort's code means."""
    if not isinstance(status, Failure):
        return rpc.ExecutionStatus(success=True)
    return rpc.ExecutionStatus(success=False, error=_failure_message(status.error, status.command, machine))


def abort_meaning(location: MoveLocation, code: int, machine: Machine) -> CleverError | None:
    """What a packed abort code says; None for a plain one, and for code that is gone."""
    package = machine.packages.package(location.module.address)
    data = None if package is None else package.modules.get(location.module.name)
    return None if data is None else clever_error(parsed(data), code)


def _abort_message(location: MoveLocation, code: int, machine: Machine) -> rpc.MoveAbort:
    message = rpc.MoveAbort(abort_code=code, location=_location_message(location))
    meaning = abort_meaning(location, code, machine)
    if meaning is not None:
        message.clever_error = rpc.CleverError(
            error_code=meaning.error_code,
            line_number=meaning.line,
            constant_name=meaning.name,
            constant_type=meaning.type,
            rendered=meaning.text,
            raw=meaning.raw,
        )
    return message


def _failure_message(failure: ExecutionFailure, command: int | None, machine: Machine) -> rpc.ExecutionError:
    # the message's kinds are numbered like the wire's variants, shifted by one for "unknown"
    message = rpc.ExecutionError(
        kind=rpc.ExecutionErrorExecutionErrorKind(failure._tag + 1), command=command, description=describe(failure)
    )
    match failure:
        case sui.MoveAbort(location, code):
            message.abort = _abort_message(location, code, machine)
        case sui.MovePrimitiveRuntimeError(location) if location is not None:
            message.abort = rpc.MoveAbort(location=_location_message(location))
        case sui.CommandArgumentError(argument, kind):
            kinds = rpc.CommandArgumentErrorCommandArgumentErrorKind
            message.command_argument_error = rpc.CommandArgumentError(argument=argument, kind=kinds(kind._tag + 1))
        case sui.TypeArgumentError(argument, type_kind):
            type_kinds = rpc.TypeArgumentErrorTypeArgumentErrorKind
            message.type_argument_error = rpc.TypeArgumentError(
                type_argument=argument, kind=type_kinds(type_kind._tag + 1)
            )
        case sui.MoveObjectTooBig(size, limit) | sui.MovePackageTooBig(size, limit):
            message.size_error = rpc.SizeError(size=size, max_size=limit)
        case sui.UnusedValueWithoutDrop(result, secondary):
            message.index_error = _index_error(result, secondary)
        case sui.PackageUpgradeError(upgrade_kind):
            upgrade_kinds = rpc.PackageUpgradeErrorPackageUpgradeErrorKind
            message.package_upgrade_error = rpc.PackageUpgradeError(kind=upgrade_kinds(upgrade_kind._tag + 1))
        case sui.InvalidPublicFunctionReturnType(index):
            message.index_error = _index_error(index, None)
        case _:
            pass
    return message


def _index_error(index: int, subresult: int | None) -> Any:
    # the messages annotate this field with the builtin of the same name
    return rpc.IndexError(index=index, subresult=subresult)


def _location_message(location: MoveLocation) -> rpc.MoveLocation:
    return rpc.MoveLocation(
        package=format_address(location.module.address),
        module=location.module.name,
        function=location.function,
        instruction=location.instruction,
        function_name=location.function_name,
    )
