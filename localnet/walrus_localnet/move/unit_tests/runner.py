"""Runs the unit tests of a package on our VM (move_toolchain.md §4).

Tests are compiled as ordinary code, package by package, with everything that is for tests only; then each runs in
a fresh world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from walrus_localnet.move.compiler import Compiler, Outcome, TestReport, TestResult
from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.package import ZERO, Package
from walrus_localnet.move.unit_tests import natives as natives  # adds the natives of tests to the machine
from walrus_localnet.move.unit_tests.arguments import can_be_random, random_arguments
from walrus_localnet.move.unit_tests.expectation import ErrorConstant, Expectation, error_constants, expectation
from walrus_localnet.move.unit_tests.source import UnitTest, as_ordinary_code, find_tests
from walrus_localnet.move.unit_tests.world import World
from walrus_localnet.vm import ExecutionError, Machine, Meter, OutOfGas, Reference, Value
from walrus_localnet.vm import Package as PublishedPackage
from walrus_localnet.vm.bytecode import Module, read_module

GAS_LIMIT = 2_000_000_000
"""Instructions one test may take."""


@dataclass(frozen=True)
class _Case:
    test: UnitTest
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
    root = compiler.compile_as(package, ZERO, as_ordinary_code, tests=True)
    homes = published.add(root.modules)
    machine = Machine(published)
    outcomes = [_run(machine, homes, case) for case in _cases(package, wanted)]
    lines = [line for _, line in outcomes]
    failed = sum(result.outcome is not Outcome.PASSED for result, _ in outcomes)
    lines.append(f"Test result: {len(outcomes) - failed} passed, {failed} failed")
    return TestReport(tuple(result for result, _ in outcomes), "\n".join(lines))


def _cases(package: Package, wanted: Callable[[UnitTest], bool]) -> list[_Case]:
    constants = _constants(package)
    cases = [
        _Case(test, expectation(test, text, constants))
        for text in package.sources(tests=True).values()
        for test in filter(wanted, find_tests(text))
    ]
    return sorted(cases, key=lambda case: case.test.name)


def _constants(package: Package) -> dict[tuple[str, str], ErrorConstant]:
    texts = [text for needed in package.dependencies for text in needed.sources().values()]
    texts += package.sources(tests=True).values()
    return {(constant.module, constant.name): constant for text in texts for constant in error_constants(text)}


def _run(machine: Machine, homes: Iterable[bytes], case: _Case) -> tuple[TestResult, str]:
    trouble = _trouble(machine, homes, case)
    result = TestResult(case.test.name, Outcome.PASSED if trouble is None else Outcome.FAILED)
    if trouble is None:
        return result, f"[ PASS    ] {case.test.name}"
    return result, f"[ FAIL    ] {case.test.name}\n            {trouble}"


def _trouble(machine: Machine, homes: Iterable[bytes], case: _Case) -> str | None:
    """What is wrong with a test; None when it passed."""
    package, module = _home(machine, homes, case.test)
    info = machine.function(package, module, case.test.function)
    if any(isinstance(type_, Reference) for type_ in info.returns):
        return "a test returns no reference"
    if not case.test.is_random:
        return (
            _run_once(machine, package, module, case, []) if not info.parameters else "a test takes no arguments"
        )
    if not all(map(can_be_random, info.parameters)):
        return "a random test takes numbers, truth values, addresses and vectors of them"
    for arguments in random_arguments(case.test.name, info.parameters):
        shown = ", ".join(map(_shown, arguments))
        if trouble := _run_once(machine, package, module, case, arguments):
            return f"{trouble}\n            with the arguments ({shown})"
    return None


def _run_once(
    machine: Machine, package: bytes, module: str, case: _Case, arguments: Sequence[Value]
) -> str | None:
    world = World(machine, checks_bls=case.test.needs_bls)
    try:
        machine.call(package, module, case.test.function, (), arguments, world, Meter(GAS_LIMIT))
    except OutOfGas as failure:
        return None if case.expected == Expectation(kind="out_of_gas") else str(failure)
    except ExecutionError as failure:
        return _judge(machine, case, failure)
    return None if case.expected is None else "expected a failure, but it succeeded"


def _shown(value: Value) -> str:
    """A value as Move writes it."""
    if isinstance(value, bytes | bytearray):
        return f"@0x{value.hex()}" if isinstance(value, bytes) else f'x"{value.hex()}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def _judge(machine: Machine, case: _Case, failure: ExecutionError) -> str | None:
    if case.expected is None:
        return str(failure)
    module = _module_of(machine, failure) if case.expected.name is not None else None
    return None if case.expected.holds(failure, module) else f"expected {case.expected}, got: {failure}"


def _module_of(machine: Machine, failure: ExecutionError) -> Module | None:
    """The module an execution failed in."""
    if failure.location is None:
        return None
    package = machine.packages.package(failure.location.package)
    return read_module(package.modules[failure.location.module]) if package else None


def _home(machine: Machine, homes: Iterable[bytes], test: UnitTest) -> tuple[bytes, str]:
    """Where a test's module was published, among the addresses of its package."""
    name = test.module.split("::")[-1]
    for address in homes:
        package = machine.packages.package(address)
        if package is not None and name in package.modules:
            return address, name
    raise PackageError(f"the module of {test.name} was not compiled")
