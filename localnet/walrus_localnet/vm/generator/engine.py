"""The fast engine: every function instance becomes a Python function when it is first called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from threading import RLock
from typing import Any

from walrus_localnet.vm.abilities import check_size
from walrus_localnet.vm.errors import ExecutionError, LimitExceeded, LinkError
from walrus_localnet.vm.execution import MAX_CALL_DEPTH, Execution, Knowledge
from walrus_localnet.vm.generator.function import source_of
from walrus_localnet.vm.generator.names import Names, Raiser
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.natives.call import native_of, run_native
from walrus_localnet.vm.natives.registry import Native
from walrus_localnet.vm.typed_code import TypedCode
from walrus_localnet.vm.types import Type, Value

PythonFunction = Callable[..., Any]
"""Takes an `Execution`, the depth of calls and the Move arguments.
Returns None, the result, or a tuple of several."""
SPARE_FRAMES = 1000
"""Python frames left for what runs around and below Move functions."""


class Generator:
    """Generates, compiles and calls Python functions for Move functions."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._namespace: dict[str, object] = {}
        self._names: dict[tuple[LinkedFunction, tuple[Type, ...]], str] = {}
        self._lock = RLock()
        _make_room()

    def call(
        self,
        execution: Execution,
        function: LinkedFunction,
        type_args: tuple[Type, ...],
        arguments: Sequence[Value],
    ) -> list[Value]:
        """Raises `ExecutionError`."""
        try:
            result = self._function(self._name(function, type_args))(execution, 0, *arguments)
        except LinkError as error:
            raise ExecutionError(error.message) from error
        except RecursionError as error:
            raise LimitExceeded("Python's stack is too small for the calls inside each other") from error
        count = len(function.returns)
        if count == 1:
            return [result]
        return list(result) if count else []

    def source(self, function: LinkedFunction, type_args: tuple[Type, ...]) -> str:
        """The Python text for an instance."""
        name = self._name(function, type_args)
        raiser = f"r_{name}"
        self._namespace[raiser] = Raiser(function)
        typed = TypedCode(function, type_args, self._knowledge)
        return source_of(name, typed, Names(self._namespace, raiser), self._name)

    def _function(self, name: str) -> PythonFunction:
        found = self._namespace[name]
        assert callable(found)
        return found

    def _name(self, function: LinkedFunction, type_args: tuple[Type, ...]) -> str:
        """The global name of an instance. Code is generated when it is first called."""
        key = (function, type_args)
        found = self._names.get(key)
        if found is None:
            with self._lock:
                found = self._names.setdefault(key, f"f{len(self._names)}_{function.name}")
                native = native_of(function)
                if native is None:
                    self._namespace.setdefault(found, self._on_first_call(found, function, type_args))
                else:
                    self._namespace.setdefault(found, _calling_native(function, native, type_args))
        return found

    def _on_first_call(self, name: str, function: LinkedFunction, type_args: tuple[Type, ...]) -> PythonFunction:
        def generate(execution: Execution, depth: int, *arguments: Value) -> Value:
            with self._lock:
                if self._namespace[name] is generate:
                    for type_ in type_args:
                        check_size(type_)
                    code = compile(self.source(function, type_args), f"<{function}>", "exec")
                    exec(code, self._namespace)
            return self._function(name)(execution, depth, *arguments)

        return generate


def _calling_native(function: LinkedFunction, native: Native, type_args: tuple[Type, ...]) -> PythonFunction:
    def call(execution: Execution, depth: int, *arguments: Value) -> Value:
        return run_native(execution, function, native, type_args, arguments)

    return call


def _make_room() -> None:
    """One Move call is one Python frame (two at the first call of a function)."""
    needed = 2 * MAX_CALL_DEPTH + SPARE_FRAMES
    if sys.getrecursionlimit() < needed:
        sys.setrecursionlimit(needed)
