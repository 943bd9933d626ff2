"""Runs the tests of a package on the official VM, on ours, or on both, and compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from walrus_localnet.move.compiler import Compiler, Outcome, TestReport
from walrus_localnet.move.errors import CompileError
from walrus_localnet.move.package import Package
from walrus_localnet.move.unit_tests.runner import run_on_own_vm
from walrus_localnet.move.unit_tests.source import UnitTest


class Engine(Enum):
    """Where tests run."""

    OFFICIAL = "official"
    OWN = "vm"
    BOTH = "both"


@dataclass(frozen=True)
class Verdict:
    """How one test ended on each engine; None where it was not run."""

    name: str
    official: Outcome | None
    own: Outcome | None

    @property
    def passed(self) -> bool:
        return {self.official, self.own} <= {Outcome.PASSED, None}

    @property
    def differs(self) -> bool:
        """Whether the engines ended differently. A test that needs BLS only runs on ours and cannot differ."""
        return self.official is not None and self.own is not None and self.official is not self.own


@dataclass(frozen=True)
class EngineReport:
    """The verdicts by name, and the reports of the engines that ran."""

    verdicts: tuple[Verdict, ...]
    reports: Mapping[Engine, TestReport]

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


def run_tests(
    package: Package,
    compiler: Compiler,
    engine: Engine = Engine.BOTH,
    wanted: Callable[[str], bool] = lambda _: True,
) -> EngineReport:
    """Runs the tests whose name (`package::module::function`) is wanted.

    Tests that need BLS run on our VM only, as the official runner takes any signature for valid; so do tests that
    run out of gas, as that runner has no limit. Random tests run on both, with arguments of each runner's own.
    Raises `CompileError` when the tests do not compile.
    """
    own = None if engine is Engine.OFFICIAL else _on_own_vm(package, compiler, engine, wanted)
    reports: dict[Engine, TestReport] = {}
    if engine is not Engine.OWN:
        endless = own.endless if own else frozenset()
        reports[Engine.OFFICIAL] = compiler.test(
            package, lambda test: wanted(test.name) and _is_for_official(test) and test.name not in endless
        )
    if own is not None:
        reports[Engine.OWN] = own
    return EngineReport(tuple(_verdicts(reports)), reports)


def _on_own_vm(package: Package, compiler: Compiler, engine: Engine, wanted: Callable[[str], bool]) -> TestReport:
    try:
        return run_on_own_vm(package, compiler, lambda test: wanted(test.name))
    except CompileError:
        if engine is Engine.BOTH:
            # The official runner compiles the sources as they stand, so its diagnostics are to be preferred.
            compiler.test(package, lambda test: wanted(test.name) and _is_for_official(test))
        raise


def _is_for_official(test: UnitTest) -> bool:
    return not (test.needs_bls or test.runs_out_of_gas)


def _verdicts(reports: Mapping[Engine, TestReport]) -> list[Verdict]:
    outcomes = {
        engine: {result.name: result.outcome for result in report.results} for engine, report in reports.items()
    }
    official, own = outcomes.get(Engine.OFFICIAL, {}), outcomes.get(Engine.OWN, {})
    return [Verdict(name, official.get(name), own.get(name)) for name in sorted({*official, *own})]
