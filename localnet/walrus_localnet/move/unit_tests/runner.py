"""Runs the unit tests of a package on our VM (move_toolchain.md §4).

Tests are compiled as ordinary code, package by package, with everything that is for tests only; then each runs in
a fresh world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from walrus_localnet.move.compiler import Compiler, Outcome, TestReport, TestResult
from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.package import ZERO, Package, named_addresses
from walrus_localnet.move.unit_tests import natives as natives  # adds the natives of tests to the machine
from walrus_localnet.move.unit_tests.arguments import can_be_random, random_arguments
from walrus_localnet.move.unit_tests.expectation import Expectation, expectation
from walrus_localnet.move.unit_tests.names import ModuleId, Scope
from walrus_localnet.move.unit_tests.ordinary import as_ordinary_code, reader_of
from walrus_localnet.move.unit_tests.source import UnitTest, find_tests
from walrus_localnet.move.unit_tests.world import World
from walrus_localnet.vm import (
    U64,
    ExecutionError,
    FunctionInfo,
    LinkError,
    Machine,
    Meter,
    OutOfGas,
    Reference,
    Value,
)
from walrus_localnet.vm import Package as PublishedPackage
from walrus_localnet.vm.bytecode import Module, read_module

GAS_LIMIT = 500_000_000
"""Instructions one test may take: seconds of work, so that one without an end is told soon."""


@dataclass(frozen=True)
class _Case:
    test: UnitTest
    module: ModuleId
    info: FunctionInfo
    expected: Expectation | None


class Packages:
    """Compiled packages by address."""

    def __init__(self) -> None:
        self._packages: dict[bytes, PublishedPackage] = {}

    def package(self, storage_id: bytes) -> PublishedPackage | None:
        return self._packages.get(storage_id)

    def add(self, modules: Iterable[bytes]) -> list[bytes]:
        """Publishes modules at their own addresses, which are returned, linked to all that was added before."""
        named: dict[bytes, dict[str, bytes]] = {}
        for data in modules:
            module = read_module(data)
            named.setdefault(module.address, {})[module.name] = data
        linkage = {address: address for address in (*self._packages, *named)}
        for address, found in named.items():
            others = {other: other for other in linkage if other != address}
            self._packages[address] = PublishedPackage(address, address, 1, found, others)
        return list(named)


def run_on_own_vm(package: Package, compiler: Compiler, wanted: Callable[[UnitTest], bool]) -> TestReport:
    """Runs the wanted tests of a package. Raises `CompileError` when its tests do not compile."""
    published = Packages()
    for needed in package.dependencies:
        published.add(compiler.compile_as(needed, needed.link_address, as_ordinary_code).modules)
    published.add(compiler.compile_as(package, ZERO, as_ordinary_code, tests=True).modules)
    machine = Machine(published)
    outcomes = [_run(machine, case) for case in _cases(machine, package, wanted)]
    lines = [line for _, line in outcomes]
    failed = sum(result.outcome is not Outcome.PASSED for result, _ in outcomes)
    lines.append(f"Test result: {len(outcomes) - failed} passed, {failed} failed")
    return TestReport(tuple(result for result, _ in outcomes), "\n".join(lines))


def _cases(machine: Machine, package: Package, wanted: Callable[[UnitTest], bool]) -> list[_Case]:
    addresses = named_addresses(package)
    cases = []
    for text in package.sources(tests=True).values():
        for test in filter(wanted, find_tests(text)):
            module = Scope(text, test.module, addresses).module("")
            info = machine.function(module.address, module.name, test.function)
            # As the official runner has it: arguments are for random tests, others that want some are not run.
            if test.is_random or not info.parameters:
                expected = expectation(test, text, addresses, partial(_constant, machine))
                cases.append(_Case(test, module, info, expected))
    return sorted(cases, key=lambda case: case.test.name)


def _constant(machine: Machine, module: ModuleId, name: str) -> int | None:
    """What a constant is, asked of the function that returns it; None when it is no number."""
    try:
        info = machine.function(module.address, module.name, reader_of(name))
    except LinkError:
        raise PackageError(f"a test expects the abort code {module}::{name}, which no source names") from None
    if info.returns != (U64,):
        return None
    world = World(machine, checks_bls=False)
    (value,) = machine.call(module.address, module.name, info.name, (), [], world, Meter(GAS_LIMIT))
    assert isinstance(value, int)
    return value


def _run(machine: Machine, case: _Case) -> tuple[TestResult, str]:
    try:
        trouble = _trouble(machine, case)
        outcome = Outcome.FAILED if trouble else Outcome.PASSED
    except OutOfGas as failure:
        outcome, trouble = Outcome.TIMED_OUT, str(failure)
    lines = [f"[ {_WORDS[outcome]} ] {case.test.name}", *([f"            {trouble}"] if trouble else [])]
    return TestResult(case.test.name, outcome), "\n".join(lines)


_WORDS = {Outcome.PASSED: "PASS   ", Outcome.FAILED: "FAIL   ", Outcome.TIMED_OUT: "TIMEOUT"}


def _trouble(machine: Machine, case: _Case) -> str:
    """What is wrong with a test; nothing when it passed. Raises `OutOfGas` when it does not end."""
    if case.info.type_parameters:
        return "a test takes no type arguments"
    if any(isinstance(type_, Reference) for type_ in case.info.returns):
        return "a test returns no reference"
    if not case.test.is_random:
        return _run_once(machine, case, [])
    if not case.info.parameters or not all(map(can_be_random, case.info.parameters)):
        return "a random test takes numbers, truth values, addresses and vectors of them"
    for arguments in random_arguments(case.test.name, case.info.parameters):
        shown = ", ".join(map(_shown, arguments))
        if trouble := _run_once(machine, case, arguments):
            return f"{trouble}\n            with the arguments ({shown})"
    return ""


def _run_once(machine: Machine, case: _Case, arguments: Sequence[Value]) -> str:
    world = World(machine, checks_bls=case.test.needs_bls)
    try:
        machine.call(*case.module, case.info.name, (), arguments, world, Meter(GAS_LIMIT))
    except ExecutionError as failure:
        return _judge(machine, case, failure)
    return "" if case.expected is None else f"expected {case.expected}, but it succeeded"


def _shown(value: Value) -> str:
    """A value as Move writes it."""
    if isinstance(value, bytes | bytearray):
        return f"@0x{value.hex()}" if isinstance(value, bytes) else f'x"{value.hex()}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def _judge(machine: Machine, case: _Case, failure: ExecutionError) -> str:
    expected = case.expected
    module = _module_of(machine, failure) if expected is not None and expected.name is not None else None
    if expected is not None and expected.holds(failure, module):
        return ""
    if isinstance(failure, OutOfGas):
        raise failure
    return str(failure) if expected is None else f"expected {expected}, got: {failure}"


def _module_of(machine: Machine, failure: ExecutionError) -> Module | None:
    """The module an execution failed in."""
    if failure.location is None:
        return None
    package = machine.packages.package(failure.location.package)
    return read_module(package.modules[failure.location.module]) if package else None
