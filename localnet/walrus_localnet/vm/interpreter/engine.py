"""The reference engine: runs prepared segments, one step after the other, with a stack of frames of its own."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_localnet.vm.abilities import check_size
from walrus_localnet.vm.errors import ExecutionError, LimitExceeded, LinkError, MoveAbort
from walrus_localnet.vm.execution import MAX_CALL_DEPTH, Execution, Knowledge, location
from walrus_localnet.vm.interpreter.program import Exit, Instance, Segment
from walrus_localnet.vm.interpreter.steps import Stack
from walrus_localnet.vm.interpreter.translate import Translator
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.natives.call import native_of, run_native
from walrus_localnet.vm.types import Type, Value

Frame = tuple[Instance, Segment, Stack, Stack]
"""What to go on with after a call: instance, segment, stack, locals."""


class Interpreter:
    """Runs functions and keeps their prepared instances."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._instances: dict[tuple[LinkedFunction, tuple[Type, ...]], Instance] = {}

    def call(
        self,
        execution: Execution,
        function: LinkedFunction,
        type_args: tuple[Type, ...],
        arguments: Sequence[Value],
    ) -> list[Value]:
        """Raises `ExecutionError`."""
        instance = self._instance(function, type_args)
        if instance.native is not None:
            result = run_native(execution, function, instance.native, type_args, arguments)
            return [result] if instance.n_results else []
        return self._run(execution, instance, arguments)

    def _instance(self, function: LinkedFunction, type_args: tuple[Type, ...]) -> Instance:
        key = (function, type_args)
        found = self._instances.get(key)
        if found is None:
            for type_ in type_args:
                check_size(type_)
            found = self._instances[key] = Instance(
                function,
                type_args,
                len(function.parameters),
                len(function.returns),
                len(function.locals),
                native_of(function),
            )
        return found

    def _entry(self, instance: Instance) -> Segment:
        if instance.entry is None:
            instance.entry = Translator(instance, self._knowledge, self._instance).translate()
        return instance.entry

    def _run(self, execution: Execution, instance: Instance, arguments: Sequence[Value]) -> list[Value]:
        frames: list[Frame] = []
        charge = execution.meter.charge
        segment = self._entry(instance)
        stack: Stack = []
        locals_: Stack = [*arguments, *[None] * (instance.n_locals - instance.n_parameters)]
        offset = 0
        try:
            while True:
                if segment.cost:
                    offset = segment.start
                    charge(segment.cost)
                for step, operand, offset in segment.steps:  # noqa: B007 - the handler below reads offset
                    step(stack, locals_, operand)
                exit_ = segment.exit
                following = segment.next
                if exit_ == Exit.IF_FALSE:
                    if not stack.pop():
                        following = segment.operand
                elif exit_ == Exit.CALL:
                    offset = segment.offset
                    assert following is not None
                    frames.append((instance, following, stack, locals_))
                    if len(frames) >= MAX_CALL_DEPTH:
                        raise LimitExceeded(f"more than {MAX_CALL_DEPTH} calls inside each other")
                    instance = segment.operand
                    start = len(stack) - instance.n_parameters
                    locals_ = [*stack[start:], *[None] * (instance.n_locals - instance.n_parameters)]
                    del stack[start:]
                    stack = []
                    offset = 0
                    following = instance.entry or self._entry(instance)
                elif exit_ == Exit.RETURN:
                    if not frames:
                        return stack
                    results = stack
                    instance, following, stack, locals_ = frames.pop()
                    stack.extend(results)
                elif exit_ == Exit.SPECIAL:
                    offset = segment.offset
                    special, operand = segment.operand
                    special(execution, stack, locals_, operand)
                elif exit_ == Exit.IF_TRUE:
                    if stack.pop():
                        following = segment.operand
                elif exit_ == Exit.SWITCH:
                    following = segment.operand[stack.pop()[0]]
                elif exit_ == Exit.ABORT:
                    offset = segment.offset
                    raise MoveAbort(stack.pop())
                assert following is not None
                segment = following
        except ExecutionError as error:
            if error.location is None:
                error.location = location(instance.function, offset)
            raise
        except LinkError as error:
            raise ExecutionError(error.message, location(instance.function, offset)) from error
