"""The table of natives and what a native sees when it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from walrus_localnet.vm.errors import ExecutionError
from walrus_localnet.vm.execution import Execution
from walrus_localnet.vm.layouts import Layout
from walrus_localnet.vm.runtime import ObjectRuntime
from walrus_localnet.vm.types import Datatype, Type

Native: TypeAlias = Callable[..., Any]
"""Called with a `NativeCall` and the Move arguments; returns the Move result, or None for no result.

It may raise `NativeAbort`. Arguments by reference look as `types` tells: a vector or struct is the very object."""

BASE_COST = 20
"""Gas units any native costs; those whose work grows with their input charge more themselves."""


@dataclass(slots=True)
class NativeCall:
    """One call of a native."""

    execution: Execution
    type_args: tuple[Type, ...]

    @property
    def runtime(self) -> ObjectRuntime:
        return self.execution.runtime

    def charge(self, units: int) -> None:
        self.execution.meter.charge(units)

    def charge_bytes(self, size: int) -> None:
        """For work that is cheap a byte: hashing, copying, serialising."""
        self.execution.meter.charge(size // 16)

    def layout(self, type_: Type) -> Layout:
        return self.execution.knowledge.layouts.of(type_)

    @property
    def datatype(self) -> Datatype:
        """The first type argument, which must be a struct or enum: an object or an event."""
        type_ = self.type_args[0]
        if not isinstance(type_, Datatype):
            raise ExecutionError(f"expected a struct or enum as type argument, got {type_}")
        return type_

    def original_id(self, package: bytes) -> bytes:
        return self.execution.knowledge.linker.package(package).original_id


class Registry:
    """Natives by original package id, module and function name."""

    def __init__(self) -> None:
        self._natives: dict[tuple[bytes, str, str], Native] = {}

    def native(self, package: bytes, module: str, name: str | None = None) -> Callable[[Native], Native]:
        """Decorator: the function is the native `module::name` (by default of its own name)."""

        def register(function: Native) -> Native:
            key = (package, module, name or function.__name__)
            assert key not in self._natives, key
            self._natives[key] = function
            return function

        return register

    def wrap(self, package: bytes, module: str, name: str, wrapper: Callable[[Native], Native]) -> None:
        """Puts `wrapper(native)` in the place of a native that is there."""
        key = (package, module, name)
        self._natives[key] = wrapper(self._natives[key])

    def get(self, package: bytes, module: str, name: str) -> Native | None:
        return self._natives.get((package, module, name))


STD = (1).to_bytes(32, "big")
SUI = (2).to_bytes(32, "big")
NATIVES = Registry()
"""All natives of the framework; the modules of this package fill it when it is imported."""
