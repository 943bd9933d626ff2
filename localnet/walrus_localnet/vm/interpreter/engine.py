"""The reference engine: runs prepared segments, one step after the other."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_localnet.vm.abilities import check_size
from walrus_localnet.vm.errors import ExecutionError, LinkError
from walrus_localnet.vm.execution import Execution, Knowledge, location
from walrus_localnet.vm.interpreter.program import Instance, Segment
from walrus_localnet.vm.interpreter.run import Run
from walrus_localnet.vm.interpreter.translate import Translator
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.natives.call import native_of, run_native
from walrus_localnet.vm.types import Type, Value


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
        charge = execution.meter.charge
        run = Run(execution, self._entry, instance, arguments)
        offset = 0
        try:
            segment: Segment | None = self._entry(instance)
            while segment is not None:
                if segment.cost:
                    offset = segment.start
                    charge(segment.cost)
                stack, locals_ = run.stack, run.locals
                for step, operand, offset in segment.steps:  # noqa: B007 - the handlers below read offset
                    step(stack, locals_, operand)
                offset = segment.offset
                segment = segment.exit(run, segment)
        except ExecutionError as error:
            if error.location is None:
                error.location = location(run.instance.function, offset)
            raise
        except LinkError as error:
            raise ExecutionError(error.message, location(run.instance.function, offset)) from error
        return run.stack
