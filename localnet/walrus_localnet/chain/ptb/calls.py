"""Calling Move functions from a programmable transaction (source: sui_localnet.md §4.2, §4.5)."""

from __future__ import annotations

from walrus_localnet.chain.object_runtime import TransactionRuntime
from walrus_localnet.chain.packages import defining_tag
from walrus_localnet.chain.ptb.arguments import Arguments
from walrus_localnet.chain.ptb.failure import CommandFailed, argument_error
from walrus_localnet.chain.ptb.slots import ValueSlot, copied
from walrus_localnet.vm import (
    Ability,
    Datatype,
    FunctionInfo,
    LinkError,
    Machine,
    Meter,
    Reference,
    Type,
    Value,
    from_tag,
    is_container,
    substitute,
)
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Argument, TypeTag
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI

TX_CONTEXT = Datatype(FRAMEWORK_SUI, "tx_context", "TxContext")

_OWN_TYPES_ONLY = {
    "event": {"emit"},
    "transfer": {"transfer", "share_object", "freeze_object", "receive", "party_transfer"},
}
"""Framework functions that only the module which defines the type may call, so no transaction can."""


class MoveCaller:
    """Checks a call against the function's signature, runs it and keeps what it returns."""

    def __init__(self, machine: Machine, runtime: TransactionRuntime, arguments: Arguments, meter: Meter) -> None:
        self.machine = machine
        self.runtime = runtime
        self.arguments = arguments
        self.meter = meter

    def call(self, command: sui.MoveCall) -> list[ValueSlot]:
        """Raises `CommandFailed` for a call that may not start, `VmError` for one that ends in Move."""
        info = self._function(command)
        type_args = self._type_arguments(info, command.type_args)
        parameters = [substitute(parameter, type_args) for parameter in info.parameters]
        returns = [substitute(returned, type_args) for returned in info.returns]
        for index, returned in enumerate(returns):
            if isinstance(returned, Reference) and self.arguments.checks:
                raise CommandFailed(sui.InvalidPublicFunctionReturnType(index))
        values = self._values(parameters, command.arguments)
        hot = self.arguments.cliques.hot_argument
        if hot is not None and info.visibility != "public" and self.arguments.checks:
            raise argument_error(hot, sui.InvalidArgumentToPrivateEntryFunction())
        self.runtime.caller = (command.package, command.module)
        results = self.machine.call(
            command.package, command.module, command.function, type_args, values, self.runtime, self.meter
        )
        return [_result(type_, value) for type_, value in zip(returns, results, strict=True)]

    def _function(self, command: sui.MoveCall) -> FunctionInfo:
        try:
            info = self.machine.function(command.package, command.module, command.function)
        except LinkError as error:
            raise CommandFailed(sui.FunctionNotFound()) from error
        callable_here = command.function != "init" and (info.visibility == "public" or info.is_entry)
        if self.arguments.checks and (not callable_here or _for_own_types_only(command)):
            raise CommandFailed(sui.NonEntryFunctionInvoked())
        return info

    def _type_arguments(self, info: FunctionInfo, tags: tuple[TypeTag, ...]) -> list[Type]:
        if len(tags) != len(info.type_parameters):
            raise CommandFailed(sui.TypeArityMismatch())
        type_args = [self.type_of(tag) for tag in tags]
        for index, (type_, needed) in enumerate(zip(type_args, info.type_parameters, strict=True)):
            if self._abilities(type_, index) & needed != needed:
                raise CommandFailed(sui.TypeArgumentError(index, sui.ConstraintNotSatisfied()))
        return type_args

    def type_of(self, tag: TypeTag) -> Type:
        """The type a tag names, through whichever version of its package."""
        return from_tag(defining_tag(tag, self.runtime.view.move_package))

    def _abilities(self, type_: Type, index: int) -> Ability:
        try:
            return self.machine.abilities(type_)
        except LinkError as error:
            raise CommandFailed(sui.TypeArgumentError(index, sui.TypeNotFound())) from error

    def _values(self, parameters: list[Type], arguments: tuple[Argument, ...]) -> list[Value]:
        given = parameters[:-1] if parameters and is_context(parameters[-1]) else parameters
        if len(given) != len(arguments):
            raise CommandFailed(sui.ArityMismatch())
        values = [
            self._value(argument, i, type_)
            for i, (argument, type_) in enumerate(zip(arguments, given, strict=True))
        ]
        if len(given) != len(parameters):
            values.append(context_value(self.runtime))
        return values

    def _value(self, argument: Argument, index: int, type_: Type) -> Value:
        if not isinstance(type_, Reference):
            return self.arguments.take(argument, index, type_)
        if type_.target == TX_CONTEXT:
            raise argument_error(index, sui.InvalidTxContext())
        return self.arguments.borrow(argument, index, type_.target, type_.mutable)


def _result(type_: Type, value: Value) -> ValueSlot:
    """Of a reference, which only unchecked calls return, what it refers to."""
    if not isinstance(type_, Reference):
        return ValueSlot(type_, [value])
    referred = value if is_container(type_.target) else value[0][value[1]]
    return ValueSlot(type_.target, [copied(referred)])


def is_context(type_: Type) -> bool:
    return isinstance(type_, Reference) and type_.target == TX_CONTEXT


def context_value(runtime: TransactionRuntime) -> Value:
    """The `TxContext` that the executor itself hands to a function."""
    context = runtime.context
    fields = [context.sender, bytearray(context.digest), context.epoch, context.epoch_timestamp_ms]
    return [*fields, runtime.ids_created]


def _for_own_types_only(command: sui.MoveCall) -> bool:
    return command.package == FRAMEWORK_SUI and command.function in _OWN_TYPES_ONLY.get(command.module, ())
