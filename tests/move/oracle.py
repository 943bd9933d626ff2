"""The official Move VM with the real framework (PyPI `sui-sandbox`), and our VM with ours, asked alike."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from walrus_localnet.move.artifacts import built_package
from walrus_localnet.move.unit_tests.expectation import CLEVER
from walrus_localnet.move.unit_tests.runner import Packages
from walrus_localnet.move.unit_tests.world import World
from walrus_localnet.vm import ExecutionError, Machine, Meter, MoveAbort, Reference, Type, substitute, to_tag
from walrus_sui.bcs.sui import format_address

SUI = (2).to_bytes(32, "big")
GAS_LIMIT = 50_000_000


@dataclass(frozen=True)
class Returned:
    """The canonical bytes of every returned value."""

    values: tuple[bytes, ...]


@dataclass(frozen=True)
class Aborted:
    """An abort; `code` is None for codes that carry line numbers, which are those of the source."""

    module: str
    code: int | None


@dataclass(frozen=True)
class Failed:
    """An instruction that has no result: overflow, an index outside a vector, and the like."""


Answer = Returned | Aborted | Failed


def _aborted(module: str, code: int) -> Aborted:
    return Aborted(module, None if code & CLEVER else code)


class OwnVm:
    """Our VM with our framework, and perhaps one package more."""

    def __init__(self, modules: Sequence[bytes] = ()) -> None:
        packages = Packages()
        packages.add(built_package("MoveStdlib").modules)
        packages.add(built_package("Sui").modules)
        packages.add(modules)
        self.machine = Machine(packages)

    def call(
        self, package: bytes, module: str, function: str, type_args: Sequence[Type], arguments: Sequence[bytes]
    ) -> Answer:
        """`arguments` are canonical bytes; a transaction context is added where the function wants one."""
        info = self.machine.function(package, module, function)
        values = []
        given = iter(arguments)
        for parameter in info.parameters:
            type_ = substituted(parameter, type_args)
            if is_context(type_):
                values.append([bytes(32), bytearray(32), 0, 0, 0])
            elif isinstance(type_, Reference):
                cell = [self.machine.from_bytes(type_.target, next(given))]
                values.append(self.machine.borrow(cell, type_.target, type_.mutable))
            else:
                values.append(self.machine.from_bytes(type_, next(given)))
        world = World(self.machine, checks_bls=True)
        try:
            results = self.machine.call(package, module, function, type_args, values, world, Meter(GAS_LIMIT))
        except ExecutionError as failure:
            return _own_failure(failure)
        types = [substituted(type_, type_args) for type_ in info.returns]
        encoded = (self.machine.to_bytes(type_, value) for type_, value in zip(types, results, strict=True))
        return Returned(tuple(encoded))


def _own_failure(failure: ExecutionError) -> Answer:
    if not isinstance(failure, MoveAbort):
        return Failed()
    assert failure.location is not None
    return _aborted(failure.location.module, failure.abort_code)


_ABORT = re.compile(
    r"major_status: ABORTED, sub_status: Some\((\d+)\).*"
    r"location: Module\(ModuleId \{ address: \w+, name: Identifier\(\"(\w+)\"\)",
    re.DOTALL,
)
_PRIMITIVE = re.compile(r"major_status: (ARITHMETIC_ERROR|VECTOR_OPERATION_ERROR)")


class OfficialVm:
    """The official VM. In this version natives that take `&vector<u8>` are broken: such calls have no answer."""

    def __init__(self, sandbox: ModuleType, address: bytes = b"", modules: Sequence[bytes] = ()) -> None:
        self._sandbox = sandbox
        self._packages = {format_address(address): list(modules)} if modules else None

    def call(
        self, package: bytes, module: str, function: str, type_args: Sequence[Type], arguments: Sequence[bytes]
    ) -> Answer | None:
        answer = self._sandbox.call_view_function(
            format_address(package),
            module,
            function,
            type_args=[str(to_tag(type_)) for type_ in type_args],
            pure_inputs=list(arguments),
            package_bytecodes=self._packages,
            fetch_deps=False,
        )
        if answer["success"]:
            returned = answer["return_values"]
            return Returned(tuple(base64.b64decode(value) for value in returned[0])) if returned else Returned(())
        return _failure(answer["error"])


def _failure(text: str) -> Answer | None:
    if found := _ABORT.search(text):
        return _aborted(found[2], int(found[1]))
    if _PRIMITIVE.search(text):
        return Failed()
    assert "INTERNAL_TYPE_ERROR" in text, text
    return None


def substituted(type_: Type, type_args: Sequence[Type]) -> Type:
    return substitute(type_, tuple(type_args))


def is_context(type_: Type) -> bool:
    return isinstance(type_, Reference) and str(type_.target).endswith("::tx_context::TxContext")
