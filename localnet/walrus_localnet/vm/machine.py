"""The machine: packages in, calls executed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from walrus_localnet.vm.abilities import check_size
from walrus_localnet.vm.bytecode.cursor import Cursor
from walrus_localnet.vm.declarations import DatatypeInfo, FunctionInfo
from walrus_localnet.vm.errors import InvalidValue, LinkError
from walrus_localnet.vm.execution import Execution, Knowledge
from walrus_localnet.vm.generator import Generator
from walrus_localnet.vm.interpreter import Interpreter
from walrus_localnet.vm.packages import Package, PackageSource
from walrus_localnet.vm.runtime import Meter, ObjectRuntime
from walrus_localnet.vm.types import Ability, Cell, Datatype, Type, Value, is_container
from walrus_localnet.vm.verifier import verify_package

EngineName = Literal["generated", "interpreted"]


class Machine:
    """Runs the bytecode of published packages. Packages are addressed by storage id.

    Both engines give the same results, gas and failures: "generated" is fast, "interpreted" is the reference.
    """

    def __init__(self, packages: PackageSource, engine: EngineName = "generated") -> None:
        self.packages = packages
        self._knowledge = Knowledge(packages)
        engines: dict[EngineName, type[Generator] | type[Interpreter]] = {
            "generated": Generator,
            "interpreted": Interpreter,
        }
        self._engine = engines[engine](self._knowledge)

    # looking at code -----------------------------------------------------------------------------------------
    def function(self, package: bytes, module: str, name: str) -> FunctionInfo:
        """Raises `LinkError` if it does not exist."""
        return self._knowledge.linker.root(package).module(module).function(name).info

    def functions(self, package: bytes, module: str) -> tuple[FunctionInfo, ...]:
        """All functions of a module in declaration order."""
        return tuple(function.info for function in self._knowledge.linker.root(package).module(module).functions)

    def datatype(self, package: bytes, module: str, name: str) -> DatatypeInfo:
        """A declaration in a version of a package. Raises `LinkError` if it does not exist."""
        return self._knowledge.linker.root(package).module(module).declared(name)

    def datatypes(self, package: bytes, module: str) -> tuple[DatatypeInfo, ...]:
        """All structs, then all enums of a module."""
        return self._knowledge.linker.root(package).module(module).declarations()

    def abilities(self, type_: Type) -> Ability:
        """Abilities of a concrete type. Raises `LinkError` if the type does not exist, has another number of
        arguments or an argument without a required ability."""
        return self._knowledge.abilities.of(type_)

    def one_time_witness(self, package: bytes, module: str) -> Datatype | None:
        """The module's one-time witness type, if its `init` takes one. Its value is `[True]`."""
        linked = self._knowledge.linker.root(package).module(module)
        init = next((function for function in linked.functions if function.name == "init"), None)
        if init is None or len(init.parameters) != 2:
            return None
        first = init.parameters[0]
        return first if isinstance(first, Datatype) else None

    def verify(self, package: Package) -> None:
        """All checks of a package before it is published; its dependencies must be in the source already. Raises
        `MalformedModule`, `VerificationError` or `LinkError`."""
        verify_package(self.packages, package)

    # running code --------------------------------------------------------------------------------------------
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

        Linkage is that of `package`. Arguments given by value belong to the program from then on.

        Raises `LinkError` for a function or type argument that does not fit and `ExecutionError` when execution
        fails; values passed by `&mut` may have changed by then.
        """
        linked = self._knowledge.linker.root(package).module(module).function(function)
        for type_ in type_args:
            check_size(type_)
        self._knowledge.abilities.check_arguments(linked.type_parameters, type_args, (), str(linked))
        if len(arguments) != len(linked.parameters):
            raise LinkError(f"expected {len(linked.parameters)} arguments for {linked}, got {len(arguments)}")
        execution = Execution(self._knowledge, runtime, meter)
        return self._engine.call(execution, linked, tuple(type_args), arguments)

    # values --------------------------------------------------------------------------------------------------
    def to_bytes(self, type_: Type, value: Value) -> bytes:
        """The BCS of a value."""
        out = bytearray()
        self._knowledge.layouts.of(type_).write(value, out)
        return bytes(out)

    def from_bytes(self, type_: Type, data: bytes) -> Value:
        """A fresh value from its exact BCS. Raises `InvalidValue`."""
        cursor = Cursor(data, error=InvalidValue)
        value = self._knowledge.layouts.of(type_).read(cursor)
        cursor.finish()
        return value

    @staticmethod
    def borrow(cell: Cell, type_: Type, mutable: bool) -> Value:
        """A reference to the value of type `type_` in a one-element list. `mutable` only documents the use: the
        machine never writes through a reference the callee takes as `&`."""
        return cell[0] if is_container(type_) else (cell, 0)
