"""The machine: packages in, calls executed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from walrus_localnet.vm.packages import Package, PackageSource
from walrus_localnet.vm.runtime import Meter, ObjectRuntime
from walrus_localnet.vm.types import Ability, Cell, Datatype, Type, Value, is_container

Visibility = Literal["private", "public", "friend"]
"""`friend` is what source calls `public(package)`."""


@dataclass(frozen=True)
class FunctionInfo:
    """The signature of a function. `type_parameters` are the abilities each type argument must have; parameter and
    return types name them as `TypeParameter`."""

    name: str
    visibility: Visibility
    is_entry: bool
    is_native: bool
    type_parameters: tuple[Ability, ...]
    parameters: tuple[Type, ...]
    returns: tuple[Type, ...]


@dataclass(frozen=True)
class FieldInfo:
    name: str
    type: Type


@dataclass(frozen=True)
class VariantInfo:
    name: str
    fields: tuple[FieldInfo, ...]


@dataclass(frozen=True)
class DatatypeInfo:
    """The declaration of a struct (`fields`) or an enum (`variants`, else None). Each type parameter is its ability
    constraint and whether it is phantom; `abilities` are the declared ones."""

    module: str
    name: str
    abilities: Ability
    type_parameters: tuple[tuple[Ability, bool], ...]
    fields: tuple[FieldInfo, ...]
    variants: tuple[VariantInfo, ...] | None


class Machine:
    """Runs the bytecode of published packages. Packages are addressed by storage id."""

    def __init__(self, packages: PackageSource) -> None:
        self.packages = packages

    # looking at code -----------------------------------------------------------------------------------------------
    def function(self, package: bytes, module: str, name: str) -> FunctionInfo:
        """Raises `LinkError` if it does not exist."""
        raise NotImplementedError

    def functions(self, package: bytes, module: str) -> tuple[FunctionInfo, ...]:
        """All functions of a module in declaration order."""
        raise NotImplementedError

    def datatype(self, package: bytes, module: str, name: str) -> DatatypeInfo:
        """A declaration. Raises `LinkError` if it does not exist."""
        raise NotImplementedError

    def datatypes(self, package: bytes, module: str) -> tuple[DatatypeInfo, ...]:
        raise NotImplementedError

    def abilities(self, type_: Type) -> Ability:
        """Abilities of a concrete type. Raises `LinkError` if the type does not exist, has another number of
        arguments or an argument without a required ability."""
        raise NotImplementedError

    def one_time_witness(self, package: bytes, module: str) -> Datatype | None:
        """The module's one-time witness type, if its `init` takes one. Its value is `[True]`."""
        raise NotImplementedError

    def verify(self, package: Package) -> None:
        """All checks of a package before it is published; its dependencies must be in the source already. Raises
        `MalformedModule`, `VerificationError` or `LinkError`."""
        raise NotImplementedError

    # running code --------------------------------------------------------------------------------------------------
    def call(
        self,
        package: bytes,
        module: str,
        function: str,
        type_args: Sequence[Type],
        arguments: Sequence[Value],
        runtime: ObjectRuntime,
        meter: Meter,
    ) -> list[Value]:
        """Run a function, whatever its visibility, with values and references of its parameter types.

        Linkage is that of `package`. Raises `LinkError` for a function or type argument that does not fit and
        `ExecutionError` when execution fails; values passed by `&mut` may have changed by then.
        """
        raise NotImplementedError

    # values --------------------------------------------------------------------------------------------------------
    def to_bytes(self, type_: Type, value: Value) -> bytes:
        """The BCS of a value."""
        raise NotImplementedError

    def from_bytes(self, type_: Type, data: bytes) -> Value:
        """A fresh value from its exact BCS. Raises `InvalidValue`."""
        raise NotImplementedError

    @staticmethod
    def borrow(cell: Cell, type_: Type, mutable: bool) -> Value:
        """A reference to the value of type `type_` in a one-element list. `mutable` only documents the use: the
        machine never writes through a reference the callee takes as `&`."""
        return cell[0] if is_container(type_) else (cell, 0)
