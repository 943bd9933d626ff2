"""Running a native and placing its failures."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_localnet.vm.errors import ExecutionError, LinkError, MoveAbort, NativeAbort, UnsupportedNative
from walrus_localnet.vm.execution import Execution, location
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.natives.registry import BASE_COST, NATIVES, Native, NativeCall
from walrus_localnet.vm.types import Type, Value


def native_of(function: LinkedFunction) -> Native | None:
    """What runs for a function: None for one with code, one that always fails for an unknown native."""
    if function.definition.code is not None:
        return None
    package = function.module.package.package.original_id
    return NATIVES.get(package, function.module.module.name, function.name) or _unsupported(function)


def _unsupported(function: LinkedFunction) -> Native:
    def fail(call: NativeCall, *arguments: Value) -> Value:
        raise UnsupportedNative(f"the native function {function} is not offered")

    return fail


def run_native(
    execution: Execution,
    function: LinkedFunction,
    native: Native,
    type_args: tuple[Type, ...],
    arguments: Sequence[Value],
) -> Value:
    """The native's result. Failures name the native itself as their location."""
    try:
        execution.meter.charge(BASE_COST)
        return native(NativeCall(execution, type_args), *arguments)
    except NativeAbort as abort:
        raise MoveAbort(abort.abort_code, location(function, 0)) from None
    except ExecutionError as error:
        if error.location is None:
            error.location = location(function, 0)
        raise
    except LinkError as error:
        raise ExecutionError(error.message, location(function, 0)) from error
