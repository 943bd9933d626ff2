"""How a transaction that entered the ledger fails: exceptions of the machine as Sui's failure variants
(sui_localnet.md §4.5)."""

from __future__ import annotations

from walrus_localnet.vm import (
    ExecutionError,
    LinkError,
    Location,
    MalformedModule,
    MoveAbort,
    OutOfGas,
    UnsupportedNative,
    VerificationError,
    VmError,
)
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import ArgumentErrorKind, ExecutionFailure, ModuleId, MoveLocation, format_address


class CommandFailed(Exception):
    """A command cannot go on. Never leaves the executor."""

    def __init__(self, failure: ExecutionFailure) -> None:
        super().__init__(failure)
        self.failure = failure


def argument_error(index: int, kind: ArgumentErrorKind) -> CommandFailed:
    """The `index`-th argument of the running command is wrong."""
    return CommandFailed(sui.CommandArgumentError(index, kind))


def failure_of(error: VmError) -> ExecutionFailure:
    """The failure that effects carry for an error of the machine."""
    match error:
        case MoveAbort(location=Location() as location, abort_code=code):
            return sui.MoveAbort(_location(location), code)
        case OutOfGas():
            return sui.InsufficientGas()
        case UnsupportedNative():
            return sui.FeatureNotYetSupported()
        case ExecutionError(location=location):
            return sui.MovePrimitiveRuntimeError(None if location is None else _location(location))
        case LinkError() | MalformedModule() | VerificationError():
            return sui.VmVerificationOrDeserializationError()
        case _:
            return sui.VmInvariantViolation()


def _location(location: Location) -> MoveLocation:
    module = ModuleId(location.package, location.module)
    return MoveLocation(module, location.function, location.instruction, location.function_name)


def describe(failure: ExecutionFailure) -> str:
    """One line for people."""
    match failure:
        case sui.MoveAbort(location, code):
            return f"Move abort {code} in {_where(location)}"
        case sui.MovePrimitiveRuntimeError(location) if location is not None:
            return f"Move runtime error in {_where(location)}"
        case sui.CommandArgumentError(argument, kind):
            return f"argument {argument}: {type(kind).__name__}"
        case sui.PackageUpgradeError(upgrade_kind):
            return f"package upgrade: {type(upgrade_kind).__name__}"
        case sui.TypeArgumentError(argument, type_kind):
            return f"type argument {argument}: {type(type_kind).__name__}"
        case _:
            return type(failure).__name__


def _where(location: MoveLocation) -> str:
    module = f"{format_address(location.module.address)}::{location.module.name}"
    return f"{module}::{location.function_name or location.function}, instruction {location.instruction}"
