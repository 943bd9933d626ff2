"""A call in progress: the frame that runs, and those that wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from walrus_localnet.vm.errors import LimitExceeded
from walrus_localnet.vm.execution import MAX_CALL_DEPTH, Execution
from walrus_localnet.vm.interpreter.program import Instance, Segment
from walrus_localnet.vm.interpreter.steps import Stack
from walrus_localnet.vm.types import Value


class Run:
    """`stack` and `locals` are those of `instance`, the function that runs now."""

    __slots__ = ("_waiting", "execution", "instance", "locals", "prepare", "stack")

    def __init__(
        self,
        execution: Execution,
        prepare: Callable[[Instance], Segment],
        instance: Instance,
        arguments: Sequence[Value],
    ) -> None:
        self.execution = execution
        self.prepare = prepare
        self._waiting: list[tuple[Instance, Segment | None, Stack, Stack]] = []
        self._start(instance, arguments)

    def _start(self, instance: Instance, arguments: Sequence[Value]) -> None:
        self.instance = instance
        self.stack: Stack = []
        self.locals: Stack = [*arguments, *[None] * (instance.n_locals - instance.n_parameters)]

    def enter(self, instance: Instance, following: Segment | None) -> Segment:
        """Start a function with the arguments on the stack, to go on with `following` when it returns."""
        if len(self._waiting) + 1 >= MAX_CALL_DEPTH:
            raise LimitExceeded(f"more than {MAX_CALL_DEPTH} calls inside each other")
        entry = instance.entry or self.prepare(instance)
        start = len(self.stack) - instance.n_parameters
        arguments = self.stack[start:]
        del self.stack[start:]
        self._waiting.append((self.instance, following, self.stack, self.locals))
        self._start(instance, arguments)
        return entry

    def leave(self) -> Segment | None:
        """End the function; all that is on its stack goes to the one that waits, or stays as the result."""
        if not self._waiting:
            return None
        results = self.stack
        self.instance, following, self.stack, self.locals = self._waiting.pop()
        self.stack.extend(results)
        return following
