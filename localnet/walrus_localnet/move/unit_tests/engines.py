"""Runs the tests of a package on the official VM, on ours, or on both, and compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from walrus_localnet.move.compiler import Compiler, Outcome, TestReport
from walrus_localnet.move.package import Package
from walrus_localnet.move.unit_tests.runner import run_on_own_vm


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

    Tests that need BLS run on our VM only, as the official runner takes any signature for valid. Random tests run
    on both, with arguments of each runner's own. Raises `CompileError` when the tests do not compile.
    """
    reports: dict[Engine, TestReport] = {}
    if engine is not Engine.OWN:
        reports[Engine.OFFICIAL] = compiler.test(package, lambda test: wanted(test.name) and not test.needs_bls)
    if engine is not Engine.OFFICIAL:
        reports[Engine.OWN] = run_on_own_vm(package, compiler, lambda test: wanted(test.name))
    return EngineReport(tuple(_verdicts(reports)), reports)


def _verdicts(reports: Mapping[Engine, TestReport]) -> list[Verdict]:
    outcomes = {
        engine: {result.name: result.outcome for result in report.results} for engine, report in reports.items()
    }
    official, own = outcomes.get(Engine.OFFICIAL, {}), outcomes.get(Engine.OWN, {})
    return [Verdict(name, official.get(name), own.get(name)) for name in sorted({*official, *own})]
